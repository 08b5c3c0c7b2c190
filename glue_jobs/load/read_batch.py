"""Read a batch of raw objects through Spark: its Python workers read days, Spark keeps their rows for the merges."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.iceberg.checkpoint import keep
from glue_jobs.load.arrow import NOTE, spark_schema
from glue_jobs.load.days import Day, read_days
from glue_jobs.load.notes import DayNote
from glue_jobs.load.plan import plan_tasks, split_days
from glue_jobs.load.progress import showing_tasks
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.raw.store import open_object
from glue_jobs.tables import Table


@dataclass(frozen=True)
class ReadBatch:
    """What a batch holds: the rows of all tables, and what its days noted."""

    all_df: DataFrame
    notes: Sequence[DayNote]
    is_split: bool
    """Some day was read in parts: a key may have several rows."""

    def rows_of(self, table: Table) -> DataFrame:
        """Return the rows of a table."""
        return self.all_df.where(f"{table.name} is not null").select(f"{table.name}.*")

    @property
    def play_months(self) -> set[dt.date]:
        """Return the months, by their first days, in which something was played."""
        return {dt.date.fromisoformat(month) for note in self.notes for month in note.play_months}


def read_batch(spark: SparkSession, objects: Sequence[RawObject], loaded_at: int) -> ReadBatch:
    """Read raw objects, each once; rows are kept until `release`."""
    tasks = plan_tasks(objects, spark.sparkContext.defaultParallelism)
    all_df = keep(_read_tasks(spark, tasks, loaded_at))
    with showing_tasks(spark, "reading raw objects"):
        notes = _read_notes(all_df)
    return ReadBatch(all_df, notes, bool(split_days(tasks)) or any(note.parts > 1 for note in notes))


def _read_notes(all_df: DataFrame) -> list[DayNote]:
    """Read all objects: the rows are kept on the way, the notes come back."""
    return [DayNote.from_json(row[NOTE]) for row in all_df.select(NOTE).where(f"{NOTE} is not null").collect()]


def _read_tasks(spark: SparkSession, tasks: Sequence[Sequence[Day]], loaded_at: int) -> DataFrame:
    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from read_days(tasks[number], open_object, loaded_at)

    numbers_df = spark.range(0, len(tasks), 1, numPartitions=len(tasks))
    return numbers_df.mapInArrow(read, spark_schema())
