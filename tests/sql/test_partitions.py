"""On a year of history, what is asked about one day or week opens only those partitions; latest views few columns."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.dataset as ds
import pytest
from sqlglot import exp

from lakehouse.output import to_rows
from lakehouse.statements.statement import parameters_of, parse_statement, read_folder, set_parameters
from lakehouse.statements.summaries import read_named
from lakehouse.warehouse import duckdb_engine as stand_in
from lakehouse.warehouse.iceberg import Warehouse
from lakehouse.warehouse.session import Session
from tests.sql.history import DAYS, rows_of_a_year

DAY = dt.date(2026, 6, 10)
MONDAY, SUNDAY = dt.date(2026, 6, 8), dt.date(2026, 6, 14)
THE_DAY, THE_WEEK = (DAY, DAY), (MONDAY, SUNDAY)


def before(days: int, first: dt.date = DAY, last: dt.date = DAY) -> tuple[dt.date, dt.date]:
    """Return the days from some days before the first to the last."""
    return first - dt.timedelta(days=days), last


ASKED = [
    ("top_of_each_day", {"since": str(DAY), "until": str(DAY)}, dict.fromkeys(("song", "artist", "album"), THE_DAY)),
    ("popularity_over_time", {"since": str(DAY), "until": str(DAY)}, dict.fromkeys(("song", "artist"), THE_DAY)),
    ("latency", {"since": str(DAY), "until": str(DAY)}, {"raw_object": THE_DAY}),
    ("listing_on_day", {"day": str(DAY)}, dict.fromkeys(("song", "listing"), before(42))),
    ("song_trend", {"since": str(DAY), "until": str(DAY)}, dict.fromkeys(("song", "listing"), before(35))),
    ("artist_trend", {"since": str(DAY), "until": str(DAY)}, dict.fromkeys(("song", "artist", "listing"), before(35))),
    (
        "chart_of_week",
        {"week": str(DAY)},
        dict.fromkeys(("song", "artist", "listing"), before(35, MONDAY, SUNDAY)),
    ),
]
DAY_OF_A_ROW = re.compile(r"\w+_date\b|played_at|gap_to")
"""In a view's grain, what says that its rows are of days, weeks or months."""
ON_THE_DAY = f"extraction_date = date '{DAY}'"
IN_THE_WEEK = f"extraction_date between date '{MONDAY}' and date '{SUNDAY}'"
VIEWS = [
    ("album_artist", ON_THE_DAY, {"album": THE_DAY}),
    ("listing_entry", ON_THE_DAY, {"listing": THE_DAY}),
    ("listing_entry", IN_THE_WEEK, {"listing": THE_WEEK}),
    ("load_latency", ON_THE_DAY, {"raw_object": THE_DAY}),
    ("load_status", ON_THE_DAY, {"raw_object": THE_DAY}),
    ("reconciliation", ON_THE_DAY, {"raw_object": THE_DAY}),
    ("song_artist", ON_THE_DAY, {"song": THE_DAY}),
    ("song_artist", IN_THE_WEEK, {"song": THE_WEEK}),
]
"""Views that are asked about a day or week, how, and the days of tables that they read, on every engine."""
OF_UNCHANGED = [
    ("listing_basis", ON_THE_DAY, {"listing": before(35)}),
    ("listing_basis", IN_THE_WEEK, {"listing": before(35, MONDAY, SUNDAY)}),
    ("listing_walk", ON_THE_DAY, {"listing": before(35)}),
    ("listing_walk", IN_THE_WEEK, {"listing": before(35, MONDAY, SUNDAY)}),
    ("listing_day", ON_THE_DAY, {"listing": before(35)}),
    ("listing_day", IN_THE_WEEK, {"listing": before(35, MONDAY, SUNDAY)}),
    ("chart_day", ON_THE_DAY, {"listing": before(35)}),
    ("chart_day", IN_THE_WEEK, {"listing": before(35, MONDAY, SUNDAY)}),
    ("chart_week", f"week_date = date '{MONDAY}'", {"listing": before(35, MONDAY, SUNDAY)}),
]
"""Views that look for the walk of an unchanged source: a join finds out which days these are.

Trino skips the others by what the join finds out (tests/long/test_trino_partitions.py). On DuckDB that does not reach
the files: it reads the walks of all days, and only what is asked here needs no other days.
"""
VIEWS_OF_HISTORY = {
    "chart_streak": "a streak may begin on any day",
    "listening_clock": "the listener's month is none of the table's, and which plays are one is found in all of them",
    "listening_day": "a streak may begin on any day",
    "listening_month": "an artist is new where no play before is known",
    "listing_change": "compares each reading with the one before, which may be of any day",
    "play_gap": "what was known before a page may be of any day, and so may the export that closes a gap",
    "play_history": "a song that is played may have been seen on any day; names are the newest known",
    "play_once": "which plays are one is found in all of them",
    "play_twice": "a partner may be on any day",
    "release_period": "is about the days on which albums came out, not those on which they were seen",
}
"""Views with a row per day, or longer, that by their meaning read more than the days around it, and why."""
READS_HISTORY = {
    "albums_by_type": "an album's type is the newest known; the date only says since when albums must have been seen",
    "listing_changes": "compares each reading with the one before, which may be of any day; names are the newest known",
    "listening_hours": "which plays are one is found in all of them",
    "listening_months": "an artist is new where no play before is known",
    "listening_weekdays": "is about months, and which plays are one is found in all of them",
    "most_played_albums": "a song that is played may have been seen on any day; names are the newest known",
    "most_played_artists": "a song that is played may have been seen on any day; names are the newest known",
    "most_played_songs": "a song that is played may have been seen on any day; names are the newest known",
}
"""Questions that take a day and by their meaning read more than the days around it, and why."""


