"""One batch of raw objects: parsed once, judged, merged side by side, and written into the ledger last."""

import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import types as T

from glue_jobs import entries, ledger, lines, listings, rejected, sightings
from glue_jobs.arguments import MEGABYTE, Settings
from glue_jobs.driver_rows import frame_of
from glue_jobs.iceberg import ranking
from glue_jobs.iceberg.checkpoint import keep, keep_wide, release
from glue_jobs.iceberg.merge import SIDE_BY_SIDE, Counts, merge, partition_filter
from glue_jobs.load.report import Report
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.raw.store import why_unreadable
from glue_jobs.tables import LISTING, PLAY, RAW_OBJECT, REJECTED_RECORD, SKIP_REASONS, TABLES

log = logging.getLogger(__name__)

BY_NAME = {table.name: table for table in TABLES}
LOADED = "loaded"
KEY = T.StructType([T.StructField("raw_key", T.StringType())])


@dataclass(frozen=True)
class ReadBatch:
    """What is read from a batch: the judged entries, what was set aside, and both counted."""

    entry_df: DataFrame
    aside_df: DataFrame | None
    counts: list[Row]
    aside: list[Row]


def load_batch(
    spark: SparkSession, settings: Settings, objects: list[RawObject], report: Report, made: Future[None]
) -> None:
    """Load raw objects into all tables; an object that cannot be read is marked, the others load.

    Reading does not wait for the tables, merging does: `made` ends when all are there.
    """
    days = [one.extraction_date for one in objects]
    size = sum(one.size for one in objects) / MEGABYTE
    log.info("%d raw objects, %.1f MB, extracted %s to %s", len(objects), size, min(days), max(days))
    try:
        statuses, read = _read_what_can_be(spark, objects, report)
        with report.phase("merge"):
            made.result()
            _merge_tables(settings, read, days, report)
            _merge_rejected(spark, settings, read.aside_df, objects, report)
        with report.phase("ledger"):
            ledger_df = frame_of(spark, list(_ledger_rows(objects, statuses, read.counts)), RAW_OBJECT.schema)
            report.add(RAW_OBJECT.name, merge(ledger_df, RAW_OBJECT, settings.name_of(RAW_OBJECT), days))
    finally:
        release(spark)
    _count(report, statuses, read)


def _read_what_can_be(
    spark: SparkSession, objects: list[RawObject], report: Report
) -> tuple[dict[str, str], ReadBatch]:
    """Return each object's status, and what is read from those that can be, to the end."""
    statuses = {one.raw_key: LOADED for one in objects}
    while True:
        readable = [one for one in objects if statuses[one.raw_key] == LOADED]
        try:
            read = _read_batch(spark, readable, report)
        except (PySparkException, Py4JJavaError) as error:
            release(spark)
            _mark_unreadable(readable, statuses, error)
            continue
        seen = {row["raw_key"] for row in read.counts}
        statuses |= {one.raw_key: "empty" for one in readable if one.raw_key not in seen}
        return statuses, read


def _read_batch(spark: SparkSession, objects: list[RawObject], report: Report) -> ReadBatch:
    """Parse and judge raw objects; nothing is read from them afterwards."""
    with report.phase("parse"):
        entry_df = _read_entries(spark, [one.path for one in objects])
        counts = ledger.count_objects(entry_df).collect()
    with report.phase("judge"):
        entry_df, aside_df = _look_closer(spark, objects, entry_df, counts)
        if aside_df is None:
            return ReadBatch(entry_df, None, counts, [])
        with ThreadPoolExecutor(1) as beside:
            counting = beside.submit(ledger.count_objects(entry_df).collect) if _is_doubtful(counts) else None
            aside = aside_df.groupBy("outcome", "reason").count().collect()
            return ReadBatch(entry_df, aside_df, counting.result() if counting else counts, aside)


def _read_entries(spark: SparkSession, paths: list[str]) -> DataFrame:
    line_df = lines.read_lines(spark, paths) if paths else lines.no_lines(spark)
    return keep_wide(entries.judge_entries(lines.find_elements(lines.parse(line_df))))


def _is_doubtful(counts: Sequence[Row]) -> bool:
    """Tell whether an entry's text may change what was judged of it."""
    return any(row["doubtful_entries"] for row in counts)


def _mark_unreadable(objects: Sequence[RawObject], statuses: dict[str, str], error: Exception) -> None:
    """After a failed read, find the objects that cannot be read; a failure that is none of theirs goes on."""
    why = {one.raw_key: why_unreadable(one.path) for one in objects}
    bad = {raw_key: status for raw_key, status in why.items() if status}
    if not bad:
        raise error
    for raw_key, status in bad.items():
        log.warning("%s is %s: marked in the ledger, the rest loads", raw_key, status)
    statuses.update(bad)


