"""Every view, question, check and summary on Trino and on DuckDB: the same rows, over what the job wrote."""

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa
import pytest

from glue_jobs.tables import TABLES
from lakehouse.output import to_rows
from lakehouse.statements.statement import Kind, parse_statement, read_folder, set_parameters
from lakehouse.trino.server import OWNER
from lakehouse.trino.session import TrinoSession, open_connection, run_when_ready
from tests.e2e.conftest import line, trino
from tests.e2e.plans import rows_read
from tests.e2e.test_engines import FILES, SIDE_BY_SIDE, asked, assert_same, duckdb, is_ordered
from tests.sql.test_partitions import ASKED
from tests.trino_tables import to_trino_table

__all__ = ["duckdb", "line", "trino"]


@pytest.fixture(scope="module")
def on_trino(trino: TrinoSession) -> Iterator[dict[tuple[Kind, str], Future[pa.Table]]]:
    """Yield Trino's answer to every file, asked a few at a time while the first are compared."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {file: pool.submit(trino.run_text, asked(*file)) for file in FILES}


@pytest.mark.parametrize(("kind", "name"), FILES, ids=[f"{kind} {name}" for kind, name in FILES])
def test_trino_and_duckdb_answer_the_same(on_trino, duckdb, kind, name):
    text = asked(kind, name)
    assert_same(on_trino[kind, name].result(), duckdb.run_text(text), is_ordered(text))


@pytest.mark.parametrize("name", sorted(read_folder("view")))
def test_no_view_holds_a_time_with_a_zone_on_trino_because_athena_refuses_such_views(trino, name):
    connection = open_connection(trino.port)
    run_when_ready(connection, f"prepare asked from select * from {name}")
    columns = run_when_ready(connection, "describe output asked")[1]
    assert columns
    assert [(column[0], column[4]) for column in columns if "with time zone" in column[4]] == []


def test_what_is_compared_has_rows(on_trino):
    empty = [name for (kind, name), rows in on_trino.items() if kind != "check" and not rows.result().num_rows]
    assert len(empty) < len(FILES) / 4, empty


@pytest.mark.parametrize("name", sorted(read_folder("ctas")))
def test_a_stored_summary_holds_what_is_computed(line, trino, duckdb, name):
    text = read_folder("ctas")[name].text.replace(f"create table {name}", f"create table stored_{name}")
    owner = TrinoSession(trino.port, user=OWNER)
    owner.run_text(to_trino_table(text, f"s3://{line.aws.names.bucket}/warehouse/stored_{name}/"))
    try:
        stored = trino.run_text(f"select * from stored_{name}")
        assert_same(stored, duckdb.run_text(f"select * from {name}"), False)
        assert stored.num_rows
    finally:
        owner.run_text(f"drop table stored_{name}")


@pytest.mark.parametrize(("name", "values", "kept"), ASKED, ids=[name for name, _, _ in ASKED])
def test_a_question_about_a_day_or_week_skips_the_other_partitions(trino, name, values, kept):
    tree = set_parameters(parse_statement(read_folder("question")[name].text), values)
    plan = str(trino.run_text(f"explain {tree.sql(dialect='trino')}").column(0)[0])
    scans = re.findall(r"table = \w+:music\.(\w+)\$data(?:@\d+)?( constraint on \[extraction_date|)", plan)
    assert {table for table, _ in scans} >= set(kept)
    # Of the ledger's months a plan says nothing: Trino skips their files when it reads.
    by_day = {table.name for table in TABLES if table.partition_transform == "identity"}
    assert [table for table, bounded in scans if table in by_day & set(kept) and not bounded] == []


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
