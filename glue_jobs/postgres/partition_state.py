"""Which partitions of an Iceberg table have changed since they were last read, told by its metadata alone.

A partition's rows are those of its data files, and a data file never changes. So a digest of the files says whether
anything in a partition is another than before: also after a compaction, a rollback, snapshots that are gone, a table
that was recreated, or one of another lake. Files of a table without partitions, or with others, are one partition.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from glue_jobs.tables import Table

ALL = ""
"""The partition of a table that has none."""

FIRST_MONTH = 1970 * 12


@dataclass(frozen=True)
class Remembered:
    """What was read last: the snapshot, and each partition's digest."""

    snapshot: int
    partitions: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What to read of a table: `days` begin the partitions that differ or are gone; None means all of it."""

    now: Remembered
    changed: frozenset[dt.date] | None
    gone: frozenset[dt.date] = frozenset()

    @property
    def days(self) -> frozenset[dt.date] | None:
        """Return the partitions whose rows here may be others than there; None means all."""
        return None if self.changed is None else self.changed | self.gone


def read_snapshots(spark: SparkSession, names: Mapping[str, str]) -> dict[str, int]:
    """Return the current snapshot of each table that has one."""
    union = " union all ".join(
        f"select '{table}' as name, snapshot_id from {name}.refs where name = 'main'" for table, name in names.items()
    )
    return {row["name"]: row["snapshot_id"] for row in spark.sql(union).collect()} if names else {}


def find_change(
    spark: SparkSession, table: Table, name: str, snapshot: int, before: Remembered | None
) -> Change | None:
    """Return what has changed since; None where the very files are the same."""
    now = Remembered(snapshot, _digest_partitions(spark, table, name, snapshot))
    if before is None:
        return Change(now, None)
    if now.partitions == before.partitions:
        return None
    if ALL in now.partitions or ALL in before.partitions:
        return Change(now, None)
    changed = [day for day, digest in now.partitions.items() if before.partitions.get(day) != digest]
    gone = set(before.partitions) - set(now.partitions)
    return Change(now, frozenset(map(dt.date.fromisoformat, changed)), frozenset(map(dt.date.fromisoformat, gone)))


def _digest_partitions(spark: SparkSession, table: Table, name: str, snapshot: int) -> dict[str, str]:
    """Return a digest of the files of each partition, by the partition's first day."""
    files_df = spark.sql(f"select * from {name}.files version as of {snapshot}")
    day = F.coalesce(_first_day(table, files_df.schema.simpleString()), F.lit(ALL))
    digest = F.md5(F.concat_ws("\n", F.sort_array(F.collect_list("file_path"))))
    rows = files_df.groupBy(day.alias("day")).agg(digest.alias("digest")).collect()
    digests = {row["day"]: row["digest"] for row in rows}
    # One file whose place is not known may hold rows of any day.
    return {ALL: json.dumps(digests, sort_keys=True)} if ALL in digests and len(digests) > 1 else digests


def _first_day(table: Table, schema: str) -> Column:
    """Return a file's partition as its first day, null where it has not the partition that the table should have."""
    if table.partition_transform == "month":
        field = f"{table.partition}_month"
        months = F.col(f"partition.{field}") + FIRST_MONTH
        known = F.date_format(F.make_date(F.floor(months / 12).cast("int"), months % 12 + 1, F.lit(1)), "yyyy-MM-dd")
    else:
        field = table.partition
        known = F.col(f"partition.{field}").cast("string")
    return known if f"{field}:" in schema.partition("partition:struct<")[2].partition(">")[0] else F.lit(None)