@pytest.fixture(scope="module")
def year(write_warehouse, tmp_path_factory) -> Warehouse:
    """Return a warehouse with 365 days of history."""
    folder = tmp_path_factory.mktemp("year")
    write_warehouse(folder, **rows_of_a_year())
    return Warehouse(folder)


class Cut(Warehouse):
    """A warehouse in which the files of all partitions are gone, but for those of some days."""

    def __init__(self, whole: Warehouse, kept: Mapping[str, tuple[dt.date, dt.date]]) -> None:
        """Say which days of which tables are kept; tables that are not named are whole."""
        super().__init__(whole.folder)
        self.kept, self.gone, self.files = kept, 0, 0

    def open_dataset(self, name: str) -> ds.Dataset:
        """Return a table whose files are missing outside the days kept."""
        whole = super().open_dataset(name)
        if name not in self.kept:
            return whole
        fragments = [self.cut(fragment, *self.kept[name]) for fragment in whole.get_fragments()]
        return ds.FileSystemDataset(fragments, whole.schema, whole.format, self.filesystem)

    def cut(self, fragment: ds.Fragment, first: dt.date, last: dt.date) -> ds.Fragment:
        """Return a file as it is, or one that is not there."""
        day = ds.get_partition_keys(fragment.partition_expression).get("extraction_date")
        if day is None:  # a file a month
            day = fragment.to_table(columns=["extraction_date"])["extraction_date"][0].as_py().replace(day=1)
            first = first.replace(day=1)
        outside = not first <= day <= last
        self.gone += outside
        self.files += 1
        path = f"{fragment.path}.gone" if outside else fragment.path
        return fragment.format.make_fragment(path, self.filesystem, fragment.partition_expression)


class Without(Cut):
    """A warehouse that has the partitions of some days, and never had others."""

    def open_dataset(self, name: str) -> ds.Dataset:
        """Return a table of the days kept."""
        cut = super().open_dataset(name)
        there = [fragment for fragment in cut.get_fragments() if not fragment.path.endswith(".gone")]
        return ds.FileSystemDataset(there, cut.schema, cut.format, self.filesystem)


def test_the_history_has_a_file_for_each_of_365_days(year):
    files = list(year.open_dataset("song").get_fragments())
    assert len(files) == len(DAYS) == 365


@pytest.mark.parametrize(("name", "values", "kept"), ASKED, ids=lambda case: case if isinstance(case, str) else "")
def test_a_question_about_a_day_or_week_opens_no_other_partition(year, name, values, kept):
    tree = set_parameters(parse_statement(read_folder("question")[name].text), values)
    whole, cut = Session(year).run(tree), Cut(year, kept)
    assert to_rows(Session(cut).run(tree)) == to_rows(whole)
    assert whole.num_rows > 0
    assert cut.gone > cut.files * 0.8


def select_all(view: str, asked: str) -> exp.Expr:
    """Return what gives all columns of a view's rows about some days."""
    return parse_statement(f"select * from {view} where {asked}")


