"""Statements on a warehouse, answered by DuckDB."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from sqlglot import exp

from lakehouse.nearest import nearest
from lakehouse.statements.statement import StatementError, names_read, parse_statement, to_duckdb
from lakehouse.statements.summaries import read_named
from lakehouse.warehouse import duckdb_engine as stand_in
from lakehouse.warehouse.iceberg import Tables, Warehouse

UNKNOWN_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "(?P<name>[^"]+)"')
INFORMATION_SCHEMA = "information_schema."
BATCH_ROWS = 50_000


class Session:
    """One warehouse; each statement runs in an engine that holds the tables and views it reads, no more."""

    def __init__(self, warehouse: Path | Tables) -> None:
        """Open the warehouse's catalog, but no table."""
        self.warehouse = Warehouse(warehouse) if isinstance(warehouse, Path) else warehouse
        self.views = read_named(self.warehouse.time_zones)
        self.known = {*self.warehouse.tables, *self.views}
        self.opened: dict[str, ds.Dataset] = {}

    def run(self, tree: exp.Expr) -> pa.Table:
        """Return the rows of a statement."""
        names = self.require_known(names_read(tree))
        engine = stand_in.connect()
        try:
            self.fill(engine, names)
            return stand_in.fetch(engine, to_duckdb(tree))
        except duckdb.Error as error:
            raise StatementError(explain(error, engine)) from error

    def hold(self, name: str, rows: pa.Table) -> None:
        """Let later statements read rows by a name, as if they were a table: what is asked once and read often.

        A view of that name is no longer computed, also where other views read it.
        """
        self.views = {known: view for known, view in self.views.items() if known != name}
        self.opened[name] = ds.dataset(rows)
        self.known.add(name)

    @contextmanager
    def stream(self, tree: exp.Expr) -> Iterator[pa.RecordBatchReader]:
        """Yield a reader of a statement's rows, batch by batch: they need not fit into memory."""
        names = self.require_known(names_read(tree))
        engine = stand_in.connect()
        try:
            self.fill(engine, names)
            yield engine.sql(to_duckdb(tree)).to_arrow_reader(BATCH_ROWS)
        except duckdb.Error as error:
            raise StatementError(explain(error, engine)) from error
        finally:
            engine.close()

    def run_text(self, text: str) -> pa.Table:
        """Return the rows of a statement, unchanged."""
        return self.run(parse_statement(text))

    def fill(self, engine: duckdb.DuckDBPyConnection, names: Collection[str]) -> None:
        """Give the engine what the names mean, then seal it."""
        for table in sorted(stand_in.tables_behind(names, self.views)):
            if table not in self.opened:
                self.opened[table] = self.warehouse.open_dataset(table)
            stand_in.add_dataset(engine, table, self.opened[table])
        stand_in.add_views(engine, names, self.views)
        stand_in.seal(engine)

    def require_known(self, names: set[str]) -> set[str]:
        """Return the names; refuse those of no table or view. The information schema means all of them."""
        schemas = {name for name in names if name.startswith(INFORMATION_SCHEMA)}
        for name in sorted(names - schemas - self.known):
            raise StatementError(f"no table or view {name}; {nearest(name, self.known)}")
        return self.known if schemas else names


def explain(error: duckdb.Error, engine: duckdb.DuckDBPyConnection) -> str:
    """Return what went wrong in one line, with the nearest column where one is misspelt."""
    message = str(error)
    match = UNKNOWN_COLUMN.search(message)
    if match is None:
        return re.sub(r"^[\w ]+ Error: ", "", message.splitlines()[0])
    return f"no column {match['name']}; {nearest(match['name'], columns_of(engine))}"


def columns_of(engine: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the columns of all tables and views in the engine."""
    rows = engine.execute("select column_name from information_schema.columns").fetchall()
    return {str(row[0]) for row in rows}
