"""What is measured beside the checks: how old the data is, what was set aside, how long Glue ran."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sql.athena import Athena, AthenaFault

FRESHNESS = "select date_diff('minute', max(loaded_at), current_timestamp) as minutes from raw_object"
REJECTED = "select count(*) as records from rejected_record where resolved_at is null"
DPU = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
FAILED = ("FAILED", "TIMEOUT", "ERROR")
DAY = dt.timedelta(days=1)


def read_table_gauges(athena: Athena) -> dict[str, float]:
    """Return the age of the newest load in hours, and the open rejected records; before the first load neither."""
    found: dict[str, float] = {}
    with contextlib.suppress(AthenaFault):
        minutes = athena.fetch_cell(FRESHNESS)
        if minutes is not None:
            found["HoursSinceLoad"] = round(int(minutes) / 60, 2)
        found["OpenRejected"] = int(athena.fetch_cell(REJECTED) or 0)
    return found


def read_job_gauges(client: Any, jobs: Iterable[str], now: dt.datetime, copies: Sequence[str] = ()) -> dict[str, float]:
    """Return the Glue hours of this calendar month, and the runs that failed within a day.

    `copies` are jobs that bring the tables elsewhere; what fails of them is told apart, where there are any.
    """
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    loads = [run for job in jobs for run in _list_runs(client, job, min(month, now - DAY))]
    copied = [run for job in copies for run in _list_runs(client, job, min(month, now - DAY))]
    hours = sum(count_dpu_seconds(run) for run in loads + copied if run["StartedOn"] >= month) / 3600
    told: dict[str, float] = {"GlueHoursThisMonth": round(hours, 3), "FailedLoads": _count_failed(loads, now)}
    return {**told, "FailedCopies": _count_failed(copied, now)} if copies else told


def _count_failed(runs: list[dict[str, Any]], now: dt.datetime) -> int:
    return sum(run["JobRunState"] in FAILED and run["StartedOn"] >= now - DAY for run in runs)


def count_dpu_seconds(run: dict[str, Any]) -> float:
    """Return what a run is billed for: its own figure where Glue gives one, else workers times seconds."""
    if run.get("DPUSeconds"):
        return float(run["DPUSeconds"])
    dpus = DPU.get(run.get("WorkerType", ""), 1) * run.get("NumberOfWorkers", 0) or run.get("MaxCapacity", 0)
    # Glue bills a minute at least.
    seconds: int = max(run.get("ExecutionTime", 0), 60)
    return float(dpus) * seconds


def _list_runs(client: Any, job: str, since: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield the runs of a job since a moment; Glue lists the newest first."""
    for page in client.get_paginator("get_job_runs").paginate(JobName=job):
        for run in page["JobRuns"]:
            if run["StartedOn"] < since:
                return
            yield run
