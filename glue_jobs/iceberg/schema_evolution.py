"""Tables made by an earlier version of the job: new columns are added, retired ones dropped, all else is refused."""

import logging
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from glue_jobs.arguments import Settings
from glue_jobs.errors import LoadError
from glue_jobs.iceberg.merge import SIDE_BY_SIDE, literal
from glue_jobs.tables import TABLES, Table

log = logging.getLogger(__name__)


def add_new_columns(spark: SparkSession, settings: Settings, existing: Collection[str]) -> list[str]:
    """Add the columns that existing tables lack, without rewriting a row; return them as table.column."""
    tables = [table for table in TABLES if table.name in existing]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        present = dict(
            zip(
                tables,
                pool.map(lambda table_to_read: _read_schema(spark, settings.name_of(table_to_read)), tables),
                strict=True,
            )
        )
    if faults := [fault for table, schema in present.items() for fault in find_faults(table, schema)]:
        raise LoadError(
            f"{settings.catalog}.{settings.database}: tables of another version: {'; '.join(faults)}. "
            "Nothing was loaded, no table was changed."
        )
    added = []
    for table, schema in present.items():
        if missing := find_missing(table, schema):
            _add(spark, table, settings.name_of(table), missing)
            added += [f"{table.name}.{name}" for name in missing]
        if retired := [name for name in table.retired if name in schema.names]:
            _drop(spark, table, settings.name_of(table), retired)
    return added


def find_faults(table: Table, present: StructType) -> Iterator[str]:
    """Say which columns of a table this job does not know, or knows with another type."""
    expected = {column.name: column.type.simpleString() for column in table.columns}
    for field in present:
        kind = field.dataType.simpleString()
        if field.name in table.retired:
            continue
        if field.name not in expected:
            yield f"{table.name}.{field.name}: expected no such column, got {kind}"
        elif kind != expected[field.name]:
            yield f"{table.name}.{field.name}: expected {expected[field.name]}, got {kind}"


def find_missing(table: Table, present: StructType) -> list[str]:
    """Return the columns a table lacks, in its order."""
    return [name for name in table.column_names if name not in present.names]


def add_statement(table: Table, name: str, missing: Collection[str]) -> str:
    """Return the ALTER TABLE that adds columns, each in its place."""
    before = dict(zip(table.column_names[1:], table.column_names, strict=False))
    columns = ", ".join(
        f"{column.name} {column.type.simpleString()} comment {literal(column.comment)} "
        + (f"after {before[column.name]}" if column.name in before else "first")
        for column in table.columns
        if column.name in missing
    )
    return f"alter table {name} add columns ({columns})"


def _add(spark: SparkSession, table: Table, name: str, missing: Collection[str]) -> None:
    try:
        spark.sql(add_statement(table, name, missing))
    except (PySparkException, Py4JJavaError):
        # Another run may have added them since we looked.
        if find_missing(table, _read_schema(spark, name)):
            raise
    log.info("%s: columns added: %s", table.name, ", ".join(missing))


def _drop(spark: SparkSession, table: Table, name: str, retired: Collection[str]) -> None:
    """Drop columns of earlier versions: a change of the table's metadata, no row is rewritten."""
    try:
        spark.sql(f"alter table {name} drop columns ({', '.join(retired)})")
    except (PySparkException, Py4JJavaError):
        # Another run may have dropped them since we looked.
        if set(retired) & set(_read_schema(spark, name).names):
            raise
    log.info("%s: columns of an earlier version dropped: %s", table.name, ", ".join(retired))


def _read_schema(spark: SparkSession, name: str) -> StructType:
    spark.catalog.refreshTable(name)
    return spark.table(name).schema
