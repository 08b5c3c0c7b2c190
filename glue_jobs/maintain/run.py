"""Do the upkeep of all tables, each by itself: what goes wrong with one does not keep the others from theirs."""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from uuid import uuid4

from pyspark.sql import SparkSession

from glue_jobs.errors import LoadError
from glue_jobs.faults import explain
from glue_jobs.iceberg.conflicts import pause
from glue_jobs.maintain.arguments import MaintainSettings
from glue_jobs.maintain.figures import read_figures
from glue_jobs.maintain.plan import Figures, Step, plan_steps, statement, urgency
from glue_jobs.maintain.remove import expire_rows, forget_account, remove_unknown_files, write_manifests_anew
from glue_jobs.maintain.report import MaintainReport, TableReport

log = logging.getLogger(__name__)

TRIES = 3
"""How often a compaction is tried while loads change the same files."""

REMOVALS: tuple[Step, ...] = ("expire", "orphans")
"""Steps that remove files, after a commit or without any."""

BETWEEN_CANCELS = 1.0
"""Seconds between two attempts to end a step whose time is up."""

SOON = dt.timedelta(seconds=1)
"""Times in statements are whole seconds; a state of this second is to be earlier."""

OUTCOME = "Its rows are as they were."

Clock = Callable[[], float]


def maintain(
    spark: SparkSession, settings: MaintainSettings, tables: list[str], now: dt.datetime, clock: Clock = monotonic
) -> MaintainReport:
    """Do the upkeep of tables, those that need it most first, within the time there is."""
    end = clock() + settings.minutes * 60
    report = MaintainReport()
    with _each_by_itself(report, "retention"):
        report.expired = expire_rows(spark, settings, tables, now)
    # Of what is older than it may become no earlier state stays either.
    late = {name for name, rows in report.expired.rows.items() if rows and report.expired.is_late}
    keep_days = {table: 0 if table in late else settings.keep_days for table in tables}
    before: dict[str, Figures] = {}
    for table in tables:
        with _each_by_itself(report, table):
            before[table] = read_figures(spark, settings.name_of(table), now, keep_days[table])
    for table in sorted(before, key=lambda name: urgency(before[name]), reverse=True):
        if clock() >= end:
            report.not_reached.append(table)
            continue
        with _each_by_itself(report, table):
            run = _Run(spark, settings, keep_days[table], now, end, clock)
            _maintain_table(run, table, before[table], report)
    return report


def forget(spark: SparkSession, settings: MaintainSettings, tables: list[str]) -> str:
    """Remove all rows of an account, then every earlier state that may hold some; return what was done.

    Afterwards also where no row is found: an earlier run may have been killed in between.
    """
    removed = forget_account(spark, settings, tables, settings.forget_account, is_dry=settings.dry_run)
    line = removed.as_text(f"rows of account {settings.forget_account}")
    if settings.dry_run:
        return f"{line}\nnothing was changed: this was a dry run\n"
    files = 0
    for table in tables:
        write_manifests_anew(spark, settings.catalog, settings.database, table)
        now = dt.datetime.now(dt.UTC) + SOON
        spark.sql(statement("expire", settings.catalog, f"{settings.database}.{table}", now, keep_days=0)).collect()
        files += remove_unknown_files(spark, settings.name_of(table))
    return f"{line}\nremoved, with all earlier states of the tables and {files} files that belonged to no state\n"


@dataclass(frozen=True)
class _Run:
    spark: SparkSession
    settings: MaintainSettings
    keep_days: int
    now: dt.datetime
    end: float
    clock: Clock


@contextmanager
def _each_by_itself(report: MaintainReport, table: str) -> Iterator[None]:
    """Note what goes wrong with a table."""
    try:
        yield
    except LoadError as error:
        report.failed[table] = str(error)
    except Exception as error:
        report.failed[table] = explain(error, OUTCOME)
        log.warning("%s: %s", table, report.failed[table], exc_info=error)


