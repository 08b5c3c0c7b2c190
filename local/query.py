"""Ask a warehouse on this machine: SQL in Athena's dialect, the saved questions, the checks.

Data goes to stdout, notes to stderr. Exit code 2 is a statement or warehouse that cannot be used, with one line of
why; 1 is a check that found something.
"""

import argparse
import difflib
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, Protocol

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from sqlglot import exp

from local import engine as stand_in
from local.console import PlainConsole, complain, run_quietly
from local.errors import UserError
from local.output import FORMATS, show_value, to_rows, write_rows
from local.statements import (
    DIALECT,
    Statement,
    StatementError,
    names_read,
    parameters_of,
    parse_statement,
    qualified_name,
    read_folder,
    require_reading,
    set_parameters,
    to_duckdb,
)
from local.summaries import read_named
from local.warehouse import DEFAULT, DEMO, Tables, Warehouse, WarehouseError

ENGINES = ("duckdb", "trino")
SHOW_TABLES = re.compile(r"\s*show\s+(?P<what>tables|views)(\s+(in|from)\s+\S+)?\s*;?\s*", re.IGNORECASE)
UNKNOWN_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "(?P<name>[^"]+)"')
INFORMATION_SCHEMA = "information_schema."


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
    parser = OneLineParser(prog="python -m local.query", description="Ask a warehouse on this machine.")
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
        raise UsageError(f"unrecognized arguments: {' '.join(others)}; see `python -m local.query --help`")
    if others:
        arguments.parameters += others
    return arguments


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint: the known name that is most alike, else all of them."""
    alike = difflib.get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return f"did you mean {alike[0]}?" if alike else f"expected one of {', '.join(sorted(known))}"


class Session:
    """One warehouse; each statement runs in an engine that holds the tables and views it reads, no more."""

    def __init__(self, warehouse: Path | Tables) -> None:
        """Open the warehouse's catalog, but no table."""
        self.warehouse = Warehouse(warehouse) if isinstance(warehouse, Path) else warehouse
        self.views = read_named()
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

    def run_text(self, text: str) -> pa.Table:
        """Return the rows of a statement as it stands."""
        return self.run(parse_statement(text))

    def fill(self, engine: duckdb.DuckDBPyConnection, names: Collection[str]) -> None:
        """Give the engine what the names mean, then seal it."""
        for table in sorted(stand_in.tables_behind(names, self.views)):
            if table not in self.opened:
                self.opened[table] = self.warehouse.open_dataset(table)
            stand_in.add_dataset(engine, table, self.opened[table])
        stand_in.add_views(engine, names)
        stand_in.seal(engine)

    def require_known(self, names: set[str]) -> set[str]:
        """Return the names; refuse those of no table or view. The information schema means all of them."""
        schemas = {name for name in names if name.startswith(INFORMATION_SCHEMA)}
        for name in sorted(names - schemas - self.known):
            raise StatementError(f"no table or view {name}; {nearest(name, self.known)}")
        return self.known if schemas else names


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
    from local.trino.serve import open_trino

    with open_trino(folder) as session:
        yield session


def explain(error: duckdb.Error, engine: duckdb.DuckDBPyConnection) -> str:
    """Return what went wrong in one line, with the nearest column where one is misspelt."""
    message = str(error)
    found = UNKNOWN_COLUMN.search(message)
    if found is None:
        return re.sub(r"^[\w ]+ Error: ", "", message.splitlines()[0])
    return f"no column {found['name']}; {nearest(found['name'], columns_of(engine))}"


def columns_of(engine: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the columns of all tables and views in the engine."""
    rows = engine.execute("select column_name from information_schema.columns").fetchall()
    return {str(row[0]) for row in rows}


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


def find_question(name: str) -> Statement:
    """Return a saved question; refuse a name that is none."""
    questions = read_folder("question")
    if name not in questions:
        raise StatementError(f"no question {name}; {nearest(name, questions)}")
    return questions[name]


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


def list_questions() -> pa.Table:
    """Return the saved questions with their parameters."""
    questions = read_folder("question").values()
    return pa.table(
        {
            "name": [question.name for question in questions],
            "question": [question.title for question in questions],
            "parameters": [describe_parameters(question) for question in questions],
        }
    )


def describe_parameters(question: Statement) -> str:
    """Return a question's parameters with their defaults, as they are written on the command line."""
    defaults = parameters_of(parse_statement(question.text))
    return " ".join(f"{name}={default_text(default)}" for name, default in defaults.items())


def default_text(default: exp.Expr) -> str:
    """Return a default as text; none where it is null."""
    value = default.this if isinstance(default, exp.Cast) else default
    return "" if isinstance(value, exp.Null) else str(value.name)


def run_checks(session: Asked) -> int:
    """Run every check, one line each; return 1 when any found something."""
    console = PlainConsole()
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
    complain(message)


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
    sys.exit(run_quietly(main))
