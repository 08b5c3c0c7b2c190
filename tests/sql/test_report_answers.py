"""What the report's page shows, from tiny tables: which list is its chart, and how charts tell things apart."""

import datetime as dt
import re
from typing import Any

import pytest
import vl_convert

from lakehouse.report.answers import PARTS, Answer, Part, read_figures, read_part
from lakehouse.report.charts import draw
from lakehouse.warehouse.session import Session

MON = dt.date(2026, 11, 16)
PART = {part.key: part for part in PARTS}


def listing(kind: str, day: int, songs: str, **more: object) -> dict[str, Any]:
    """Return what a source listed some days after Monday."""
    entries = [{"position": n, "item_kind": "song", "item_id": song} for n, song in enumerate(songs.split(), 1)]
    date = MON + dt.timedelta(days=day)
    key = {"account": "u1", "source_kind": kind, "source_id": kind, "extraction_date": date}
    return {**key, "entries": entries, "is_complete": True, **more}


@pytest.fixture(scope="module")
def session(write_warehouse, tmp_path_factory) -> Session:
    """Return a warehouse with a list that only grows, one in which songs rise, and one that was read on one day."""
    folder = tmp_path_factory.mktemp("report")
    grows = [listing("saved_tracks", day, songs) for day, songs in enumerate(["s3", "s2 s3", "s1 s2 s3"])]
    rises = [listing("top_tracks", day, songs) for day, songs in enumerate(["s1 s2", "s2 s1", "s2 s1"])]
    once = [listing("playlist", 0, "s1 s2 s3 s4", name="Once")]
    song = {"extraction_date": MON, "name": "Same", "artist_id": "a1", "artist_ids": ["a1"]}
    aside = {"raw_key": "k1", "path": "$", "extraction_date": MON}
    play = {"account": "u1", "origin": "api", "played_at": dt.datetime(2026, 11, 16, tzinfo=dt.UTC)}
    write_warehouse(
        folder,
        listing=[*grows, *rises, *once],
        song=[{"song_id": song_id, **song} for song_id in ("s1", "s2")],
        play=[{"song_id": song_id, **play} for song_id in ("s1", "s2")],
        raw_object=[{"raw_key": f"k{day}", "extraction_date": MON + dt.timedelta(days=day // 2)} for day in range(3)],
        rejected_record=[{**aside, "line": 1}, {**aside, "line": 2, "resolved_at": dt.datetime(2026, 11, 17)}],
    )
    return Session(folder)


def test_the_chart_is_the_list_in_which_songs_rise(session):
    records = read_part(session, PART["chart"]).records
    assert {record["source_name"] for record in records} == {"top_tracks top_tracks"}
    assert [(record["song_id"], record["place"]) for record in records] == [
        *[("s1", 1), ("s2", 2)],
        *[("s2", 1), ("s1", 2)],
        *[("s2", 1), ("s1", 2)],
    ]


def test_figures_count_what_is_open_and_the_days(session):
    figures = read_figures(session)
    assert {name: figures[name] for name in ("songs", "plays", "days", "sources", "records_rejected")} == {
        **{"songs": 2, "plays": 2, "days": 2},
        **{"sources": 3, "records_rejected": 1},
    }


def test_an_export_alone_gives_figures_and_charts_by_name(write_warehouse, tmp_path):
    heard = {"account": "-", "origin": "export", "ms_played": 60_000, "artist_name": "Ann", "album_name": "First"}
    at = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
    songs = ("s1", "name:2")
    write_warehouse(tmp_path, play=[{**heard, "played_at": at, "song_id": song, "song_name": song} for song in songs])
    session = Session(tmp_path)
    figures = read_figures(session)
    assert [figures[name] for name in ("songs", "artists", "albums", "plays")] == [2, 1, 1, 2]
    assert read_part(session, PART["played_artists"]).rows == [("Ann", 2, 0, 2.0, None)]
    assert read_part(session, PART["played_albums"]).rows == [("First", "Ann", 2, 0, 2.0, None)]
    assert read_part(session, PART["played_songs"]).rows == [
        ("name:2", "Ann", 1, 0, 1.0, None),
        ("s1", "Ann", 1, 0, 1.0, "s1"),
    ]


def drawn(key: str, columns: str, *rows: tuple[Any, ...]) -> dict[str, Any]:
    """Return the chart of a part with these rows."""
    spec = draw(Answer(Part(key, "", "", "", ""), columns.split(), rows))
    assert spec is not None
    return spec


def labels(spec: dict[str, Any]) -> list[str]:
    """Return the labels of a chart's rows."""
    return [value["label"] for value in spec["datasets"][spec["data"]["name"]]]


def test_what_is_called_alike_is_drawn_apart():
    rows = [("Hits", 3, "b1"), ("Hits", 2, "b2"), ("", 1, "b3"), (None, 1, "b4")]
    spec = drawn("albums", "album_name songs album_id", *rows)
    assert labels(spec) == ["Hits", "Hits (2)", "unnamed", "unnamed (2)"]
    assert spec["encoding"]["y"]["field"] == "label"


def test_a_song_has_one_line_and_the_legend_follows_the_last_day():
    days = (MON, MON + dt.timedelta(days=1))
    places = [(day, "P", "Same", "", place, song) for day, songs in zip(days, ("ab", "ba"), strict=True)
              for place, song in enumerate(songs, 1)]  # fmt: skip
    spec = drawn("chart", "extraction_date source_name song_name artist_names place song_id", *places)
    assert labels(spec) == ["Same", "Same (2)", "Same (2)", "Same"]
    assert spec["encoding"]["color"]["sort"] == ["Same (2)", "Same"]


NAMES_OF_JAVASCRIPT = ("constructor", "toString", "valueOf", "__proto__", "hasOwnProperty")


def count_lines(names: tuple[str, ...]) -> int:
    """Count the lines that are drawn for songs of these names over two days."""
    days = (MON, MON + dt.timedelta(days=1))
    places = [(day, "P", name, "", place, f"s{place}") for day in days for place, name in enumerate(names, 1)]
    spec = drawn("chart", "extraction_date source_name song_name artist_names place song_id", *places)
    picture = vl_convert.vegalite_to_svg({**spec, "width": 600})
    return len(re.findall(r'class="mark-line [^"]*"[^>]*><path', picture))


def test_a_song_may_be_called_like_a_part_of_javascript():
    assert count_lines(NAMES_OF_JAVASCRIPT) == len(NAMES_OF_JAVASCRIPT)
    assert count_lines(("one", "two")) == 2


def test_such_a_name_looks_as_it_is():
    rows = [(name, number, f"b{number}") for number, name in enumerate(NAMES_OF_JAVASCRIPT)]
    shown = labels(drawn("albums", "album_name songs album_id", *rows))
    assert [label.replace("\u2060", "") for label in shown] == list(NAMES_OF_JAVASCRIPT)


def test_years_and_months_without_anything_have_their_room():
    years = drawn("releases", "release_year albums", (1998, 1), (2001, 2), (None, 3))
    assert years["encoding"]["x"]["scale"]["domain"] == [1998, 1999, 2000, 2001]
    far = drawn("releases", "release_year albums", (1, 1), (2001, 2))
    assert "scale" not in far["encoding"]["x"]
    months = drawn("months", "month_date plays new_artists", (dt.date(2025, 11, 1), 1, 1), (dt.date(2026, 2, 1), 2, 0))
    assert months["encoding"]["x"]["scale"]["domain"] == ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026"]
