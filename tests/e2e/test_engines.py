"""Every view, question, check and summary on Trino and on DuckDB: the same rows.

Over the tables the job wrote through the emulated Glue catalog; over the rows of all golden cases beside each other and
over none, which is asked while the job still runs; and Trino alone against each golden case.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, get_args

import pyarrow as pa
import pytest

from glue_jobs.tables import TABLES
from local import engine as stand_in
from local.aws.emulated import EmulatedAws
from local.aws.glue_warehouse import GlueWarehouse
from local.output import to_rows
from local.query import Session
from local.statements import Kind, StatementError, parse_statement, read_folder, set_parameters, to_duckdb
from local.summaries import read_named, to_trino_table
from local.trino.server import OWNER, Server
from local.trino.session import TrinoSession
from tests.e2e import edges
from tests.e2e.conftest import Line
from tests.sql.conftest import create_statement, to_arrow
from tests.sql.golden import CASES, Case, show_rows
from tests.sql.test_partitions import ASKED

FILES = [(kind, name) for kind in get_args(Kind) for name in read_folder(kind)]
ORDERED = {**read_folder("question"), **read_folder("check")}
GOLDEN = {case.name for case in CASES}
SEEN_BY = {
    edges.TOGETHER: [file for file in FILES if file[1] not in GOLDEN],
    edges.NOBODY: [file for file in FILES if file[0] == "question"],
}
"""What is asked of the rows of all cases, and of none: files without golden rows, and what people ask."""

SIDE_BY_SIDE = 2
TOLERANCE = 1e-9
"""Two engines add doubles in different orders, and an average of decimals keeps other digits: relative difference."""


def asked(kind: Kind, name: str) -> str:
    """Return what gives the rows of a file: its own text; of a view and a summary, all their rows."""
    return f"select * from {name}" if kind in ("view", "ctas") else read_folder(kind)[name].text


@pytest.fixture(scope="module")
def schemas() -> Mapping[str, pa.Schema]:
    """Return each table's Arrow schema."""
    engine = stand_in.connect()
    for table in TABLES:
        engine.execute(create_statement(table))
    return {table.name: stand_in.fetch(engine, f"from {table.name}").schema for table in TABLES}


@pytest.fixture(scope="module")
def at_edges(
    aws: EmulatedAws, server: Future[Server], schemas: Mapping[str, pa.Schema]
) -> Iterator[dict[tuple[str, str], Future[pa.Table]]]:
    """Yield Trino's answers at the edges by who asked and what; Trino gives them while the job runs."""

    def prepare() -> int:
        edges.write_rows(schemas, aws.names.bucket, GlueWarehouse().filesystem)
        edges.write_nothing(schemas, aws.names.bucket)
        edges.create_edges(server.result().port)
        return server.result().port

    def ask(user: str, text: str) -> pa.Table:
        return TrinoSession(prepared.result(), edges.EDGES, user).run_text(text)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        prepared = pool.submit(prepare)
        asked_alike = {(user, name): asked(kind, name) for user, files in SEEN_BY.items() for kind, name in files}
        golden = {(edges.user_of(number), case.name): asked_of(case) for number, case in enumerate(CASES)}
        yield {(user, name): pool.submit(ask, user, text) for (user, name), text in (asked_alike | golden).items()}


def asked_of(case: Case) -> str:
    """Return what gives the rows of a golden case."""
    if case.name not in ORDERED:
        return f"select {', '.join(case.columns)} from {case.name}"
    return set_parameters(parse_statement(ORDERED[case.name].text), case.parameters).sql(dialect="trino")


