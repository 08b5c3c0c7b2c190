"""Tiny tables, typed as glue_jobs/tables.py says, in DuckDB and in a real Iceberg warehouse."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table as IcebergTable
from pyiceberg.transforms import MonthTransform
from sqlglot import exp

from glue_jobs.tables import TABLES, Table
from lakehouse.output import to_rows
from lakehouse.statements.statement import Kind, parse_statement, read_folder, to_duckdb
from lakehouse.statements.summaries import read_named
from lakehouse.warehouse import duckdb_engine as stand_in
from tests.sql.golden import AN_HOUR_AHEAD

Rows = list[dict[str, Any]]
Answer = Callable[..., list[tuple[Any, ...]]]


def create_statement(table: Table) -> str:
    """Return the CREATE TABLE of an empty table, as DuckDB wants it."""
    types = [exp.DataType.build(column.type.simpleString(), dialect="spark").sql("duckdb") for column in table.columns]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(table.column_names, types, strict=True))
    return f"create table {table.name} ({columns})"


def to_arrow(schema: pa.Schema, rows: Rows) -> pa.Table:
    """Return partial rows as a whole table; what a row does not name is null."""
    misspelt = {name for row in rows for name in row} - set(schema.names)
    assert not misspelt, f"no such columns: {misspelt}"
    return pa.Table.from_pylist(rows, schema=schema)


@pytest.fixture(scope="session")
def empty_tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an engine with the seven tables, all empty."""
    connection = stand_in.connect()
    for table in TABLES:
        connection.execute(create_statement(table))
    yield connection
    connection.close()


@pytest.fixture
def engine(empty_tables: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the engine with empty tables; what a test adds is taken back."""
    empty_tables.begin()
    yield empty_tables
    empty_tables.rollback()


@pytest.fixture(scope="session")
def schemas(empty_tables: duckdb.DuckDBPyConnection) -> Mapping[str, pa.Schema]:
    """Return each table's Arrow schema."""
    return {table.name: stand_in.fetch(empty_tables, f"from {table.name}").schema for table in TABLES}


@pytest.fixture
def fill(engine: duckdb.DuckDBPyConnection, schemas: Mapping[str, pa.Schema]) -> Callable[..., None]:
    """Return a function that inserts partial rows: fill(song=[{...}], album=[{...}])."""

    def insert(**tables: Rows) -> None:
        for name, rows in tables.items():
            engine.from_arrow(to_arrow(schemas[name], rows)).insert_into(name)

    return insert


@pytest.fixture
def answer(engine: duckdb.DuckDBPyConnection, fill: Callable[..., None]) -> Answer:
    """Return a function that fills tables and gives a file's rows: answer("song_full", "song_id name", song=[...])."""

    def rows_of(name: str, columns: str = "", **tables: Rows) -> list[tuple[Any, ...]]:
        fill(**tables)
        stand_in.add_views(engine, views_behind(name), read_named(AN_HOUR_AHEAD))
        rows = stand_in.fetch(engine, sql_of(name))
        return to_rows(rows.select(columns.split()) if columns else rows)

    return rows_of


def sql_of(name: str) -> str:
    """Return what gives the rows of a view, question or check, in DuckDB's dialect."""
    for kind in get_args(Kind):
        if name in read_folder(kind):
            return f"select * from {name} order by all" if kind == "view" else to_duckdb(tree_of(kind, name))
    raise AssertionError(f"no file {name}.sql in sql/")


def views_behind(name: str) -> set[str]:
    """Return the views that a view, question or check is or reads."""
    kinds = [kind for kind in get_args(Kind) if name in read_folder(kind)]
    return {name, *(read for kind in kinds for read in read_folder(kind)[name].reads)}


def tree_of(kind: Kind, name: str) -> exp.Expr:
    """Return a file's statement."""
    return parse_statement(read_folder(kind)[name].text)


def append_rows(written: IcebergTable, table: Table, rows: pa.Table, folder: Path) -> None:
    """Append rows; by files of our own what pyiceberg cannot write: months, and lists that are null, not empty."""
    lists = [name for name in rows.column_names if pa.types.is_list(rows.schema.field(name).type)]
    by_month = table.partition_transform == "month"
    if not by_month and not any(rows[name].null_count for name in lists):
        return written.append(rows)
    folder.mkdir(exist_ok=True)
    days = rows[table.partition].cast(pa.date32())
    parts = pc.floor_temporal(days, unit="month") if by_month else days
    paths = {part: folder / f"{table.name}_{part}.parquet" for part in parts.unique().to_pylist()}
    for part, path in paths.items():
        pq.write_table(rows.filter(pc.equal(parts, part)), path)
    return written.add_files([f"file://{path}" for path in paths.values()])


@pytest.fixture(scope="session")
def write_warehouse(schemas: Mapping[str, pa.Schema]) -> Callable[..., SqlCatalog]:
    """Return a function that writes a warehouse with all tables, as the load job leaves it: one append per table."""

    def write(folder: Path, **tables: Rows) -> SqlCatalog:
        folder.mkdir(parents=True, exist_ok=True)
        catalog = SqlCatalog("local", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
        catalog.create_namespace("music")
        for table in TABLES:
            written = catalog.create_table(("music", table.name), schema=schemas[table.name])
            with written.update_spec() as spec:
                if table.partition_transform == "month":
                    spec.add_field(table.partition, MonthTransform())
                else:
                    spec.add_identity(table.partition)
            if table.name in tables:
                append_rows(written, table, to_arrow(schemas[table.name], tables[table.name]), folder / "written")
        return catalog

    return write
