"""MERGE into Iceberg: the statements derived from a table's description, run only for rows that differ.

Partitions that hold no row yet, as those of a new day, need no comparison: they are filled, under the same isolation;
only the others' rows are compared and merged.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.iceberg import ranking
from glue_jobs.iceberg.checkpoint import keep
from glue_jobs.iceberg.conflicts import is_conflict, try_again
from glue_jobs.iceberg.metadata import load_table, month_after, newest_snapshot, partitions_with_rows
from glue_jobs.table_format import FORMAT, FORMAT_PROPERTY
from glue_jobs.tables import INSTANT, Table

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 4
"""How many tables are worked on at once: planning a statement and asking the catalog leave cores idle."""

NOTHING = "false"

PROPERTIES = {
    FORMAT_PROPERTY: str(FORMAT),
    # Athena reads version 2 only (https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html).
    "format-version": "2",
    # Copy-on-write leaves no delete files to read; serializable keeps two runs from inserting one key twice.
    "write.merge.mode": "copy-on-write",
    "write.update.mode": "copy-on-write",
    "write.delete.mode": "copy-on-write",
    "write.merge.isolation-level": "serializable",
    "write.parquet.compression-codec": "zstd",
    # Ids and addresses seldom repeat in a day: past this they are written plain, instead of twice.
    "write.parquet.dict-size-bytes": "16384",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
}


@dataclass(frozen=True)
class Counts:
    """Rows of a merge: inserted, updated (a better sighting came), unchanged; and commits it took."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    commits: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Add up two merges into one table."""
        return Counts(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Rows:
    """Rows for a table, unique on its key."""

    df: DataFrame
    count: int | None = None
    """How many; None if only a run of Spark could tell."""
    are_new: bool = False
    """The table held none of their keys when it was last read."""


def create_statement(table: Table, name: str) -> str:
    """Return CREATE TABLE IF NOT EXISTS with types, comments, partition and properties."""
    columns = ",\n  ".join(
        f"{column.name} {column.type.simpleString()} comment {literal(column.comment)}" for column in table.columns
    )
    partition = f"month({table.partition})" if table.partition_transform == "month" else table.partition
    properties = ", ".join(f"'{key}' = '{value}'" for key, value in PROPERTIES.items())
    return (
        f"create table if not exists {name} (\n  {columns}\n) using iceberg partitioned by ({partition})\n"
        f"comment {literal(table.grain)}\ntblproperties ({properties})"
    )


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def partition_filter(table: Table, values: Iterable[dt.date], row: str = "t.") -> str:
    """Return the literal condition that confines a statement to the partitions of `values` (days, or months)."""
    days = sorted(set(values))
    if table.partition_transform == "identity":
        literals = ", ".join(f"date'{day}'" for day in days)
        return f"{row}{table.partition} in ({literals})" if days else NOTHING
    # With the zone: outside a session's own statements, Spark reads a time without one as the machine's.
    kind, zone = ("timestamp", " 00:00:00Z") if table.schema[table.partition].dataType == INSTANT else ("date", "")
    spans = [
        f"({row}{table.partition} >= {kind}'{first}{zone}'"
        + (f" and {row}{table.partition} < {kind}'{end}{zone}')" if end else ")")
        for first, end in _month_spans(days)
    ]
    return f"({' or '.join(spans)})" if spans else NOTHING


def _month_spans(days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date | None]]:
    """Join months that follow each other into spans of (first day, day after the last); None is the end of time."""
    spans: list[tuple[dt.date, dt.date | None]] = []
    for first in sorted({day.replace(day=1) for day in days}):
        end = month_after(first)
        if spans and spans[-1][1] == first:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((first, end))
    return spans


def replaces(table: Table) -> str:
    """Return the condition that a row `s` replaces the row `t` of its key.

    A sighting replaces a lesser one. Bookkeeping rows (the ledger, rejected records) are replaced when they say
    something else than before, apart from when.
    """
    if table.newest == "seen_at":
        return ranking.beats(table)
    return f"not ({' and '.join(f's.{name} <=> t.{name}' for name in table.content)})"


def merge_statement(table: Table, name: str, source: str, partitions: str) -> str:
    """Return the MERGE of view `source` into table `name`, with every non-key column set once."""
    keys = " and ".join(f"t.{key} = s.{key}" for key in table.key)
    others = [column for column in table.column_names if column not in table.key]
    updates = ", ".join(f"t.{column} = s.{column}" for column in others)
    columns = ", ".join(table.column_names)
    values = ", ".join(f"s.{column}" for column in table.column_names)
    return (
        f"merge into {name} t using {source} s\non {partitions} and {keys}\n"
        f"when matched and {replaces(table)} then update set {updates}\n"
        f"when not matched then insert ({columns}) values ({values})"
    )


