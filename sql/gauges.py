"""What is measured beside the checks: how old the data is, what was rejected, how long Glue ran."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sql.athena import Athena

LEDGER = """
select
    date_diff('minute', max(loaded_at), current_timestamp) as minutes,
    count_if(
        status not in ('loaded', 'expired') and extraction_date >= date_add('day', -30, current_date)
    ) as unreadable
from raw_object
"""
REJECTED = "select count(*) as records from rejected_record where resolved_at is null"
DPU = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
FAILED = ("FAILED", "TIMEOUT", "ERROR")
DAY = dt.timedelta(days=1)


def read_table_gauges(athena: Athena, tables: Collection[str], waiting: Iterable[float] = ()) -> dict[str, float]:
    """Return the age of the newest load in hours, and the open rejected records.

    Before the first load nothing is old: the age is then that of the landed object that has waited longest.
    """
    minutes, unreadable = athena.fetch_row(LEDGER) if "raw_object" in tables else (None, None)
    rejected = athena.fetch_row(REJECTED)[0] if "rejected_record" in tables else None
    return {
        "HoursSinceLoad": round(int(minutes) / 60, 2) if minutes is not None else max(waiting, default=0.0),
        "UnreadableObjects": int(unreadable or 0),
        "OpenRejected": int(rejected or 0),
    }


def read_job_gauges(
    client: Any, jobs: Iterable[str], now: dt.datetime, copies: Sequence[str] = (), upkeep: Sequence[str] = ()
) -> dict[str, float]:
    """Return the Glue hours of this calendar month, and the runs that failed within a day.

    `copies` are jobs that bring the tables elsewhere, `upkeep` those that keep them small; what fails of them is told
    apart, where there are any.
    """
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    kinds = {"FailedLoads": list(jobs), "FailedCopies": list(copies), "FailedUpkeep": list(upkeep)}
    runs = {
        kind: [run for job in names for run in _list_runs(client, job, min(month, now - DAY))]
        for kind, names in kinds.items()
    }
    hours = sum(count_dpu_seconds(run) for found in runs.values() for run in found if run["StartedOn"] >= month) / 3600
    failed = {kind: _count_failed(found, now) for kind, found in runs.items() if kind == "FailedLoads" or kinds[kind]}
    return {"GlueHoursThisMonth": round(hours, 3), **failed}


def _count_failed(runs: list[dict[str, Any]], now: dt.datetime) -> int:
    """Count the runs that failed within a day, but for those that never began because another one was under way."""
    failed = [run for run in runs if run["JobRunState"] in FAILED and run["StartedOn"] >= now - DAY]
    return sum(not is_crowded_out(run) for run in failed)


def is_crowded_out(run: dict[str, Any]) -> bool:
    """Return whether Glue ended a run that waited for another one: what it was to load, the next one loads."""
    return not run.get("ExecutionTime") and "concurrent" in run.get("ErrorMessage", "").lower()


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
