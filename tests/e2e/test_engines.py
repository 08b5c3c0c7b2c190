"""Views, questions, checks and summaries on Trino and on DuckDB: the same rows.

Over the tables the job wrote through the emulated Glue catalog. Here are one or two files of each kind; all of them are
in tests/long/test_all_engines.py, edges and golden rows in tests/long/test_trino_edges.py.
"""

import math
from typing import Any, get_args

import pyarrow as pa
import pytest

from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse
from lakehouse.output import to_rows
from lakehouse.statements.statement import Kind, StatementError, parse_statement, read_folder
from lakehouse.warehouse.session import Session

FILES = [(kind, name) for kind in get_args(Kind) for name in read_folder(kind)]
SOME: list[tuple[Kind, str]] = [
    ("view", "listing_day"),
    ("question", "top_artists"),
    ("check", "listing_positions"),
    ("ctas", "song_by_week"),
]
SIDE_BY_SIDE = 2
TOLERANCE = 1e-9
"""Two engines add doubles in different orders, and an average of decimals keeps other digits: relative difference."""


def asked(kind: Kind, name: str) -> str:
    """Return what gives the rows of a file: its own text; of a view and a summary, all their rows."""
    return f"select * from {name}" if kind in ("view", "ctas") else read_folder(kind)[name].text


@pytest.fixture(scope="module")
def duckdb() -> Session:
    """Return DuckDB over the same tables, found in the same catalog."""
    return Session(GlueWarehouse())


def comparable(value: Any) -> Any:
    """Return a value that sorts among others, nulls first."""
    return (value is not None, str(value) if isinstance(value, list | dict | bool) else value)


def in_order(rows: list[tuple[Any, ...]], is_ordered: bool) -> list[tuple[Any, ...]]:
    """Return the rows as they are where the statement orders them, else sorted."""
    return rows if is_ordered else sorted(rows, key=lambda row: [comparable(value) for value in row])


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values are the same; numbers as far as two engines can agree."""
    if isinstance(one, float) and isinstance(other, int | float) and not isinstance(other, bool):
        return math.isclose(one, other, rel_tol=TOLERANCE)
    if isinstance(other, float):
        return is_same(other, one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and bool(one == other)


def assert_same(theirs: pa.Table, ours: pa.Table, is_ordered: bool) -> None:
    """Compare columns and rows."""
    assert theirs.column_names == ours.column_names
    seen, expected = (in_order(to_rows(rows), is_ordered) for rows in (theirs, ours))
    assert len(seen) == len(expected)
    differing = [(row, other) for row, other in zip(seen, expected, strict=True) if not is_same(row, other)]
    assert differing == []


@pytest.mark.parametrize(("kind", "name"), SOME, ids=[f"{kind} {name}" for kind, name in SOME])
def test_trino_and_duckdb_answer_the_same(demo_trino, duckdb, kind, name):
    text = asked(kind, name)
    rows = demo_trino.run_text(text)
    assert_same(rows, duckdb.run_text(text), is_ordered(text))
    assert rows.num_rows or kind == "check"


def is_ordered(text: str) -> bool:
    """Return whether a statement orders its rows."""
    return parse_statement(text).args.get("order") is not None


def test_readers_cannot_harm_the_tables(demo_trino):
    for text in ("drop table song", "delete from song", "create table mine as select 1 as x"):
        with pytest.raises(StatementError, match="Access Denied"):
            demo_trino.run_text(text)


def test_a_wrong_column_is_named_with_its_place(demo_trino):
    with pytest.raises(StatementError, match=r"line 1:8: Column 'nome' cannot be resolved"):
        demo_trino.run_text("select nome from song")