def merge(rows: Rows, table: Table, name: str, partition_values: Iterable[dt.date]) -> Counts:
    """Bring rows into a table; a table that gets no differing row is not touched."""
    partitions = sorted({_partition_of(table, value) for value in partition_values})
    if not partitions or rows.count == 0:
        return Counts()
    spark = rows.df.sparkSession
    spark.catalog.refreshTable(name)
    iceberg_table = load_table(spark, name)
    newest = newest_snapshot(iceberg_table)
    held = partitions_with_rows(spark, iceberg_table, table, partitions) if newest is not None else set()
    full, empty = (
        [partition for partition in partitions if partition in held],
        [partition for partition in partitions if partition not in held],
    )
    if not empty:
        return _compare_and_merge(rows, table, name, full)
    if not full:
        return _fill_or_merge(rows, table, name, empty, newest)
    row_df = keep(rows.df)
    is_new = partition_filter(table, empty, row="")
    counts = _fill_or_merge(Rows(row_df.where(is_new)), table, name, empty, newest)
    return counts + _compare_and_merge(Rows(row_df.where(f"not {is_new}")), table, name, full)


def _fill_or_merge(
    rows: Rows, table: Table, name: str, partitions: Sequence[dt.date], seen_snapshot: int | None
) -> Counts:
    """Fill partitions that held no row; if another run was first, merge."""
    try:
        return _fill(rows, name, partition_filter(table, partitions, row=""), seen_snapshot)
    except Py4JJavaError as error:
        if not is_conflict(error):
            raise
        log.warning("%s: new partitions are not filled, another run came first; compared now", table.name)
        return _compare_and_merge(replace(rows, are_new=False), table, name, partitions)


def _compare_and_merge(rows: Rows, table: Table, name: str, partitions: Sequence[dt.date]) -> Counts:
    """Merge what differs in partitions that hold rows; retry if another run has written there since."""

    def work(attempt: int) -> Counts:
        known = rows if attempt == 1 else replace(rows, are_new=False)
        return _merge_once(known, table, name, partition_filter(table, partitions))

    outcome = "Not all its rows of this run are merged and nothing is marked as loaded: the next run does it."
    return try_again(work, table.name, outcome)


def _merge_once(rows: Rows, table: Table, name: str, partitions: str) -> Counts:
    """Merge the rows that differ from the table's; rows that are new all do."""
    spark = rows.df.sparkSession
    if rows.are_new and rows.count is not None:
        _merge_into(rows.df, table, name, partitions)
        return Counts(inserted=rows.count, commits=1)
    spark.catalog.refreshTable(name)
    change_df = keep(_find_changes(spark, rows.df, table, name, partitions))
    counts = Counts(**{row["change"]: row["count"] for row in change_df.groupBy("change").count().collect()})
    if not counts.inserted + counts.updated:
        return counts
    _merge_into(change_df.where("change <> 'unchanged'").drop("change"), table, name, partitions)
    return replace(counts, commits=1)


def _merge_into(source_df: DataFrame, table: Table, name: str, partitions: str) -> None:
    view = f"{table.name}_change"
    source_df.createOrReplaceTempView(view)
    _commit(name, partial(source_df.sparkSession.sql, merge_statement(table, name, view, partitions)))


def _partition_of(table: Table, value: dt.date) -> dt.date:
    """Return the day, or the first day of the month, of the partition that a day falls in."""
    return value.replace(day=1) if table.partition_transform == "month" else value


def _fill(rows: Rows, name: str, partitions: str, seen_snapshot: int | None) -> Counts:
    """Write rows into partitions that held none in the snapshot we saw or a later one.

    What another run has written there since then is a conflict, as it is for a MERGE: nothing is overwritten. Where a
    table is partitioned more coarsely than we know, rows beside these partitions are a conflict, too, not a loss.
    """
    row_df, count = rows.df, rows.count
    if count is None:
        row_df = keep(row_df)
        count = row_df.count()
    if not count:
        return Counts()
    writer = row_df.writeTo(name).option("isolation-level", "serializable")
    if seen_snapshot is not None:  # else the table's whole history is looked through
        writer = writer.option("validate-from-snapshot-id", str(seen_snapshot))
    _commit(name, partial(writer.overwrite, F.expr(partitions)))
    return Counts(inserted=count, commits=1)


def _find_changes(spark: SparkSession, source_df: DataFrame, table: Table, name: str, partitions: str) -> DataFrame:
    """Compare with the table as it is; this decides only whether to MERGE: the MERGE itself asks again."""
    target_df = spark.table(name).alias("t").where(partitions)
    keys = " and ".join(f"t.{key} = s.{key}" for key in table.key)
    compared_df = source_df.alias("s").join(target_df, F.expr(keys), "left")
    change = (
        f"case when t.{table.key[0]} is null then 'inserted' when {replaces(table)} then 'updated' else 'unchanged' end"
    )
    return compared_df.selectExpr("s.*", f"{change} as change")


def _commit(name: str, write: Callable[[], object]) -> None:
    """Change a table: the one place where rows are committed."""
    write()
