"""Load the raw objects that no run has loaded yet into the Iceberg tables, each once in effect.

The job lists the raw prefix, subtracts the ledger, and loads the rest batch by batch: parse once, classify every entry,
merge the independent tables side by side, the ledger last. Whatever stops it, the next run completes the work.
"""

import datetime as dt
import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from glue_jobs.arguments import Settings, parse_settings
from glue_jobs.errors import LoadError
from glue_jobs.iceberg.catalog import list_tables, require_known_format
from glue_jobs.iceberg.merge import SIDE_BY_SIDE, create_statement
from glue_jobs.iceberg.rewind import plan_rewind, rewind
from glue_jobs.iceberg.schema_evolution import add_new_columns
from glue_jobs.load.batch import load_batch
from glue_jobs.load.reload import reload_days
from glue_jobs.load.report import Report
from glue_jobs.raw.raw_object import RawObject, cut_batches
from glue_jobs.raw.store import list_objects
from glue_jobs.script import as_seen, log_file_of, run_script
from glue_jobs.session import run_job
from glue_jobs.tables import RAW_OBJECT, REJECTED_RECORD, TABLES, Table

log = logging.getLogger("load_music")

OUTCOME = "The tables can be read, nothing of this batch is marked as loaded: the next run loads it."


def run(spark: SparkSession, settings: Settings) -> Report:
    """Load everything that is new; look once more before it ends, for what landed in the meantime.

    With `settings.reload` rebuild these days instead.
    """
    report = Report()
    with report.phase("look"):
        existing = list_tables(spark, settings.catalog, settings.database, "Nothing was loaded.")
        has_ledger = RAW_OBJECT.name in existing
        if has_ledger:
            require_known_format(spark, settings.name_of(RAW_OBJECT), "Nothing was loaded.")
        report.columns_added = add_new_columns(spark, settings, existing)
    if settings.reload:
        if not has_ledger:
            raise LoadError("--reload: expected tables, got none; a load makes them. Nothing was changed.")
        _create_missing(spark, settings, existing, report)
        reload_days(spark, settings, *settings.reload, report)
        return report
    with report.phase("look"):
        landed = list_objects(settings.raw, settings.since)
        new = _not_loaded(spark, settings, landed) if has_ledger else landed
    if new:
        _create_missing(spark, settings, existing, report)
        _load_all(spark, settings, landed, new, report)
    return report


def _load_all(
    spark: SparkSession, settings: Settings, landed: list[RawObject], new: list[RawObject], report: Report
) -> None:
    """Load what is new, batch by batch, until nothing more has landed."""
    listed: set[str] = set()
    while new:
        for batch in cut_batches(new, settings.batch_bytes):
            load_batch(spark, settings, batch, report)
        with report.phase("look"):
            listed.update(raw_object.raw_key for raw_object in landed)
            landed = [
                raw_object
                for raw_object in list_objects(settings.raw, settings.since)
                if raw_object.raw_key not in listed
            ]
            # Mostly nothing has landed, and the ledger need not be read again.
            new = _not_loaded(spark, settings, landed) if landed else []


def _create_missing(spark: SparkSession, settings: Settings, existing: set[str], report: Report) -> None:
    missing = [table for table in TABLES if table.name not in existing]
    with report.phase("create"), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(lambda table: _create(spark, table, settings.name_of(table)), missing))


def _create(spark: SparkSession, table: Table, name: str) -> None:
    try:
        spark.sql(create_statement(table, name))
    except (PySparkException, Py4JJavaError):
        # Another run may have made it since we looked, and not every catalog says so in a way that Spark knows.
        if not spark.catalog.tableExists(name):
            raise


def _not_loaded(spark: SparkSession, settings: Settings, landed: list[RawObject]) -> list[RawObject]:
    """Return the landed objects that no run has loaded yet, and those to replay.

    A failed object is read again only when asked: it might end in the same failure every time.
    """
    rows = spark.table(settings.name_of(RAW_OBJECT)).select("raw_key", "status").collect()
    status_of = {row["raw_key"]: row["status"] for row in rows}
    done = ("loaded", "expired") if settings.retry_failed else ("loaded", "failed", "expired")
    loaded = {raw_key for raw_key, status in status_of.items() if status in done}
    if settings.replay_rejected:
        open_df = spark.table(settings.name_of(REJECTED_RECORD)).where("resolved_at is null")
        loaded -= {row["raw_key"] for row in open_df.select("raw_key").distinct().collect()}
    new = [raw_object for raw_object in landed if raw_object.raw_key not in loaded]
    return [
        replace(raw_object, is_in_ledger=True) if raw_object.raw_key in status_of else raw_object for raw_object in new
    ]


def run_rewind(spark: SparkSession, settings: Settings, moment: dt.datetime) -> str:
    """Take the tables back to a moment, or only say what would become of them; return what was done."""
    present = list_tables(spark, settings.catalog, settings.database, "Nothing was changed.")
    if RAW_OBJECT.name in present:
        require_known_format(spark, settings.name_of(RAW_OBJECT), "Nothing was changed.")
    plans = plan_rewind(spark, settings.catalog, settings.database, present, moment)
    lines = [plan.as_text() for plan in plans]
    if settings.dry_run:
        return "\n".join([*lines, "nothing was changed: this was a dry run"]) + "\n"
    rewind(spark, settings.catalog, settings.database, plans)
    changed = sum(plan.is_change for plan in plans)
    end = f"{changed} tables taken back to {moment:%Y-%m-%dT%H:%M:%SZ}; the next load loads again what landed since"
    return "\n".join([*lines, end]) + "\n"


def main(argv: Sequence[str]) -> int:
    """Run the job; return its exit code: 0, 2 where it failed, 3 where some objects failed and the rest is loaded."""

    def load() -> str | None:
        settings = parse_settings(argv)
        if settings.rewind_to:
            with run_job("load_music", argv) as spark:
                sys.stdout.write(run_rewind(spark, settings, settings.rewind_to))
            return None
        list_objects(settings.raw, settings.since)
        with run_job("load_music", argv) as spark:
            report = run(spark, settings)
        sys.stdout.write(f"{as_seen(report.as_text())}\n")
        if settings.as_json:
            sys.stdout.write(f"{report.as_json()}\n")
        return report.failures()

    return run_script("load_music", argv, load, OUTCOME, log_file_of(argv))


if __name__ == "__main__" and (exit_code := main(sys.argv[1:])):
    sys.exit(exit_code)
