"""Read a batch of raw objects through Spark: its Python workers read days, Spark keeps their rows for the merges."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.iceberg.checkpoint import keep, release
from glue_jobs.iceberg.merge import Rows
from glue_jobs.iceberg.ranking import best_per_key
from glue_jobs.load.arrow import NOTE, spark_schema
from glue_jobs.load.days import Day, Open, read_days
from glue_jobs.load.notes import DayNote
from glue_jobs.load.plan import plan_tasks, split_days
from glue_jobs.load.progress import showing_tasks
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.raw.store import open_object
from glue_jobs.spotify.values import EPOCH
from glue_jobs.tables import PLAY, SIGHTING_TABLES, Table

DEAD_WORKER = "Python worker exited unexpectedly"
"""What Spark says when the process of a Python worker is gone."""


@dataclass(frozen=True)
class ReadBatch:
    """What a batch holds: the rows of all tables, and what its days noted."""

    all_df: DataFrame
    notes: Sequence[DayNote]
    is_split: bool
    """Some day was read in parts: a key may have several rows."""

    def rows_of(self, table: Table) -> Rows:
        """Return the rows of a table, one per key.

        A key may have several rows where a day was read in parts; and plays are of months, so that several days may
        hold the same one.
        """
        row_df = self.all_df.where(f"{table.name} is not null").select(f"{table.name}.*")
        if table in SIGHTING_TABLES and (self.is_split or table is PLAY):
            return Rows(best_per_key(row_df, table))
        return Rows(row_df, sum(note.rows[table.name] for note in self.notes))

    @property
    def play_months(self) -> set[dt.date]:
        """Return the months, by their first days, in which something was played."""
        return {dt.date.fromisoformat(month) for note in self.notes for month in note.play_months}


class WorkerDied(Exception):
    """A Python worker of Spark ended while it read the batch, for example because the system was out of memory."""


def read_batch(spark: SparkSession, objects: Sequence[RawObject]) -> ReadBatch:
    """Read raw objects, each once; rows are kept until `release`. Raises WorkerDied."""
    try:
        return _read(spark, objects, open_object)
    except (Py4JJavaError, PySparkException) as error:
        if DEAD_WORKER not in str(error):
            raise
        release(spark)
        _require_workers(spark)
        raise WorkerDied from error


def mark_failed(spark: SparkSession, objects: Sequence[RawObject], why: str) -> ReadBatch:
    """Return a batch in which the raw objects are `failed`; they are not opened."""

    def refuse(_path: str) -> Any:
        raise WorkerDied(why)

    return _read(spark, objects, refuse)


def _require_workers(spark: SparkSession) -> None:
    """Raise Spark's error where no Python worker runs at all: then it is not the fault of a raw object."""
    spark.range(1).mapInArrow(lambda batches: batches, "id long").collect()


def _read(spark: SparkSession, objects: Sequence[RawObject], opener: Open) -> ReadBatch:
    tasks = plan_tasks(objects, spark.sparkContext.defaultParallelism)
    all_df = keep(_read_tasks(spark, tasks, opener, _this_millisecond()))
    with showing_tasks(spark, "reading raw objects"):
        notes = _read_notes(all_df)
    return ReadBatch(all_df, notes, bool(split_days(tasks)) or any(note.parts > 1 for note in notes))


def _read_notes(all_df: DataFrame) -> list[DayNote]:
    """Read all objects: the rows are kept on the way, the notes come back."""
    return [DayNote.from_json(row[NOTE]) for row in all_df.select(NOTE).where(f"{NOTE} is not null").collect()]


def _read_tasks(spark: SparkSession, tasks: Sequence[Sequence[Day]], opener: Open, loaded_at: int) -> DataFrame:
    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from read_days(tasks[number], opener, loaded_at)

    numbers_df = spark.range(0, len(tasks), 1, numPartitions=len(tasks))
    return numbers_df.mapInArrow(read, spark_schema())


def _this_millisecond() -> int:
    """Return the time as microseconds since 1970, cut to milliseconds."""
    return (dt.datetime.now(dt.UTC) - EPOCH) // dt.timedelta(milliseconds=1) * 1000