@pytest.fixture(scope="module")
def on_trino(at_edges: object, trino: TrinoSession) -> Iterator[dict[tuple[Kind, str], Future[pa.Table]]]:
    """Yield Trino's answer to every file, asked a few at a time while the first are compared."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {file: pool.submit(trino.run_text, asked(*file)) for file in FILES}


@pytest.fixture(scope="module")
def duckdb(line: Line) -> Session:
    """Return DuckDB over the same tables, found in the same catalog."""
    return Session(GlueWarehouse())


@pytest.fixture(scope="module")
def duckdb_at_edges(schemas: Mapping[str, pa.Schema]) -> Callable[[str, str], pa.Table]:
    """Return what asks DuckDB as one who sees the rows of all cases, or as one who sees none."""
    seen = {edges.TOGETHER: edges.rows_together(schemas), edges.NOBODY: dict[str, Any]()}
    engines = {user: stand_in.connect() for user in seen}
    for user, engine in engines.items():
        for table in TABLES:
            engine.execute(create_statement(table))
            engine.from_arrow(to_arrow(schemas[table.name], seen[user].get(table.name, []))).insert_into(table.name)
        stand_in.add_views(engine, read_named())
    return lambda user, text: stand_in.fetch(engines[user], to_duckdb(parse_statement(text)))


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


@pytest.mark.parametrize(("kind", "name"), FILES, ids=[f"{kind} {name}" for kind, name in FILES])
def test_trino_and_duckdb_answer_the_same(on_trino, duckdb, kind, name):
    text = asked(kind, name)
    is_ordered = parse_statement(text).args.get("order") is not None
    assert_same(on_trino[kind, name].result(), duckdb.run_text(text), is_ordered)


@pytest.mark.parametrize(("user", "kind", "name"), [(user, *file) for user, files in SEEN_BY.items() for file in files])
def test_trino_and_duckdb_answer_the_same_at_the_edges(at_edges, duckdb_at_edges, user, kind, name):
    text = asked(kind, name)
    theirs, ours = at_edges[user, name].result(), duckdb_at_edges(user, text)
    assert_same(theirs, ours, parse_statement(text).args.get("order") is not None)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{case.name}: {case.title}" for case in CASES])
def test_trino_gives_the_golden_rows(at_edges, number):
    case = CASES[number]
    rows = show_rows(to_rows(at_edges[edges.user_of(number), case.name].result().select(case.columns)))
    is_ordered = case.name in ORDERED
    assert (rows if is_ordered else sorted(rows)) == (case.expected if is_ordered else sorted(case.expected))


def test_tables_without_a_snapshot_are_read_as_empty(at_edges, server):
    trino = TrinoSession(server.result().port, edges.EMPTY)
    text = " union all ".join(f"select count(*) as n from {table.name}" for table in TABLES)
    assert to_rows(trino.run_text(text)) == [(0,)] * len(TABLES)


def test_what_is_compared_has_rows(on_trino):
    empty = [name for (kind, name), rows in on_trino.items() if kind != "check" and not rows.result().num_rows]
    assert len(empty) < len(FILES) / 4, empty


def test_readers_cannot_harm_the_tables(trino):
    for text in ("drop table song", "delete from song", "create table mine as select 1 as x"):
        with pytest.raises(StatementError, match="Access Denied"):
            trino.run_text(text)


def test_a_wrong_column_is_named_with_its_place(trino):
    with pytest.raises(StatementError, match=r"line 1:8: Column 'nome' cannot be resolved"):
        trino.run_text("select nome from song")


@pytest.mark.parametrize("name", sorted(read_folder("ctas")))
def test_a_stored_summary_holds_what_is_computed(line, trino, duckdb, name):
    text = read_folder("ctas")[name].text.replace(f"create table {name}", f"create table stored_{name}")
    owner = TrinoSession(trino.port, user=OWNER)
    owner.run_text(to_trino_table(text, f"s3://{line.aws.names.bucket}/warehouse/stored_{name}/"))
    try:
        stored = trino.run_text(f"select * from stored_{name}")
        assert_same(stored, duckdb.run_text(f"select * from {name}"), is_ordered=False)
        assert stored.num_rows
    finally:
        owner.run_text(f"drop table stored_{name}")


def test_a_question_about_one_day_reads_that_day_alone(trino):
    days = trino.run_text("select extraction_date, count(*) from listing group by extraction_date order by 1")
    day, rows = to_rows(days)[0]
    text = f"select entries from listing where extraction_date = date '{day}'"
    plan = trino.run_text(f"explain analyze {text}").column(0)[0].as_py()
    assert f"Input: {rows} row" in plan
    assert days.num_rows > 1


@pytest.mark.parametrize(("name", "values", "kept"), ASKED, ids=[name for name, _, _ in ASKED])
def test_a_question_about_a_day_or_week_skips_the_other_partitions(trino, name, values, kept):
    tree = set_parameters(parse_statement(read_folder("question")[name].text), values)
    plan = str(trino.run_text(f"explain {tree.sql(dialect='trino')}").column(0)[0])
    scans = re.findall(r"table = \w+:music\.(\w+)\$data(?:@\d+)?( constraint on \[extraction_date|)", plan)
    assert {table for table, _ in scans} >= set(kept)
    assert [table for table, bounded in scans if table in kept and not bounded] == []
