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
from tests.e2e.conftest import Line
from tests.e2e.plans import rows_read

FILES = [(kind, name) for kind in get_args(Kind) for name in read_folder(kind)]
SOME: list[tuple[Kind, str]] = [
    ("view", "play_once"),
    ("view", "listing_day"),
    ("question", "listening_months"),
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
def duckdb(line: Line) -> Session:
    """Return DuckDB over the same tables, found in the same catalog."""
    return Session(GlueWarehouse())


def comparable(value: Any) -> Any:
    """Return a value that sorts among others, nulls first."""
    return (value is not None, str(value) if isinstance(value, list | dict | bool) else value)


def in_order(rows: list[tuple[Any, ...]], is_ordered: bool) -> list[tuple[Any, ...]]:
    """Return the rows as they are where the statement orders them, else sorted."""
    return rows if is_ordered else sorted(rows, key=lambda row: [comparable(value) for value in row])


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; numbers as far as two engines can agree."""
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
def test_trino_and_duckdb_answer_the_same(trino, duckdb, kind, name):
    text = asked(kind, name)
    rows = trino.run_text(text)
    assert_same(rows, duckdb.run_text(text), is_ordered(text))
    assert rows.num_rows or kind == "check"


def is_ordered(text: str) -> bool:
    """Tell whether a statement orders its rows."""
    return parse_statement(text).args.get("order") is not None


def test_readers_cannot_harm_the_tables(trino):
    for text in ("drop table song", "delete from song", "create table mine as select 1 as x"):
        with pytest.raises(StatementError, match="Access Denied"):
            trino.run_text(text)


def test_a_wrong_column_is_named_with_its_place(trino):
    with pytest.raises(StatementError, match=r"line 1:8: Column 'nome' cannot be resolved"):
        trino.run_text("select nome from song")


def test_a_question_about_one_day_reads_that_day_alone(trino):
    days = trino.run_text("select extraction_date, count(*) from listing group by extraction_date order by 1")
    day, rows = to_rows(days)[0]
    text = f"select entries from listing where extraction_date = date '{day}'"
    plan = trino.run_text(f"explain analyze {text}").column(0)[0].as_py()
    assert f"Input: {rows} row" in plan
    assert days.num_rows > 1


def test_what_was_listed_on_one_day_is_read_of_the_days_of_its_walks(trino):
    last = "extraction_date = (select max(extraction_date) from listing)"
    day = to_rows(trino.run_text(f"select distinct extraction_date from listing where {last}"))[0][0]
    asked = f"from listing_day where extraction_date = date '{day}'"
    of_walks = f"select count(*) from listing where extraction_date in (select walk_date {asked})"
    (most,), (all_rows,) = (to_rows(trino.run_text(text))[0] for text in (of_walks, "select count(*) from listing"))
    rows = sorted(rows for _, rows in rows_read(trino, parse_statement(f"select * {asked}")))
    # One scan looks for walks in the 35 days before; on a year tests/long/test_trino_partitions.py bounds it.
    assert 0 < rows[-2] <= most < all_rows
