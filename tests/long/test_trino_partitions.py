"""On a year of history in Trino: what is asked about a day or week reads only those partitions, by its statistics."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future

import pytest
from sqlglot import exp

from lakehouse.emulated_aws.emulated import EmulatedAws
from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse
from lakehouse.statements.statement import parse_statement, read_folder, set_parameters
from lakehouse.trino.serve import register_tables
from lakehouse.trino.server import Server
from lakehouse.trino.session import TrinoSession
from lakehouse.warehouse.iceberg import Warehouse
from tests.e2e.plans import rows_read
from tests.sql.conftest import empty_tables, schemas, write_warehouse
from tests.sql.history import DAYS, rows_of_a_year
from tests.sql.test_partitions import ASKED, DAY, OF_UNCHANGED, VIEWS, names_of, select_all

__all__ = ["empty_tables", "schemas", "write_warehouse"]

BY_MONTH = {"raw_object"}
Days = tuple[dt.date, dt.date]


@pytest.fixture(scope="module")
def rows_by_day() -> Mapping[str, Counter[dt.date]]:
    """Return how many rows each table has of each day."""
    return {
        table: Counter(row["extraction_date"] for row in rows)
        for table, rows in rows_of_a_year().items()
        if table != "play"
    }


@pytest.fixture(scope="module")
def year_in_trino(
    aws: EmulatedAws,
    server: Future[Server],
    write_warehouse: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TrinoSession]:
    """Yield Trino over 365 days of history; the catalog is left as it was."""
    folder, lake = tmp_path_factory.mktemp("year"), GlueWarehouse()
    write_warehouse(folder, **rows_of_a_year())
    known = Warehouse(folder)
    register_tables(known, lake.glue)
    session = TrinoSession(server.result().port)
    session.create_views()
    yield session
    for table in known.tables:
        lake.glue.drop_table(("music", table))


def whole_months(first: dt.date, last: dt.date) -> Days:
    """Return the days of the months that some days belong to."""
    return first.replace(day=1), (last.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def rows_of(days: Counter[dt.date], first: dt.date, last: dt.date) -> int:
    """Return how many rows there are of some days."""
    return sum(rows for day, rows in days.items() if first <= day <= last)


def assert_few_read(
    trino: TrinoSession, tree: exp.Expr, kept: Mapping[str, Days], rows_by_day: Mapping[str, Counter[dt.date]]
) -> None:
    """Expect that each scan reads no more rows than the days kept have, and those are few."""
    scans = rows_read(trino, tree)
    most = {
        table: rows_of(rows_by_day[table], *(whole_months(*days) if table in BY_MONTH else days))
        for table, days in kept.items()
    }
    assert {table for table, _ in scans} >= set(kept)
    assert [(table, rows, most[table]) for table, rows in scans if table in most and rows > most[table]] == []
    assert all(rows < rows_by_day[table].total() * 0.2 for table, rows in most.items())


@pytest.mark.parametrize(("view", "asked", "kept"), [*VIEWS, *OF_UNCHANGED], ids=names_of([*VIEWS, *OF_UNCHANGED]))
def test_a_view_asked_about_a_day_or_week_reads_no_other_partition(year_in_trino, rows_by_day, view, asked, kept):
    assert_few_read(year_in_trino, select_all(view, asked), kept, rows_by_day)


@pytest.mark.parametrize(("name", "values", "kept"), ASKED, ids=[name for name, _, _ in ASKED])
def test_a_question_about_a_day_or_week_reads_no_other_partition(year_in_trino, rows_by_day, name, values, kept):
    tree = set_parameters(parse_statement(read_folder("question")[name].text), values)
    assert_few_read(year_in_trino, tree, kept, rows_by_day)


def test_what_was_listed_on_a_day_is_read_of_the_days_of_its_walks_alone(year_in_trino):
    walks = {DAY, max(day for day in DAYS[::7] if day <= DAY)}
    scans = rows_read(year_in_trino, select_all("listing_day", f"extraction_date = date '{DAY}'"))
    assert min(rows for _, rows in scans) == 2
    assert ("listing", 2 * len(walks)) in scans


def test_a_year_is_read_where_nothing_bounds_it(year_in_trino, rows_by_day):
    tree = parse_statement("select * from song_artist")
    assert rows_read(year_in_trino, tree) == [("song", rows_by_day["song"].total())]
