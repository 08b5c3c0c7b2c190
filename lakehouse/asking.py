"""Ask a warehouse on this machine: SQL in Athena's dialect, the saved questions, the checks.

Data goes to stdout, notes to stderr. Exit code 2 is a statement or warehouse that cannot be used, with one line of
why; 1 is a check that found something.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, Protocol

import pyarrow as pa
from rich.console import Console
from sqlglot import exp

from lakehouse.errors import UserError
from lakehouse.output import FORMATS, show_value, to_rows, write_rows
from lakehouse.statements.questions import find_question, list_questions
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
from lakehouse.warehouse.iceberg import DEFAULT, DEMO, WarehouseError
from lakehouse.warehouse.session import Session

ENGINES = ("duckdb", "trino")
SHOW_TABLES = re.compile(r"\s*show\s+(?P<what>tables|views)(\s+(in|from)\s+\S+)?\s*;?\s*", re.IGNORECASE)


class UsageError(Exception):
    """Arguments that make no command; the message is one line."""


class OneLineParser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        raise UsageError(f"{message}; see `{self.prog} --help`")


def shared_options() -> tuple[OneLineParser, OneLineParser]:
    """Return the options of commands that read a warehouse, and of those that write rows."""
    reading, writing = OneLineParser(add_help=False), OneLineParser(add_help=False)
    reading.add_argument("--warehouse", type=Path, default=DEFAULT, help="folder with catalog.db")
    reading.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    writing.add_argument("--format", choices=FORMATS, default="table")
    return reading, writing


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the four commands."""
    reading, writing = shared_options()
    parser = OneLineParser(prog="python -m lakehouse.asking", description="Ask a warehouse on this machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{sql,questions,question,check}")
    sql = commands.add_parser("sql", parents=[reading, writing], help="run one statement in Athena's dialect")
    sql.add_argument("statement")
    commands.add_parser("questions", parents=[writing], help="list the saved questions and their parameters")
    question = commands.add_parser("question", parents=[reading, writing], help="ask a saved question")
    question.add_argument("name")
    question.add_argument("parameters", nargs="*", metavar="key=value")
    commands.add_parser("check", parents=[reading], help="run the checks; exit code 1 when one finds something")
    return parser


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command and its options; a question's parameters may stand before and after the options."""
    arguments, others = build_parser().parse_known_args(argv)
    if others and (arguments.command != "question" or others[0].startswith("-")):
        raise UsageError(f"unrecognized arguments: {' '.join(others)}; see `python -m lakehouse.asking --help`")
    if others:
        arguments.parameters += others
    return arguments


class Asked(Protocol):
    """What answers statements: DuckDB over a warehouse, or a Trino."""

    views: Mapping[str, Statement]

    @property
    def known(self) -> set[str]:
        """Return the names of the tables and views there are."""

    def run(self, tree: exp.Expr) -> pa.Table:
        """Return the rows of a statement that was read before."""

    def run_text(self, text: str) -> pa.Table:
        """Return the rows of a statement as it stands."""

    def require_known(self, names: set[str]) -> set[str]:
        """Return the names; refuse those of no table or view."""


@contextmanager
def open_session(folder: Path, engine: str) -> Iterator[Asked]:
    """Open a warehouse with one of the engines."""
    if engine == "duckdb":
        yield Session(folder)
        return
    # Only here: Trino and what it needs are not installed for those who never ask it.
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
            raise UsageError(f"parameter {pair!r}; expected key=value")
        values[name] = value
    return values


def ask_question(folder: Path, name: str, pairs: Iterable[str], engine: str = ENGINES[0]) -> pa.Table:
    """Return the answer to a saved question, and say on stderr what was asked."""
    question, values = find_question(name), read_parameters(pairs)
    tree = set_parameters(parse_statement(question.text), values)
    with open_session(folder, engine) as session:
        try:
            rows = session.run(tree)
        except StatementError as error:
            told = " ".join(f"{name}={value}" for name, value in values.items())
            raise StatementError(
                f"question {name} cannot be answered with {told or 'its defaults'}: {error}"
            ) from error
    note(question.title)
    return rows


def run_checks(session: Asked) -> int:
    """Run every check, one line each; return 1 when any found something."""
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False, soft_wrap=True)
    failed = 0
    for name, check in read_folder("check").items():
        rows = session.run(parse_statement(check.text))
        failed += bool(rows.num_rows)
        console.print(describe_check(name, check, rows))
    return 1 if failed else 0


def describe_check(name: str, check: Statement, rows: pa.Table) -> str:
    """Return a check's line: ok, or what it is about, how many rows it found and the first of them."""
    if not rows.num_rows:
        return f"ok      {name}"
    first = zip(rows.column_names, to_rows(rows.slice(0, 1))[0], strict=True)
    example = ", ".join(f"{column}={show_value(value)}" for column, value in first)
    return f"FAILED  {name}: {check.title} {rows.num_rows} found, first: {example}"


def note(message: str) -> None:
    """Write one line to stderr."""
    Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True).print(message)


def choose_warehouse(folder: Path) -> Path:
    """Return the folder, but the demo's tables where there are none of one's own yet, and say so."""
    demo = DEMO / "warehouse"
    if folder != DEFAULT or folder.exists() or not demo.is_dir():
        return folder
    note(f"{folder} is not there yet; this is the demo's {demo}")
    return demo


def run(arguments: argparse.Namespace) -> int:
    """Run the command and write its answer."""
    if "warehouse" in arguments:
        arguments.warehouse = choose_warehouse(arguments.warehouse)
    if arguments.command == "check":
        with open_session(arguments.warehouse, arguments.engine) as session:
            return run_checks(session)
    if arguments.command == "questions":
        rows = list_questions()
    elif arguments.command == "question":
        rows = ask_question(arguments.warehouse, arguments.name, arguments.parameters, arguments.engine)
    else:
        with open_session(arguments.warehouse, arguments.engine) as session:
            rows = ask_sql(session, arguments.statement)
    write_rows(rows, arguments.format, sys.stdout)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    try:
        return run(parse_arguments(argv))
    except (StatementError, UsageError, UserError, WarehouseError) as error:
        note(f"error: {' '.join(str(error).split())}")
        return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader (head, less) has seen enough; without this Python complains while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
