"""Every SQL file gives the golden rows beside tiny tables."""

from typing import get_args

import pyarrow as pa
import pytest

from lakehouse.output import to_rows
from lakehouse.statements.statement import Kind, parse_statement, read_folder, set_parameters, to_duckdb
from lakehouse.statements.summaries import read_named
from lakehouse.warehouse import duckdb_engine as stand_in
from tests.sql.conftest import views_behind
from tests.sql.golden import CASES, FOLDER, Case, show_rows

ORDERED = {**read_folder("question"), **read_folder("check")}


def ask(engine, case: Case) -> pa.Table:
    """Return the rows of a case's file, of the columns it names."""
    stand_in.add_views(engine, views_behind(case.name), read_named(case.time_zones))
    columns = ", ".join(f'"{name}"' for name in case.columns)
    if case.name not in ORDERED:
        return stand_in.fetch(engine, f"select {columns} from {case.name}")
    tree = set_parameters(parse_statement(ORDERED[case.name].text), case.parameters)
    return stand_in.fetch(engine, to_duckdb(tree)).select(case.columns)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}: {case.title}")
def test_golden_rows(engine, fill, schemas, case):
    fill(**case.rows(schemas))
    rows = show_rows(to_rows(ask(engine, case)))
    if case.name in ORDERED:
        assert rows == case.expected
    else:
        assert sorted(rows) == sorted(case.expected)


def test_every_file_that_no_other_test_asks_has_golden_rows():
    asked = "".join(path.read_text() for path in FOLDER.parent.glob("test_*.py"))
    files = {name for kind in get_args(Kind) for name in read_folder(kind)}
    assert {name for name in files if f'"{name}"' not in asked and "_key" not in name} <= {case.name for case in CASES}
    assert {case.name for case in CASES} <= files


def test_a_case_has_rows_unless_its_title_says_no_row():
    assert [case.title for case in CASES if bool(case.expected) == case.title.endswith(": no row")] == []


def test_summaries_can_be_read_by_name_like_views():
    assert set(read_folder("ctas")) <= set(read_named())
