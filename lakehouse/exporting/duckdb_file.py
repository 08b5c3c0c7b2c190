"""One DuckDB file with the tables, the views and, in the schema `question`, the saved questions.

Whoever opens the file has DuckDB's own settings, not those of this project. So nothing in it depends on a setting:
instants are stored as timestamps in UTC, and a division of whole numbers says that it is one.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from glue_jobs.tables import TABLES
from lakehouse.statements.statement import parse_statement, read_folder, to_duckdb
from lakehouse.statements.summaries import as_view
from lakehouse.warehouse import duckdb_engine
from lakehouse.warehouse.session import Session

QUESTIONS = "question"
INSTANT, STORED = "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"
IN_UTC = "In UTC."
STAGED = "staged_"


def write_duckdb(session: Session, path: Path, note: Callable[[str], None]) -> None:
    """Write the file."""
    file = duckdb.connect(str(path))
    try:
        for setting in duckdb_engine.FIXED:
            file.execute(setting)
        for name in session.warehouse.tables:
            note(f"{name}: {add_table(file, session, name):,} rows")
        add_views(file, session)
        add_questions(file)
    finally:
        file.close()


def add_table(file: duckdb.DuckDBPyConnection, session: Session, name: str) -> int:
    """Store a table with its comments; return the number of its rows."""
    source = f"{STAGED}{name}"
    file.register(source, session.warehouse.open_dataset(name))
    columns = [
        f"cast({quote(column)} as {kind.replace(INSTANT, STORED)}) as {quote(column)}"
        for column, kind, *_ in file.execute(f"describe {quote(source)}").fetchall()
    ]
    file.execute(f"create table {quote(name)} as select {', '.join(columns)} from {quote(source)}")
    file.unregister(source)
    comment_table(file, name)
    ((count,),) = file.execute(f"select count(*) from {quote(name)}").fetchall()
    return int(count)


def comment_table(file: duckdb.DuckDBPyConnection, name: str) -> None:
    """Say what a table and its columns are, where that is known."""
    present = {row[0]: row[1] for row in file.execute(f"describe {quote(name)}").fetchall()}
    for table in (table for table in TABLES if table.name == name):
        file.execute(f"comment on table {quote(name)} is {literal(table.grain)}")
        for column in (column for column in table.columns if column.name in present):
            zone = f" {IN_UTC}" if STORED in present[column.name] else ""
            text = literal(f"{column.comment.rstrip('.')}.{zone}")
            file.execute(f"comment on column {quote(name)}.{quote(column.name)} is {text}")


def add_views(file: duckdb.DuckDBPyConnection, session: Session) -> None:
    """Create the views and the summaries, each after those it reads."""
    for name in duckdb_engine.order_views(session.views, session.views):
        view = session.views[name]
        query: Any = as_view(parse_statement(view.text)).expression
        file.execute(f"create view {quote(name)} as {fix(file, query)}")
        file.execute(f"comment on view {quote(name)} is {literal(f'{view.title} Grain: {view.grain}.')}")


def add_questions(file: duckdb.DuckDBPyConnection) -> None:
    """Create a view of each saved question, with the defaults of its parameters."""
    file.execute(f"create schema {QUESTIONS}")
    for name, question in read_folder("question").items():
        view = f"{QUESTIONS}.{quote(name)}"
        file.execute(f"create view {view} as {fix(file, parse_statement(question.text))}")
        file.execute(f"comment on view {view} is {literal(f'{question.title} Grain: {question.grain}.')}")


def fix(file: duckdb.DuckDBPyConnection, query: exp.Expr) -> str:
    """Return a query in DuckDB's dialect that gives the same rows under any settings."""
    tree = sqlglot.parse_one(to_duckdb(query), read="duckdb")
    for call in list(tree.find_all(exp.Anonymous)):
        if call.name.lower() == "timezone":
            zone, moment = call.expressions
            utc = exp.Anonymous(this="timezone", expressions=[exp.Literal.string("UTC"), moment.copy()])
            call.replace(exp.Anonymous(this="timezone", expressions=[zone.copy(), utc]))
    for number in range(len(list(tree.find_all(exp.Div)))):
        if is_whole(file, tree, number):
            nth_division(tree, number).args["is_whole"] = True
    for division in [div for div in tree.find_all(exp.Div) if div.args.pop("is_whole", False)]:
        division.replace(exp.paren(exp.IntDiv(this=division.this, expression=division.expression)))
    return tree.sql(dialect="duckdb")


def is_whole(file: duckdb.DuckDBPyConnection, tree: exp.Expr, number: int) -> bool:
    """Return whether a division is one of whole numbers: only such a result can go through a bitwise operator."""
    probe = tree.copy()
    division = nth_division(probe, number)
    division.replace(exp.paren(exp.BitwiseOr(this=exp.paren(division.copy()), expression=exp.Literal.number(0))))
    try:
        file.sql(probe.sql(dialect="duckdb")).columns  # noqa: B018 - naming the columns binds the query, and runs nothing
    except duckdb.Error:
        return False
    return True


def nth_division(tree: exp.Expr, number: int) -> exp.Div:
    """Return one of the divisions of a query, counted in the order in which they are found."""
    return list(tree.find_all(exp.Div))[number]


def quote(name: str) -> str:
    """Return a name as SQL."""
    return exp.to_identifier(name, quoted=True).sql(dialect="duckdb")


def literal(text: str) -> str:
    """Return a text as SQL."""
    return exp.Literal.string(text).sql(dialect="duckdb")
