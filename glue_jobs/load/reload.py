"""Rebuild given days from their raw objects: what these days left in the tables goes, what they hold now comes.

For days whose raw objects were changed or taken back, or that an earlier version of the job read differently. Each
table changes in one commit, so that a reader sees a day as it was or as it is; the ledger is last. A load that writes
the same partitions at the same time makes the commit fail, and the day is read afresh.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.arguments import Settings
from glue_jobs.errors import LoadError
from glue_jobs.iceberg.checkpoint import keep, release
from glue_jobs.iceberg.conflicts import TRIES, try_again
from glue_jobs.iceberg.merge import Counts, partition_filter
from glue_jobs.iceberg.metadata import load_table, newest_snapshot
from glue_jobs.iceberg.ranking import best_per_key
from glue_jobs.load.read_batch import ReadBatch, WorkerDied, read_batch
from glue_jobs.load.report import Report
from glue_jobs.raw.raw_object import RawObject, cut_batches
from glue_jobs.raw.store import list_objects
from glue_jobs.tables import ALBUM, ARTIST, LISTING, PLAY, RAW_OBJECT, REJECTED_RECORD, SONG, Table

log = logging.getLogger(__name__)

BY_DAY = (SONG, ALBUM, ARTIST, LISTING, REJECTED_RECORD)
"""Tables whose rows of a day come from raw objects of that day alone, and fill partitions of it alone."""
NOT_READ = "status in ('expired', 'failed')"
"""Raw objects whose line in the ledger stays as it is."""
DATE_AT = len("raw/extraction_date=") + 1

Days = list[dt.date]


def reload_days(spark: SparkSession, settings: Settings, first: dt.date, last: dt.date, report: Report) -> None:
    """Rebuild the days from first to last, a batch of whole days at a time.

    Refused where a raw object that was loaded is gone, unless `settings.accept_missing`: then its rows go, too.
    """
    with report.phase("look"):
        objects = _list_days(settings, first, last)
        loaded = _read_ledger(spark, settings, first, last)
        _require_raw(settings, first, last, objects, loaded)
    days = sorted({raw_object.extraction_date for raw_object in objects} | set(loaded.values()))
    for part in _cut_days(days, objects, settings.batch_bytes):
        _reload(spark, settings, part, report)


def _list_days(settings: Settings, first: dt.date, last: dt.date) -> list[RawObject]:
    return [raw_object for raw_object in list_objects(settings.raw, first) if raw_object.extraction_date <= last]


def _read_ledger(spark: SparkSession, settings: Settings, first: dt.date, last: dt.date) -> dict[str, dt.date]:
    """Return the day of each raw object that the ledger knows as loaded."""
    ledger_df = spark.table(settings.name_of(RAW_OBJECT)).where(
        f"status = 'loaded' and extraction_date between date'{first}' and date'{last}'"
    )
    return {row["raw_key"]: row["extraction_date"] for row in ledger_df.select("raw_key", "extraction_date").collect()}


def _require_raw(
    settings: Settings, first: dt.date, last: dt.date, objects: Sequence[RawObject], loaded: Collection[str]
) -> None:
    if not objects and not loaded:
        raise LoadError(
            f"--reload {first}..{last}: expected raw objects of these days, got none in {settings.raw} and none in"
            " the ledger. Nothing was changed."
        )
    missing = sorted(set(loaded) - {raw_object.raw_key for raw_object in objects})
    if missing and not settings.accept_missing:
        raise LoadError(
            f"--reload {first}..{last}: expected the raw objects that were loaded, {len(missing)} of {len(loaded)} are"
            f" gone (expired or removed) such as {missing[0]}. Nothing was changed; --accept_missing takes their rows"
            " out of the tables."
        )


def _cut_days(days: Days, objects: Sequence[RawObject], most_bytes: int) -> Iterator[Days]:
    """Cut days into parts of bounded size; a day is never cut."""
    sizes = Counter[dt.date]()
    for one in objects:
        sizes[one.extraction_date] += one.size
    # One object represents a day here, with the size of all its objects.
    for part in cut_batches([RawObject("", "", day, sizes[day], None) for day in days], most_bytes):
        yield [one.extraction_date for one in part]


def _reload(spark: SparkSession, settings: Settings, days: Days, report: Report) -> None:
    """Rebuild days together, again if another run has written the same partitions since."""

    def work(attempt: int) -> None:
        try:
            # Before the look at the raw objects: what lands and is loaded after it is a conflict, not a loss.
            snapshots = {table.name: _newest(spark, settings, table) for table in (*BY_DAY, PLAY, RAW_OBJECT)}
            wanted = set(days)
            listed = _list_days(settings, days[0], days[-1])
            objects = [raw_object for raw_object in listed if raw_object.extraction_date in wanted]
            log.info("reloading %s to %s: %d objects, try %d of %d", days[0], days[-1], len(objects), attempt, TRIES)
            reload = _Reload(spark, settings, days, objects, snapshots, report)
            reload.leave_out_unread()
            _replace_all(reload)
        except WorkerDied as error:
            raise LoadError(
                f"--reload {days[0]}..{days[-1]}: expected Python workers to read the objects, one was killed."
                " These days are as they were; an ordinary load finds the object and marks it failed."
            ) from error
        finally:
            release(spark)

    outcome = "Each table has these days as they were or as they are to be; the same command does the rest."
    try_again(work, f"--reload {days[0]}..{days[-1]}", outcome)


def _newest(spark: SparkSession, settings: Settings, table: Table) -> int | None:
    spark.catalog.refreshTable(settings.name_of(table))
    return newest_snapshot(load_table(spark, settings.name_of(table)))


class _Reload:
    """One try at some days."""

    def __init__(
        self,
        spark: SparkSession,
        settings: Settings,
        days: Days,
        objects: list[RawObject],
        snapshots: dict[str, int | None],
        report: Report,
    ) -> None:
        self.spark, self.settings, self.days, self.objects = spark, settings, days, objects
        self.snapshots, self.report = snapshots, report

    def now_in(self, table: Table) -> DataFrame:
        """Return the rows of a table in the snapshot of this try."""
        name, snapshot = self.settings.name_of(table), self.snapshots[table.name]
        if snapshot is None:
            return self.spark.createDataFrame([], table.schema)
        return self.spark.read.option("snapshot-id", str(snapshot)).table(name).select(*table.column_names)

    def leave_out_unread(self) -> None:
        """Leave out raw objects whose rows went because of their age, and those that a load has failed to read."""
        rows = self.now_in(RAW_OBJECT).where(self.is_of_days).where(NOT_READ).select("raw_key").collect()
        unread = {row["raw_key"] for row in rows}
        self.objects = [raw_object for raw_object in self.objects if raw_object.raw_key not in unread]

    @property
    def is_of_days(self) -> Column:
        """Return the condition that a row was seen in a raw object of these days."""
        return F.substring("raw_key", DATE_AT, 10).isin([str(day) for day in self.days])

    def replace(self, table: Table, rows_df: DataFrame, partitions: Collection[dt.date]) -> None:
        """Put these rows in the place of all rows of the partitions, in one commit, unless they are the same."""
        if not partitions:
            return
        old_df = self.now_in(table).where(partition_filter(table, partitions, row=""))
        rows_df = keep(rows_df)
        counts, removed = _compare(old_df, rows_df, table)
        if counts.inserted + counts.updated + removed:
            writer = rows_df.writeTo(self.settings.name_of(table)).option("isolation-level", "serializable")
            if (snapshot := self.snapshots[table.name]) is not None:
                writer = writer.option("validate-from-snapshot-id", str(snapshot))
            _commit(table, writer, partition_filter(table, partitions, row=""))
            counts += Counts(commits=1)
        self.report.add(table.name, counts)
        self.report.removed += removed
        log.info("%s: %d rows come, %d change, %d go", table.name, counts.inserted, counts.updated, removed)


def _commit(table: Table, writer: object, partitions: str) -> None:
    """Change a table: the one place where a reload commits."""
    writer.overwrite(F.expr(partitions))  # type: ignore[attr-defined]


def _replace_all(reload: _Reload) -> None:
    """Read the raw objects, and replace what the tables have of the days; the ledger last."""
    batch = None
    if reload.objects:
        with reload.report.phase("read"):
            batch = read_batch(reload.spark, reload.objects)
    with reload.report.phase("merge"):
        for table in BY_DAY:
            reload.replace(table, _rows_of(reload, batch, table), reload.days)
        _replace_plays(reload, batch)
    with reload.report.phase("ledger"):
        months = {day.replace(day=1) for day in reload.days}
        kept_df = reload.now_in(RAW_OBJECT).where(partition_filter(RAW_OBJECT, months, row=""))
        kept_df = kept_df.where(~reload.is_of_days | F.expr(NOT_READ))
        reload.replace(RAW_OBJECT, kept_df.unionByName(_rows_of(reload, batch, RAW_OBJECT)), months)
    for note in batch.notes if batch else ():
        reload.report.add_day(note)


def _rows_of(reload: _Reload, batch: ReadBatch | None, table: Table) -> DataFrame:
    """Return the rows that the raw objects hold for a table, one for each key."""
    if batch is None:
        return reload.spark.createDataFrame([], table.schema)
    return batch.rows_of(table).df


def _replace_plays(reload: _Reload, batch: ReadBatch | None) -> None:
    """Replace the plays of the days.

    A play may have been seen in raw objects of other days, too, and only its best sighting is in the table. Where that
    of these days goes or changes, the others are read again.
    """
    old_df = keep(reload.now_in(PLAY).where(reload.is_of_days))
    new_df = keep(_rows_of(reload, batch, PLAY))
    changed_df = keep(old_df.exceptAll(new_df))
    others_df = _plays_of_other_days(reload, changed_df)
    months = {row[0] for row in old_df.select(F.trunc(F.to_date("played_at"), "month")).distinct().collect()}
    months |= batch.play_months if batch else set()
    kept_df = reload.now_in(PLAY).where(partition_filter(PLAY, months, row="")).where(~reload.is_of_days)
    frames = [frame for frame in (kept_df, new_df, others_df) if frame is not None]
    reload.replace(PLAY, best_per_key(reduce(DataFrame.unionByName, frames), PLAY), months)


def _plays_of_other_days(reload: _Reload, changed_df: DataFrame) -> DataFrame | None:
    """Return what raw objects of other days say of these plays; None where there is nothing to ask."""
    accounts = [row["account"] for row in changed_df.select("account").distinct().collect()]
    if not accounts:
        return None
    ledger_df = reload.now_in(RAW_OBJECT).where(F.col("account").isin(accounts)).where("status = 'loaded'")
    keys = {row["raw_key"] for row in ledger_df.where(~reload.is_of_days).select("raw_key").collect()}
    objects = [other for other in list_objects(reload.settings.raw) if other.raw_key in keys]
    if len(objects) < len(keys):
        log.warning(
            "play: %d raw objects of other days are gone; what only they knew is lost", len(keys) - len(objects)
        )
    kept: list[DataFrame] = []
    for batch in cut_batches(objects, reload.settings.batch_bytes):
        play_df = read_batch(reload.spark, batch).rows_of(PLAY).df
        kept.append(keep(play_df.join(changed_df.select(*PLAY.key), list(PLAY.key), "left_semi")))
    return reduce(DataFrame.unionByName, kept) if kept else None


def _compare(old_df: DataFrame, new_df: DataFrame, table: Table) -> tuple[Counts, int]:
    """Count what becomes of rows: those that come, change and stay, and those that go."""
    apart = {"loaded_at"}
    names = [name for name in table.column_names if name not in table.key and name not in apart]
    same = " and ".join(f"o.{name} <=> n.{name}" for name in names) or "true"
    first = table.key[0]
    change = (
        f"case when o.{first} is null then 'inserted' when n.{first} is null then 'removed'"
        f" when {same} then 'unchanged' else 'updated' end"
    )
    on = F.expr(" and ".join(f"o.{name} = n.{name}" for name in table.key))
    rows = old_df.alias("o").join(new_df.alias("n"), on, "full_outer").groupBy(F.expr(change).alias("change")).count()
    counts = {row["change"]: row["count"] for row in rows.collect()}
    removed = counts.pop("removed", 0)
    return Counts(**counts), removed