def rows_in_order(tables: Warehouse, tree: exp.Expr) -> list[tuple[Any, ...]]:
    """Return the rows of a statement that does not order them."""
    return sorted(to_rows(Session(tables).run(tree)), key=repr)


def names_of(cases: Iterable[tuple[str, str, object]]) -> list[str]:
    """Return the ids of views and how they are asked."""
    return [f"{view} {asked}" for view, asked, _ in cases]


@pytest.mark.parametrize(("view", "asked", "kept"), VIEWS, ids=names_of(VIEWS))
def test_a_view_asked_about_a_day_or_week_opens_no_other_partition(year, view, asked, kept):
    tree = select_all(view, asked)
    assert rows_in_order(Cut(year, kept), tree) == rows_in_order(year, tree) != []


@pytest.mark.parametrize(("view", "asked", "kept"), OF_UNCHANGED, ids=names_of(OF_UNCHANGED))
def test_a_view_that_finds_the_walks_of_days_needs_no_other_partition(year, view, asked, kept):
    tree = select_all(view, asked)
    assert rows_in_order(Without(year, kept), tree) == rows_in_order(year, tree) != []


def test_a_walk_that_is_needed_and_not_there_is_missed(year):
    tree = select_all("listing_day", f"{ON_THE_DAY} and status = 'unchanged'")
    assert rows_in_order(Without(year, {"listing": THE_DAY}), tree) == [] != rows_in_order(year, tree)


def test_what_an_unchanged_source_relied_on_is_found_in_the_days_before_alone(year):
    both = f"extraction_date = date '{DAY}' and walk_date between date '{before(35)[0]}' and date '{DAY}'"
    tree = parse_statement(f"select source_id, max(walk_date) as walk_date from listing_basis where {both} group by 1")
    rows = to_rows(Session(Cut(year, {"listing": before(35)})).run(tree))
    assert sorted(rows) == [("chart", DAY), ("weekly", max(day for day in DAYS[::7] if day <= DAY))]


def test_a_partition_that_is_needed_is_missed(year):
    tree = parse_statement("select count(*) as n from song_artist")
    with pytest.raises(Exception, match="gone"):
        Session(Cut(year, {"song": THE_DAY})).run(tree)


def test_every_question_that_takes_a_day_opens_few_partitions_or_says_why_not():
    dated = {
        name
        for name, question in read_folder("question").items()
        if any(str(value.args.get("to")) == "DATE" for value in parameters_of(parse_statement(question.text)).values())
    }
    assert dated == {name for name, _, _ in ASKED} | set(READS_HISTORY)


def test_every_view_of_days_opens_few_partitions_or_says_why_not():
    asked = {view for view, _, _ in [*VIEWS, *OF_UNCHANGED]}
    views = read_folder("view")
    by_day = {name for name, view in views.items() if DAY_OF_A_ROW.search(view.grain)}
    with_day = {name for name, view in views.items() if "extraction_date" in parse_statement(view.text).named_selects}
    assert by_day | with_day == asked | set(VIEWS_OF_HISTORY)
    assert not asked & set(VIEWS_OF_HISTORY)


@pytest.mark.parametrize("name", ["listening_hours", "listening_weekdays", "listening_years", "working_hours"])
def test_who_only_counts_plays_reads_no_song(name):
    assert stand_in.tables_behind(read_folder("question")[name].reads, read_named()) == {"play"}


LATEST = {"album_latest": "album", "artist_latest": "artist", "song_latest": "song"}


def columns_read(engine, statement: str) -> set[str]:
    """Return the columns that the plan reads of the tables."""
    plan = json.loads(engine.execute(f"explain (format json) {statement}").fetchone()[1])
    return {column for scan in scans_of(plan[0]) for column in scan["extra_info"]["Projections"]}


def scans_of(node):
    """Yield the scans of a plan."""
    if "SCAN" in node["name"]:
        yield node
    for child in node["children"]:
        yield from scans_of(child)


@pytest.mark.parametrize(("view", "table"), LATEST.items())
def test_a_latest_view_reads_no_column_that_it_does_not_return(year, view, table):
    engine = stand_in.connect()
    stand_in.add_dataset(engine, table, year.open_dataset(table))
    stand_in.add_views(engine, [view])
    returned = set(engine.sql(f"from {view}").columns)
    # The first and the last day seen are of the extraction date.
    assert columns_read(engine, f"select * from {view}") <= returned | {"extraction_date"}
    assert columns_read(engine, f"select {table}_id, name from {view}") == {f"{table}_id", "name", "extraction_date"}
