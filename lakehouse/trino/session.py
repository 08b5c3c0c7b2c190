"""Ask Trino: the same statements as in Athena, answered with the same kind of rows as DuckDB's."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import duckdb
import pyarrow as pa
import requests
from sqlglot import exp
from trino.dbapi import Connection
from trino.exceptions import Error, HttpError, TrinoQueryError

from lakehouse.defaults import DATABASE
from lakehouse.errors import UserError
from lakehouse.statements.statement import CATALOG, Statement, StatementError, parse_statement
from lakehouse.statements.summaries import as_view, read_named
from lakehouse.trino.front import HOST
from lakehouse.trino.server import OPEN_CATALOG, OWNER, READER, RULES_AGE, Server, write_rules
from lakehouse.warehouse.duckdb_engine import order_views
from sql.time_zones import UTC_FOR_ALL

READY = 30.0
"""Seconds in which a server that says it has started may still have no node to read tables with."""
CREATE_VIEW = re.compile(r"^create or replace view ", re.IGNORECASE | re.MULTILINE)
NOT_YET = ("NO_NODES_AVAILABLE", "SERVER_STARTING_UP")


def open_connection(port: int, database: str = DATABASE, user: str = READER) -> Connection:
    """Return a connection in whose statements names resolve as in Athena."""
    plain = requests.Session()
    plain.trust_env = False  # No proxy between this machine and itself.
    return Connection(
        host=HOST, port=port, user=user, catalog=CATALOG, schema=database, timezone="UTC", http_session=plain
    )


class TrinoSession:
    """One database of a Trino that runs."""

    def __init__(self, port: int, database: str = DATABASE, user: str = READER) -> None:
        """Connect; what is asked first waits until the server is ready."""
        self.port, self.database = port, database
        self.connection = open_connection(port, database, user)
        self.views: Mapping[str, Statement] = read_named()

    @cached_property
    def known(self) -> set[str]:
        """Return the names of the tables and views there are."""
        return {str(name) for (name,) in run_when_ready(self.connection, "show tables")[1]}

    def run(self, tree: exp.Expr) -> pa.Table:
        """Return the rows of a statement that was read before."""
        return self.run_text(tree.sql(dialect="trino"))

    def run_text(self, text: str) -> pa.Table:
        """Return the rows of a statement, unchanged."""
        try:
            columns, rows = run_when_ready(self.connection, text.strip().rstrip(";"))
        except (Error, HttpError) as error:
            raise StatementError(explain(error)) from error
        return to_table(columns, rows)

    def require_known(self, names: set[str]) -> set[str]:
        """Return the names; refuse those of no table or view."""
        for name in sorted(names - self.known):
            raise StatementError(f"no table or view {name}; expected one of {', '.join(sorted(self.known))}")
        return names

    def create_views(self, time_zones: Mapping[str, str] = UTC_FOR_ALL, owner: str = OWNER, place: str = "") -> None:
        """As the owner, create every view, those others read first, from Athena's very text; summaries as views.

        Local times are those of the accounts' time zones. `place` comes before the name of each view that is created.
        """
        connection = open_connection(self.port, self.database, owner)
        views = read_named(time_zones)
        for name in order_views(views, views):
            tree, text = parse_statement(views[name].text), views[name].text
            text = text if as_view(tree) is tree else as_view(tree).sql(dialect="trino")
            try:
                run_when_ready(connection, CREATE_VIEW.sub(rf"\g<0>{place}", text, count=1))
            except Error as error:
                raise StatementError(f"{name}: {explain(error)}") from error


def seal(server: Server) -> None:
    """Take from the owner what it may do beyond reading, and wait until Trino knows."""
    write_rules(server, is_sealed=True)
    owner = open_connection(server.port, user=server.owner)
    patience = time.monotonic() + READY
    while time.monotonic() < patience:
        try:
            run_when_ready(owner, f"show schemas from {OPEN_CATALOG}")
        except TrinoQueryError as error:
            if error.error_name == "PERMISSION_DENIED":
                return
            raise
        time.sleep(RULES_AGE / 2)
    raise UserError(f"Trino let its owner write for {READY:g} s: expected it to be read only. It was stopped.")


def run_when_ready(connection: Connection, text: str) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    """Return the columns (name and type) and rows of a statement; wait for a server that has just started."""
    patience = time.monotonic() + READY
    while True:
        try:
            cursor = connection.cursor()
            rows = cursor.execute(text).fetchall()
            return [(str(column[0]), str(column[1])) for column in cursor.description or ()], rows
        except TrinoQueryError as error:
            if error.error_name not in NOT_YET or time.monotonic() > patience:
                raise
            time.sleep(0.2)


def explain(error: Exception) -> str:
    """Return what went wrong in one line; Trino says itself where."""
    return " ".join(str(error.message if isinstance(error, TrinoQueryError) else error).split())


def to_table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return rows as an Arrow table, typed as Trino says."""
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [to_array(kind, column) for (_, kind), column in zip(columns, values, strict=True)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in columns])


def to_array(kind: str, values: Sequence[Any]) -> pa.Array:
    """Return one column."""
    wanted = arrow_type(kind)
    return pa.array([plain(value, wanted) for value in values], type=wanted)


def plain(value: Any, wanted: pa.DataType) -> Any:
    """Return a value as Arrow takes it: a row by the names of its fields."""
    if value is None:
        return None
    if pa.types.is_struct(wanted):
        return {field.name: plain(part, field.type) for field, part in zip(wanted, value, strict=True)}
    if pa.types.is_list(wanted):
        return [plain(part, wanted.value_type) for part in value]
    return value


@lru_cache
def arrow_type(kind: str) -> pa.DataType:
    """Return Arrow's type for one of Trino's; DuckDB knows both."""
    duck = exp.DataType.build(kind, dialect="trino").sql("duckdb")
    with duckdb.connect(":memory:") as engine:
        return engine.sql(f"select null::{duck} as x").to_arrow_table().schema.field(0).type