def _look_closer(
    spark: SparkSession, objects: Sequence[RawObject], entry_df: DataFrame, counts: Sequence[Row]
) -> tuple[DataFrame, DataFrame | None]:
    """Look at the text of what was set aside or is doubtful; return the corrected entries and what is set aside."""
    keys = {row["raw_key"] for row in counts if row["entries_to_look_at"]}
    if not keys:
        return entry_df, None
    text_df = lines.read_lines(spark, [one.path for one in objects if one.raw_key in keys])
    looked_df = keep(rejected.look_at_text(entry_df, text_df))
    if _is_doubtful(counts):
        entry_df = rejected.correct(entry_df, looked_df)
    return entry_df, looked_df.where(rejected.SET_ASIDE)


def _merge_tables(settings: Settings, read: ReadBatch, days: list[dt.date], report: Report) -> None:
    """Merge the independent tables side by side."""
    best = {
        name: ranking.best_per_key(sighting_df, BY_NAME[name])
        for name, sighting_df in sightings.find_sightings(read.entry_df, settings.time_zone).items()
    }
    best[LISTING.name] = ranking.best_per_key(listings.find_listings(read.entry_df), LISTING)
    play_months = {month for row in read.counts for month in row["play_months"]}
    partitions = {name: play_months if name == PLAY.name else days for name in best}

    def merge_one(name: str) -> Counts:
        table = BY_NAME[name]
        return merge(best[name], table, settings.name_of(table), partitions[name])

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for name, counts in zip(best, pool.map(merge_one, best), strict=True):
            report.add(name, counts)
            log.info("%s: %d inserted, %d updated, %d unchanged", name, *_rows(counts))


def _rows(counts: Counts) -> tuple[int, int, int]:
    return counts.inserted, counts.updated, counts.unchanged


def _merge_rejected(
    spark: SparkSession,
    settings: Settings,
    aside_df: DataFrame | None,
    objects: Sequence[RawObject],
    report: Report,
) -> None:
    """Keep what was set aside; in a replay, mark what was set aside before and is understood now."""
    name = settings.name_of(REJECTED_RECORD)
    days = [one.extraction_date for one in objects]
    row_dfs = [rejected.rejected_rows(aside_df)] if aside_df is not None else []
    if settings.replay_rejected:
        key_df = frame_of(spark, [{"raw_key": one.raw_key} for one in objects], KEY)
        days_df = spark.table(name).alias("t").where(partition_filter(REJECTED_RECORD, days))
        open_df = days_df.where("resolved_at is null")
        resolved_df = rejected.resolved_rows(
            open_df.join(key_df, "raw_key", "left_semi"), row_dfs, dt.datetime.now(dt.UTC)
        )
        report.resolved += resolved_df.count()
        row_dfs.append(resolved_df)
    for rows_df in row_dfs:
        report.add(REJECTED_RECORD.name, merge(rows_df, REJECTED_RECORD, name, days))


def _ledger_rows(
    objects: Sequence[RawObject], statuses: Mapping[str, str], count_rows: Sequence[Row]
) -> Iterator[dict[str, object]]:
    counts = {row["raw_key"]: {name: row[name] for name in ledger.COUNTS} for row in count_rows}
    loaded_at = _this_millisecond()
    for one in objects:
        yield {
            "raw_key": one.raw_key,
            "extraction_date": one.extraction_date,
            "size": one.size,
            "written_at": one.written_at,
            "loaded_at": loaded_at,
            "status": statuses[one.raw_key],
            **counts.get(one.raw_key, {}),
        }


def _this_millisecond() -> dt.datetime:
    now = dt.datetime.now(dt.UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _count(report: Report, statuses: Mapping[str, str], read: ReadBatch) -> None:
    """Add a batch to the run's report."""
    for status in statuses.values():
        if status == LOADED:
            report.objects += 1
        else:
            report.unreadable[status] += 1
    for row in read.counts:
        report.lines += row["lines"]
        report.entries += row["entries"]
        report.accepted += row["accepted"]
        report.skipped.update({reason: row[f"skipped_{reason}"] for reason in SKIP_REASONS if row[f"skipped_{reason}"]})
    for row in read.aside:
        counter = report.documents if row["outcome"] == "document" else report.rejected
        counter[row["reason"]] += row["count"]
