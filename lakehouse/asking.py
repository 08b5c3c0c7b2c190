"""Ask a warehouse on this machine: SQL in Athena's dialect, the saved questions, the checks."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa
from sqlglot import exp

from lakehouse.errors import UserError
from lakehouse.output import show_value, to_rows
from lakehouse.statements.questions import find_question, parse_check
from lakehouse.statements.statement import (
    DIALECT,
    Statement,
    StatementError,
    parse_statement,
    qualified_name,
    read_folder,
    require_reading,
    set_parameters,
)
from lakehouse.warehouse.session import Session

Engine = Literal["duckdb", "trino"]
SHOW_TABLES = re.compile(r"\s*show\s+(?P<what>tables|views)(\s+(in|from)\s+\S+)?\s*;?\s*", re.IGNORECASE)

LEDGER = "select raw_key from raw_object limit 1"


class Asked(Protocol):
    """What answers statements: DuckDB over a warehouse, or a Trino."""

    views: Mapping[str, Statement]

    @property
    def known(self) -> set[str]:
        """Return the names of the tables and views there are."""

    def run(self, tree: exp.Expr) -> pa.Table:
        """Return the rows of a statement that was read before."""

    def run_text(self, text: str) -> pa.Table:
        """Return the rows of a statement, unchanged."""

    def require_known(self, names: set[str]) -> set[str]:
        """Return the names; refuse those of no table or view."""


@contextmanager
def open_session(folder: Path, engine: Engine) -> Iterator[Asked]:
    """Open a warehouse with one of the engines."""
    if engine == "duckdb":
        yield Session(folder)
        return
    # Only here: what Trino needs takes a second to import.
    from lakehouse.trino.serve import open_trino

    with open_trino(folder) as session:
        yield session


def show_names(session: Asked, what: str) -> pa.Table:
    """Return the names of the tables or views there are."""
    names = session.views if what == "views" else session.known
    kinds = ["view" if name in session.views else "table" for name in sorted(names)]
    return pa.table({"name": sorted(names), "kind": kinds})


def describe(session: Asked, name: str) -> pa.Table:
    """Return the columns of a table or view, with their types in Athena."""
    session.require_known({name})
    columns = exp.select("column_name", "data_type").from_("information_schema.columns")
    rows = session.run(columns.where(exp.column("table_name").eq(name)).order_by("ordinal_position"))
    types = [exp.DataType.build(str(kind), dialect="duckdb").sql(DIALECT).lower() for kind in rows["data_type"]]
    return pa.table({"column": rows["column_name"], "type": types})


def ask_sql(session: Asked, statement: str) -> pa.Table:
    """Return the answer to one statement of a user."""
    shown = SHOW_TABLES.fullmatch(statement)
    if shown is not None:
        return show_names(session, shown["what"].lower())
    tree = parse_statement(statement)
    if isinstance(tree, exp.Describe) and isinstance(tree.this, exp.Table):
        return describe(session, qualified_name(tree.this))
    require_reading(tree)
    return session.run_text(statement)


def read_parameters(pairs: Iterable[str]) -> dict[str, str]:
    """Return the values that key=value arguments give."""
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UserError(f"parameter {pair!r}: expected key=value")
        values[name] = value
    return values


def ask_question(folder: Path, name: str, pairs: Iterable[str], engine: Engine = "duckdb") -> tuple[str, pa.Table]:
    """Return the title of a saved question, and its answer."""
    values = read_parameters(pairs)
    parse_question(name, values)  # What is misspelt is refused before an engine is started.
    with open_session(folder, engine) as session:
        return answer_question(session, name, values)


def parse_question(name: str, values: Mapping[str, str]) -> exp.Expr:
    """Return the statement of a saved question with these values of its parameters."""
    return set_parameters(parse_statement(find_question(name).text), values)


def answer_question(session: Asked, name: str, values: Mapping[str, str]) -> tuple[str, pa.Table]:
    """Return the title of a saved question, and its answer with these values of its parameters."""
    tree = parse_question(name, values)
    try:
        return find_question(name).title, session.run(tree)
    except StatementError as error:
        given = " ".join(f"{key}={value}" for key, value in values.items())
        raise StatementError(f"question {name} cannot be answered with {given or 'its defaults'}: {error}") from error


@dataclass(frozen=True)
class CheckResult:
    """What one check found: rows that must not be there, or why it could not run."""

    name: str
    title: str
    rows: pa.Table | None
    error: str | None = None
    severity: str = "error"
    remedy: str = ""

    @property
    def is_ok(self) -> bool:
        """Return whether the check ran and found nothing."""
        return self.rows is not None and not self.rows.num_rows

    @property
    def first(self) -> dict[str, Any] | None:
        """Return the first row that was found."""
        if self.rows is None or not self.rows.num_rows:
            return None
        return dict(zip(self.rows.column_names, to_rows(self.rows.slice(0, 1))[0], strict=True))

    def as_data(self) -> dict[str, Any]:
        """Return it for a program."""
        row_count = None if self.rows is None else self.rows.num_rows
        return {
            "check": self.name, "title": self.title, "found": row_count, "first": self.first, "error": self.error,
            "severity": self.severity, "remedy": self.remedy,
        }  # fmt: skip

    def as_text(self) -> str:
        """Return a line: ok, or what it is about, how many rows were found, the first; then what to do."""
        if self.rows is None:
            return f"ERROR   {self.name}: {self.error}"
        if self.first is None:
            return f"ok      {self.name}"
        example = ", ".join(f"{column}={show_value(value)}" for column, value in self.first.items())
        word = {"error": "FAILED ", "warning": "WARNING"}[self.severity]
        remedy = f"\n        {self.remedy}" if self.remedy else ""
        return f"{word} {self.name}: {self.title} {self.rows.num_rows} found, first: {example}{remedy}"


def require_loaded(session: Asked) -> None:
    """Refuse tables into which nothing was loaded: every check would pass on them. Raises UserError."""
    tree = parse_statement(LEDGER)
    if "raw_object" not in session.known or not session.run(tree).num_rows:
        raise UserError(
            "nothing is loaded: expected tables with data, got none. Nothing was checked. Load some: lakehouse load"
        )


def run_checks(session: Asked, as_of: dt.date | None = None) -> Iterator[CheckResult]:
    """Run every check, as of a day or today; one that cannot run does not stop the others."""
    for name, check in read_folder("check").items():
        try:
            rows, fault = session.run(parse_check(check, as_of)), None
        except UserError as error:
            rows, fault = None, " ".join(str(error).split())
        yield CheckResult(name, check.title, rows, fault, check.severity, check.remedy)
