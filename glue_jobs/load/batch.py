"""One batch of raw objects: read once, its rows merged into all tables side by side, the ledger last."""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from pyspark.sql import SparkSession

from glue_jobs.arguments import MEGABYTE, Settings
from glue_jobs.iceberg.checkpoint import release
from glue_jobs.iceberg.merge import SIDE_BY_SIDE, Counts, Rows, merge, partition_filter
from glue_jobs.load.read_batch import ReadBatch, WorkerDied, mark_failed, read_batch
from glue_jobs.load.rejected import resolved_rows
from glue_jobs.load.report import Report
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.tables import PLAY, RAW_OBJECT, REJECTED_RECORD, SIGHTING_TABLES, Table

log = logging.getLogger(__name__)

WORKER_DIED = "the Python worker that read it ended, for example because the system was out of memory"


def load_batch(spark: SparkSession, settings: Settings, objects: Sequence[RawObject], report: Report) -> None:
    """Load raw objects into all tables; an object that cannot be read is marked, the others load.

    Where a Python worker dies, the batch is loaded in halves, until the object that it dies of is alone.
    """
    days = sorted({raw_object.extraction_date for raw_object in objects})
    size = sum(raw_object.size for raw_object in objects) / MEGABYTE
    log.info("%d raw objects, %.1f MB, extracted %s to %s", len(objects), size, days[0], days[-1])
    try:
        with report.phase("read"):
            batch = read_batch(spark, objects)
    except WorkerDied:
        half = len(objects) // 2
        log.warning(
            "a Python worker died while it read %s", f"{len(objects)} raw objects" if half else objects[0].raw_key
        )
        if half:
            load_batch(spark, settings, objects[:half], report)
            load_batch(spark, settings, objects[half:], report)
            return
        batch = mark_failed(spark, objects, WORKER_DIED)
    _merge(spark, settings, batch, objects, report)


def _merge(
    spark: SparkSession, settings: Settings, batch: ReadBatch, objects: Sequence[RawObject], report: Report
) -> None:
    """Merge what was read into all tables, the ledger last."""
    days = {raw_object.extraction_date for raw_object in objects}
    are_new = not any(raw_object.is_in_ledger for raw_object in objects)
    try:
        with report.phase("merge"):
            _merge_tables(settings, batch, days, report)
            _merge_rejected(spark, settings, batch, days, report)
        with report.phase("ledger"):
            rows = replace(batch.rows_of(RAW_OBJECT), are_new=are_new)
            report.add(RAW_OBJECT.name, merge(rows, RAW_OBJECT, settings.name_of(RAW_OBJECT), days))
    finally:
        release(spark)
    for note in batch.notes:
        report.add_day(note)


def _merge_tables(settings: Settings, batch: ReadBatch, days: Collection[dt.date], report: Report) -> None:
    """Merge the independent tables side by side."""

    def merge_one(table: Table) -> Counts:
        partitions = batch.play_months if table is PLAY else days
        return merge(batch.rows_of(table), table, settings.name_of(table), partitions)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for table, counts in zip(SIGHTING_TABLES, pool.map(merge_one, SIGHTING_TABLES), strict=True):
            report.add(table.name, counts)
            log.info(
                "%s: %d inserted, %d updated, %d unchanged",
                table.name,
                counts.inserted,
                counts.updated,
                counts.unchanged,
            )


def _merge_rejected(
    spark: SparkSession, settings: Settings, batch: ReadBatch, days: Collection[dt.date], report: Report
) -> None:
    """Keep the rejected records; in a replay, mark those that were rejected before and are understood now."""
    name = settings.name_of(REJECTED_RECORD)
    rejected = batch.rows_of(REJECTED_RECORD)
    parts = [rejected]
    if settings.replay_rejected:
        key_df = batch.rows_of(RAW_OBJECT).df.where("status = 'loaded'").select("raw_key")
        days_df = spark.table(name).alias("t").where(partition_filter(REJECTED_RECORD, days))
        open_df = days_df.where("resolved_at is null").join(key_df, "raw_key", "left_semi")
        resolved_df = resolved_rows(open_df, rejected.df, dt.datetime.now(dt.UTC))
        report.resolved += resolved_df.count()
        parts.append(Rows(resolved_df))
    for rows in parts:
        if rows.count != 0:
            report.add(REJECTED_RECORD.name, merge(rows, REJECTED_RECORD, name, days))
