"""One batch of raw objects: read once, its rows merged into all tables side by side, the ledger last."""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import DataFrame, SparkSession

from glue_jobs.arguments import MEGABYTE, Settings
from glue_jobs.iceberg.checkpoint import release
from glue_jobs.iceberg.merge import SIDE_BY_SIDE, Counts, merge, partition_filter
from glue_jobs.iceberg.ranking import best_per_key
from glue_jobs.load.read_batch import ReadBatch, WorkerDied, mark_failed, read_batch
from glue_jobs.load.rejected import resolved_rows
from glue_jobs.load.report import Report
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.spotify.values import EPOCH
from glue_jobs.tables import ALBUM, ARTIST, LISTING, PLAY, RAW_OBJECT, REJECTED_RECORD, SONG, Table

log = logging.getLogger(__name__)

WORKER_DIED = "the Python worker that read it ended, for example because the system was out of memory"
SIGHTINGS = (SONG, ALBUM, ARTIST, LISTING, PLAY)


def load_batch(spark: SparkSession, settings: Settings, objects: Sequence[RawObject], report: Report) -> None:
    """Load raw objects into all tables; an object that cannot be read is marked, the others load.

    Where a Python worker dies, the batch is loaded in halves, until the object that it dies of is alone.
    """
    days = [one.extraction_date for one in objects]
    size = sum(one.size for one in objects) / MEGABYTE
    log.info("%d raw objects, %.1f MB, extracted %s to %s", len(objects), size, min(days), max(days))
    try:
        with report.phase("read"):
            batch = read_batch(spark, objects, _this_millisecond())
    except WorkerDied:
        half = len(objects) // 2
        log.warning(
            "a Python worker died while it read %s", f"{len(objects)} raw objects" if half else objects[0].raw_key
        )
        if half:
            load_batch(spark, settings, objects[:half], report)
            load_batch(spark, settings, objects[half:], report)
            return
        batch = mark_failed(spark, objects, WORKER_DIED, _this_millisecond())
    _merge(spark, settings, batch, days, report)


def _merge(
    spark: SparkSession, settings: Settings, batch: ReadBatch, days: Collection[dt.date], report: Report
) -> None:
    """Merge what was read into all tables, the ledger last."""
    try:
        with report.phase("merge"):
            _merge_tables(settings, batch, days, report)
            _merge_rejected(spark, settings, batch, days, report)
        with report.phase("ledger"):
            ledger_df = batch.rows_of(RAW_OBJECT)
            report.add(RAW_OBJECT.name, merge(ledger_df, RAW_OBJECT, settings.name_of(RAW_OBJECT), days))
    finally:
        release(spark)
    for note in batch.notes:
        report.add_day(note)


def _merge_tables(settings: Settings, batch: ReadBatch, days: Collection[dt.date], report: Report) -> None:
    """Merge the independent tables side by side."""

    def merge_one(table: Table) -> Counts:
        partitions = batch.play_months if table is PLAY else days
        return merge(_best_rows(batch, table), table, settings.name_of(table), partitions)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for table, counts in zip(SIGHTINGS, pool.map(merge_one, SIGHTINGS), strict=True):
            report.add(table.name, counts)
            log.info(
                "%s: %d inserted, %d updated, %d unchanged",
                table.name,
                counts.inserted,
                counts.updated,
                counts.unchanged,
            )


def _best_rows(batch: ReadBatch, table: Table) -> DataFrame:
    """Return one row per key; plays are of months, so several days may hold the same one."""
    rows_df = batch.rows_of(table)
    return best_per_key(rows_df, table) if batch.is_split or table is PLAY else rows_df


def _merge_rejected(
    spark: SparkSession, settings: Settings, batch: ReadBatch, days: Collection[dt.date], report: Report
) -> None:
    """Keep the rejected records; in a replay, mark those that were rejected before and are understood now."""
    name = settings.name_of(REJECTED_RECORD)
    rejected_df = batch.rows_of(REJECTED_RECORD)
    row_dfs = [rejected_df] if any(note.rejected or note.documents for note in batch.notes) else []
    if settings.replay_rejected:
        key_df = batch.rows_of(RAW_OBJECT).where("status = 'loaded'").select("raw_key")
        days_df = spark.table(name).alias("t").where(partition_filter(REJECTED_RECORD, days))
        open_df = days_df.where("resolved_at is null").join(key_df, "raw_key", "left_semi")
        resolved_df = resolved_rows(open_df, row_dfs, dt.datetime.now(dt.UTC))
        report.resolved += resolved_df.count()
        row_dfs.append(resolved_df)
    for rows_df in row_dfs:
        report.add(REJECTED_RECORD.name, merge(rows_df, REJECTED_RECORD, name, days))


def _this_millisecond() -> int:
    """Return the time as microseconds since 1970, cut to milliseconds."""
    return (dt.datetime.now(dt.UTC) - EPOCH) // dt.timedelta(milliseconds=1) * 1000
