"""Trino at the edges: each golden case, the rows of all cases beside each other, and no rows at all.

The tables are written into the emulated Glue catalog as the job writes them; DuckDB answers beside.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pytest

from glue_jobs.tables import TABLES
from lakehouse.emulated_aws.emulated import EmulatedAws
from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse
from lakehouse.output import to_rows
from lakehouse.statements.statement import parse_statement, read_folder, set_parameters, to_duckdb
from lakehouse.statements.summaries import read_named
from lakehouse.trino.server import Server
from lakehouse.trino.session import TrinoSession
from lakehouse.warehouse import duckdb_engine as stand_in
from tests.e2e.test_engines import FILES, SIDE_BY_SIDE, asked, assert_same
from tests.long import edges
from tests.sql.conftest import create_statement, to_arrow
from tests.sql.golden import AN_HOUR_AHEAD, CASES, Case, show_rows
from tests.sql.test_large_listings import LENGTHS

ORDERED = {**read_folder("question"), **read_folder("check")}
GOLDEN = {case.name for case in CASES}
SEEN_BY = {
    edges.TOGETHER: [file for file in FILES if file[1] not in GOLDEN],
    edges.NOBODY: [file for file in FILES if file[0] == "question"],
}
"""What is asked of the rows of all cases, and of none: files without golden rows, and what people ask."""


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
    """Yield Trino's answers at the edges by who asked and what."""

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
def duckdb_at_edges(schemas: Mapping[str, pa.Schema]) -> Callable[[str, str], pa.Table]:
    """Return what asks DuckDB as one who sees the rows of all cases, or as one who sees none."""
    seen = {edges.TOGETHER: edges.rows_together(schemas), edges.NOBODY: dict[str, Any]()}
    engines = {user: stand_in.connect() for user in seen}
    for user, engine in engines.items():
        for table in TABLES:
            engine.execute(create_statement(table))
            engine.from_arrow(to_arrow(schemas[table.name], seen[user].get(table.name, []))).insert_into(table.name)
        stand_in.add_views(engine, read_named(), read_named(AN_HOUR_AHEAD))
    return lambda user, text: stand_in.fetch(engines[user], to_duckdb(parse_statement(text)))


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


@pytest.mark.parametrize("view", ["listing_entry", "listing_day", "listing_now"])
@pytest.mark.parametrize("length", LENGTHS)
def test_trino_reads_a_large_listing_whole(at_edges, server, view, length):
    # What asks at the edges has made the tables.
    at_edges[edges.NOBODY, "top_artists"].result()
    trino = TrinoSession(server.result().port, edges.EDGES, f"large_{length}")
    text = f"select count(*), min(position), max(position), count(distinct item_id) from {view}"
    assert to_rows(trino.run_text(text)) == [(length, 1, length, length)]


def test_tables_without_a_snapshot_are_read_as_empty(at_edges, server):
    trino = TrinoSession(server.result().port, edges.EMPTY)
    text = " union all ".join(f"select count(*) as n from {table.name}" for table in TABLES)
    assert to_rows(trino.run_text(text)) == [(0,)] * len(TABLES)
