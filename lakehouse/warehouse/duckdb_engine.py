"""DuckDB as a stand-in for Athena: the same names, the same views, and no tables except the given ones."""

from collections.abc import Iterable, Mapping

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from lakehouse.defaults import DATABASE
from lakehouse.statements.statement import CATALOG, Statement, names_read, parse_statement, to_duckdb
from lakehouse.statements.summaries import as_view, read_named

FIXED = (
    "set TimeZone = 'UTC'",
    "set integer_division = true",
    "set python_enable_replacements = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
)
"""Settings on which the meaning of a statement depends, and those that keep it to itself."""

SETTINGS = (
    *FIXED,
    f"attach ':memory:' as {CATALOG}",
    f"create schema {CATALOG}.{DATABASE}",
    f"use {CATALOG}.{DATABASE}",
)
SEAL = ("set enable_external_access = false", "set lock_configuration = true")


def connect() -> duckdb.DuckDBPyConnection:
    """Return an empty engine in which names resolve as in Athena."""
    engine = duckdb.connect(":memory:")
    for setting in SETTINGS:
        engine.execute(setting)
    return engine


def seal(engine: duckdb.DuckDBPyConnection) -> None:
    """Keep the engine from files, the network and other settings from now on."""
    for setting in SEAL:
        engine.execute(setting)


def add_dataset(engine: duckdb.DuckDBPyConnection, name: str, dataset: ds.Dataset) -> None:
    """Give the engine a table that it reads only when, and as far as, a statement needs it."""
    engine.from_arrow(dataset).create_view(name)


def order_views(names: Iterable[str], views: Mapping[str, Statement]) -> list[str]:
    """Return the views among the names and all they read, each after those it reads."""
    ordered: list[str] = []
    for name in sorted(set(names) & set(views)):
        for known in [*order_views(names_read(parse_statement(views[name].text)), views), name]:
            if known not in ordered:
                ordered.append(known)
    return ordered


def tables_behind(names: Iterable[str], views: Mapping[str, Statement]) -> set[str]:
    """Return the tables that the names mean, through views and the views they read."""
    ordered = order_views(names, views)
    read = {table for view in ordered for table in names_read(parse_statement(views[view].text))}
    return (set(names) | read) - set(views)


def add_views(
    engine: duckdb.DuckDBPyConnection, names: Iterable[str], views: Mapping[str, Statement] | None = None
) -> None:
    """Create the views among the names and all they read; by default those whose local times are UTC."""
    views = views or read_named()
    for name in order_views(names, views):
        engine.execute(to_duckdb(as_view(parse_statement(views[name].text))))


def fetch(engine: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """Run a statement in DuckDB's dialect and return its rows."""
    return engine.sql(sql).to_arrow_table()
