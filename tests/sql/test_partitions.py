"""On a year of history, what is asked about one day or week opens only those partitions; latest views few columns."""

import datetime as dt
import json
from collections.abc import Mapping

import pyarrow.dataset as ds
import pytest

from local import engine as stand_in
from local.output import to_rows
from local.query import Session
from local.statements import parameters_of, parse_statement, read_folder, set_parameters
from local.summaries import read_named
from local.warehouse import Warehouse
from tests.sql.history import DAYS, rows_of_a_year

DAY = dt.date(2026, 6, 10)
MONDAY = dt.date(2026, 6, 8)
THE_DAY = (DAY, DAY)


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
        dict.fromkeys(("song", "artist", "listing"), before(35, MONDAY, MONDAY + dt.timedelta(days=6))),
    ),
]
VIEWS = [
    ("listing_entry", "listing"),
    ("song_artist", "song"),
    ("album_artist", "album"),
    ("load_status", "raw_object"),
    ("load_latency", "raw_object"),
    ("reconciliation", "raw_object"),
]
READS_HISTORY = {
    "albums_by_type": "an album's type is the newest known; the date only says since when albums must have been seen",
    "listing_changes": "compares each reading with the one before, which may be of any day; names are the newest known",
    "listening_hours": "how far an account's export reaches is found in all its plays",
    "listening_months": "an artist is new where no play before is known",
    "listening_weekdays": "is about months, and how far an account's export reaches is found in all its plays",
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


@pytest.mark.parametrize(("view", "table"), VIEWS)
def test_a_view_asked_about_a_day_opens_no_other_partition(year, view, table):
    tree = parse_statement(f"select count(*) as n from {view} where extraction_date = date '{DAY}'")
    assert to_rows(Session(Cut(year, {table: THE_DAY})).run(tree)) == to_rows(Session(year).run(tree)) != [(0,)]


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
