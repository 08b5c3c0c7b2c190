"""What a table's metadata say, through Iceberg's own Java classes: a query of Spark would take half a second."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.tables import INSTANT, Table

FEW = 64
"""Partitions that are looked up one by one; of more, all count as holding rows, and are compared."""
DAY_ZERO = dt.date(1970, 1, 1)


def load_table(spark: SparkSession, name: str) -> Any:
    """Return Iceberg's own table, as it is now."""
    return _java(spark).org.apache.iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, name)


def newest_snapshot(table: Any) -> int | None:
    """Return the id of a table's newest snapshot; None where nothing was ever written."""
    snapshot = table.currentSnapshot()
    return None if snapshot is None else int(snapshot.snapshotId())


def partitions_with_rows(
    spark: SparkSession, iceberg_table: Any, table: Table, partitions: Sequence[dt.date]
) -> set[dt.date]:
    """Return which of these partitions (days, or first days of months) hold rows, or may do so.

    A table that somebody has partitioned in another way may hold rows of each of them anywhere.
    """
    if len(partitions) > FEW or not _is_partitioned_as_described(iceberg_table, table):
        return set(partitions)
    with_rows = {_first_day(table, number) for number in _partition_numbers(spark, iceberg_table, table, partitions)}
    return with_rows & set(partitions)


def _is_partitioned_as_described(iceberg_table: Any, table: Table) -> bool:
    specs = iceberg_table.specs()
    if specs.size() != 1:
        return False
    fields = [str(field.transform()) for field in iceberg_table.spec().fields()]
    return fields == [table.partition_transform]


def _partition_numbers(
    spark: SparkSession, iceberg_table: Any, table: Table, partitions: Sequence[dt.date]
) -> Iterator[int]:
    """Yield the partition of each file that may hold rows of these: in days or months since 1970."""
    integer = _java(spark).java.lang.Class.forName("java.lang.Integer")
    tasks = iceberg_table.newScan().filter(_within(spark, table, partitions)).planFiles()
    try:
        iterator = tasks.iterator()
        while iterator.hasNext():
            yield int(iterator.next().file().partition().get(0, integer))
    finally:
        tasks.close()


def _within(spark: SparkSession, table: Table, partitions: Sequence[dt.date]) -> Any:
    """Return Iceberg's expression that a row lies in these days, or from the first to the last of these months."""
    expressions = _java(spark).org.apache.iceberg.expressions.Expressions
    if table.partition_transform == "identity":
        return getattr(expressions, "in")(table.partition, [day.isoformat() for day in partitions])
    end = month_after(partitions[-1])
    since = expressions.greaterThanOrEqual(table.partition, _literal(table, partitions[0]))
    return (
        since
        if end is None
        else getattr(expressions, "and")(since, expressions.lessThan(table.partition, _literal(table, end)))
    )


def month_after(first: dt.date) -> dt.date | None:
    """Return the first day of the next month; None after the last month that dates have."""
    try:
        return (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    except OverflowError:
        return None


def _literal(table: Table, day: dt.date) -> str:
    """Return a day as Iceberg reads it from text: a date, or a time with its zone."""
    return f"{day}T00:00:00+00:00" if table.schema[table.partition].dataType == INSTANT else str(day)


def _first_day(table: Table, number: int) -> dt.date:
    """Return the day, or the first day of the month, that Iceberg counts from 1970."""
    if table.partition_transform == "identity":
        return DAY_ZERO + dt.timedelta(days=number)
    years, month = divmod(number, 12)
    return dt.date(1970 + years, month + 1, 1)


def _java(spark: SparkSession) -> Any:
    return spark._jvm
