"""The saved questions: found by name, listed with their parameters; and the checks as of a day."""

import datetime as dt

import pyarrow as pa
from sqlglot import exp

from lakehouse.nearest import nearest
from lakehouse.statements.statement import (
    Statement,
    StatementError,
    parameters_of,
    parse_statement,
    read_folder,
    set_parameters,
)


def find_question(name: str) -> Statement:
    """Return a saved question; refuse a name that is none."""
    questions = read_folder("question")
    if name not in questions:
        raise StatementError(f"no question {name}; {nearest(name, questions)}")
    return questions[name]


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


def parse_check(check: Statement, as_of: dt.date | None = None) -> exp.Expr:
    """Return a check's statement; one that asks how old something is asks it as of the day."""
    tree = parse_statement(check.text)
    return set_parameters(tree, {"today": str(as_of)}) if as_of and "today" in parameters_of(tree) else tree