def _maintain_table(run: _Run, table: str, before: Figures, report: MaintainReport) -> None:
    start = run.clock()
    done = TableReport(before)
    report.tables[table] = done
    for step in plan_steps(before, rows_went=bool(report.expired.rows.get(table))):
        left = run.end - run.clock()
        if left <= 0:
            done.stopped.append(step)
            continue
        if step == "forget":
            write_manifests_anew(run.spark, run.settings.catalog, run.settings.database, table)
            done.done.append(step)
        elif _do_in_time(run, table, step, left, done.removed):
            done.done.append(step)
        else:
            done.stopped.append(step)
    done.after = read_figures(run.spark, run.settings.name_of(table), run.now, run.keep_days)
    done.seconds = run.clock() - start
    log.info("%s", done.as_text(table))


def _do_in_time(run: _Run, table: str, step: Step, seconds: float, removed: dict[str, int]) -> bool:
    """Do one step; whether it ended by itself. Where time runs out its work is cancelled, what is committed stays."""
    # Where nothing earlier is to stay, that is also what this run itself has replaced.
    now = run.now if run.keep_days else max(run.now, dt.datetime.now(dt.UTC) + SOON)
    command = statement(step, run.settings.catalog, f"{run.settings.database}.{table}", now, run.keep_days)
    end = run.clock() + seconds
    for attempt in range(1, TRIES + 1):
        with _cancelled_after(run.spark, end - run.clock(), is_removal=step in REMOVALS) as is_cancelled:
            try:
                row = run.spark.sql(command).collect()
            except Exception:
                if is_cancelled():
                    return False
                raise
        _count(step, [removed_row.asDict() for removed_row in row], removed)
        if is_cancelled():
            return False
        if not (step == "compact" and row and row[0].asDict().get("failed_data_files_count")):
            return True
        if attempt < TRIES:
            log.info("%s: some files were not compacted, another run changed them; trying those again", table)
            pause(attempt)
    return False


@contextmanager
def _cancelled_after(spark: SparkSession, seconds: float, *, is_removal: bool) -> Iterator[Callable[[], bool]]:
    """Cancel Spark's jobs of the block when its time is up; gives what tells whether that was so.

    By a tag: the procedures put their jobs into groups that they name themselves. Files are removed by no job of Spark
    but by threads that Java's thread of the block waits for: with `is_removal` that wait is interrupted, too, and the
    files that are left are found by the next run. Until the block ends this is repeated: a compaction starts jobs for
    its next files, and after an error Iceberg goes on with the next 100,000 files to be removed.
    """
    context, tag = spark.sparkContext, f"maintain-{uuid4().hex}"
    is_over, has_ended = threading.Event(), threading.Event()
    java = spark._jvm.java.lang.Thread  # type: ignore[union-attr]
    waiting = java.currentThread()

    def cancel() -> None:
        wait = max(seconds, 0)
        while not has_ended.wait(wait):
            is_over.set()
            context.cancelJobsWithTag(tag)
            if is_removal:
                waiting.interrupt()
            wait = BETWEEN_CANCELS

    canceller = threading.Thread(target=cancel, name=tag, daemon=True)
    context.addJobTag(tag)
    canceller.start()
    try:
        yield is_over.is_set
    finally:
        has_ended.set()
        canceller.join()
        java.interrupted()  # what comes after the block must not be interrupted
        context.removeJobTag(tag)


def _count(step: Step, rows: list[Mapping[str, int | str]], removed: dict[str, int]) -> None:
    """Add up the files that a step removed from storage."""
    if step == "orphans":
        removed["orphans"] = removed.get("orphans", 0) + len(rows)
    elif step == "expire":
        files = sum(int(value or 0) for row in rows for name, value in row.items() if name.startswith("deleted_"))
        removed["files"] = removed.get("files", 0) + files
