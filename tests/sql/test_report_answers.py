"""What the report's page holds, from tiny tables: its chart, figures, leaders, days, hours and sessions."""

import datetime as dt
import json
from typing import Any

import pytest

from lakehouse.report.gather import gather
from lakehouse.report.write import embed
from lakehouse.warehouse.session import Session

MON = dt.date(2026, 11, 16)
AT = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)


def listing(kind: str, day: int, songs: str, **more: object) -> dict[str, Any]:
    """Return what a source listed some days after Monday."""
    entries = [{"position": n, "item_kind": "song", "item_id": song} for n, song in enumerate(songs.split(), 1)]
    date = MON + dt.timedelta(days=day)
    key = {"account": "u1", "source_kind": kind, "source_id": kind, "extraction_date": date}
    return {**key, "entries": entries, "is_complete": True, **more}


@pytest.fixture(scope="module")
def data(write_warehouse, tmp_path_factory) -> dict[str, Any]:
    """Return the page of a list that only grows, one in which songs rise, and one that was read on one day."""
    folder = tmp_path_factory.mktemp("report")
    grows = [listing("saved_tracks", day, songs) for day, songs in enumerate(["s3", "s2 s3", "s1 s2 s3"])]
    rises = [listing("top_tracks", day, songs) for day, songs in enumerate(["s1 s2", "s2 s1", "s2 s1"])]
    once = [listing("playlist", 0, "s1 s2 s3 s4", name="Once")]
    song = {"extraction_date": MON, "name": "Same", "artist_id": "a1", "artist_ids": ["a1"]}
    rejected = {"raw_key": "k1", "path": "$", "extraction_date": MON}
    play = {"account": "u1", "origin": "api", "played_at": dt.datetime(2026, 11, 16, tzinfo=dt.UTC)}
    write_warehouse(
        folder,
        listing=[*grows, *rises, *once],
        song=[{"song_id": song_id, **song} for song_id in ("s1", "s2")],
        play=[{"song_id": song_id, **play} for song_id in ("s1", "s2")],
        raw_object=[{"raw_key": f"k{day}", "extraction_date": MON + dt.timedelta(days=day // 2)} for day in range(3)],
        rejected_record=[{**rejected, "line": 1}, {**rejected, "line": 2, "resolved_at": dt.datetime(2026, 11, 17)}],
    )
    return gather(Session(folder))


def test_the_first_chart_is_the_list_in_which_songs_rise(data):
    chart = data["charts"][0]
    assert chart["name"] == "top_tracks top_tracks"
    assert chart["days"] == ["2026-11-16", "2026-11-17", "2026-11-18"]
    assert [(song["id"], song["places"]) for song in chart["songs"]] == [("s2", [2, 1, 1]), ("s1", [1, 2, 2])]


def test_a_song_that_was_away_has_no_place(data):
    (grown,) = (chart for chart in data["charts"] if chart["name"].startswith("saved_tracks"))
    assert {song["id"]: song["places"] for song in grown["songs"]}["s1"] == [None, None, 1]


def test_figures_count_what_is_open_and_the_days(data):
    kept = data["kept"]
    assert {name: kept[name] for name in ("songs", "plays", "days", "sources", "records_rejected")} == {
        **{"songs": 2, "plays": 2, "days": 2},
        **{"sources": 3, "records_rejected": 1},
    }


def test_songs_of_one_name_are_two(data):
    assert [(name, identity) for name, _, identity, _ in data["names"]["song"]] == [("Same", "s1"), ("Same", "s2")]


def heard(minute: float, song: str = "s1", seconds: float = 60, **more: object) -> dict[str, Any]:
    """Return a play that an export reports, some minutes after Monday eight o'clock."""
    play = {"account": "u1", "origin": "export", "artist_name": "Ann", "album_name": "First", "song_name": song}
    at = AT + dt.timedelta(minutes=minute)
    return {**play, "song_id": song, "played_at": at, "ms_played": int(seconds * 1000), **more}


@pytest.fixture
def page_of(write_warehouse, tmp_path):
    """Return a function that gathers the page of plays."""

    def gather_plays(*plays: dict[str, Any], **tables: Any) -> dict[str, Any]:
        write_warehouse(tmp_path, play=list(plays), **tables)
        return gather(Session(tmp_path))

    return gather_plays


def leaders(data: dict[str, Any], kind: str, period: str = "", account: int = 0) -> list[tuple[Any, ...]]:
    """Return name, plays, skips and minutes of what was heard most."""
    rows = (row for row in data["leaders"][kind] if row[0] == account and data["periods"][row[1]] == period)
    return [(data["names"][kind][row[2]][0], *row[3:]) for row in rows]


def test_an_export_alone_gives_figures_and_leaders_by_name(page_of):
    data = page_of(heard(0, "name:2", song_name="name:2"), heard(0), heard(1))
    assert [data["kept"][name] for name in ("songs", "artists", "albums", "plays")] == [2, 1, 1, 3]
    assert leaders(data, "artist") == [("Ann", 3, 0, 3)]
    assert leaders(data, "album", "2026-11") == [("First", 3, 0, 3)]
    assert leaders(data, "song", "2026") == [("s1", 2, 0, 2), ("name:2", 1, 0, 1)]
    assert data["names"]["album"][0][:3] == ["First", "Ann", None]
    assert {name: identity for name, _, identity, _ in data["names"]["song"]} == {"s1": "s1", "name:2": None}


def test_less_than_half_a_minute_is_a_skip_that_still_takes_time(page_of):
    data = page_of(heard(0, seconds=29.9), heard(1, seconds=30), heard(2, "s2", seconds=6))
    (figures,) = (row for row in data["figures"] if data["periods"][row[1]] == "")
    assert figures[2:5] == [1, 2, 1.1]
    assert leaders(data, "song") == [("s1", 1, 1, 1), ("s2", 0, 1, 0.1)]


def test_recently_played_counts_a_songs_whole_length_and_says_so(page_of):
    song = {"song_id": "s1", "extraction_date": MON, "name": "One", "duration_ms": 180_000}
    data = page_of(heard(0, origin="api", ms_played=None), heard(9, "s2", seconds=60), song=[song])
    (figures,) = (row for row in data["figures"] if data["periods"][row[1]] == "")
    assert figures[4:6] == [4, 3]


def test_two_accounts_are_told_apart_and_added_up(page_of):
    data = page_of(heard(0), heard(1, "s2"), heard(0, account="u2"))
    assert data["accounts"] == ["*", "u1", "u2"]
    plays = {data["accounts"][row[0]]: row[2] for row in data["figures"] if data["periods"][row[1]] == "2026"}
    assert plays == {"*": 3, "u1": 2, "u2": 1}
    assert leaders(data, "song", account=2) == [("s1", 1, 0, 1)]


def test_one_account_needs_no_choice(page_of):
    assert page_of(heard(0))["accounts"] == ["*"]


def test_a_pause_of_more_than_half_an_hour_ends_a_session(page_of):
    # Each play ends at its minute and took one: 30 minutes of silence, then 31.
    data = page_of(heard(0), heard(31), heard(63), heard(64))
    assert [(row[1], row[2], row[3]) for row in data["sessions"]] == [
        ("2026-11-16 07:59", "2026-11-16 08:31", 2),
        ("2026-11-16 09:02", "2026-11-16 09:04", 2),
    ]


def test_an_artist_stays_who_is_heard_30_days_later(page_of):
    day = 24 * 60
    away = {"artist_name": "Bea"}
    data = page_of(heard(0), heard(30 * day), heard(1, "s2", **away), heard(29 * day, "s2", **away))
    assert [(data["periods"][row[1]], *row[2:]) for row in data["discoveries"]] == [("2026-11", 2, 1)]


def test_days_and_hours_are_those_of_the_clock(page_of):
    data = page_of(heard(0), heard(1), heard(24 * 60, "s2"))
    assert [row[1:4] for row in data["days"]] == [["2026-11-16", 2, 0], ["2026-11-17", 1, 0]]
    assert data["clock"] == [[0, data["periods"].index("2026-11"), 8, 2, 2, 32, 1, 1]]


def test_no_row_is_data_too(page_of):
    data = page_of()
    assert (data["accounts"], data["charts"], data["newest"]) == ([], [], None)


def test_covers_are_held_only_when_asked_for(write_warehouse, tmp_path):
    cover = "https://covers.example.com/b1"
    album = {"album_id": "b1", "extraction_date": MON, "name": "B", "image_url": cover}
    song = {"song_id": "s1", "extraction_date": MON, "name": "One", "album_id": "b1"}
    write_warehouse(tmp_path, play=[heard(0)], album=[album], song=[song])
    session = Session(tmp_path)
    assert gather(session, "covers")["names"]["album"][0][3] == cover
    assert gather(session)["names"]["album"][0][3] is None
    assert "https:" not in json.dumps(gather(session, "none"))


def test_no_name_breaks_out_of_the_data():
    text = embed({"name": "</script><b>&\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"name": "</script><b>&\u2028"}
