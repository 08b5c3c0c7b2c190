"""What each view gives: tiny tables beside the rows expected of them."""

import datetime as dt

import pytest

from glue_jobs.tables import ALBUM, ARTIST, SKIP_REASONS, SONG
from lakehouse.statements.statement import read_folder

MON, TUE, WED = dt.date(2026, 11, 16), dt.date(2026, 11, 17), dt.date(2026, 11, 18)
MORNING = dt.datetime(2026, 11, 16, 8, 30, 0, 123000)
UTC = dt.UTC
TWO_VALUES = {
    "string": ("z", "a"),
    "int": (102, 101),
    "bigint": (102, 101),
    "boolean": (True, False),
    "array<string>": (["z"], ["a", "b"]),
}


def test_song_artist_unnests_credits_in_order_and_skips_unknown_and_empty_ones(answer):
    rows = answer(
        "song_artist",
        song=[
            {"song_id": "s1", "extraction_date": MON, "artist_ids": ["a9", "a1"]},
            {"song_id": "s1", "extraction_date": TUE, "artist_ids": ["a1"]},
            {"song_id": "s2", "extraction_date": MON, "artist_ids": []},
            {"song_id": "s3", "extraction_date": MON, "artist_ids": None},
        ],
    )
    assert rows == [("s1", "a1", 1, TUE), ("s1", "a1", 2, MON), ("s1", "a9", 1, MON)]


def test_album_artist_unnests_credits_in_order_and_skips_unknown_and_empty_ones(answer):
    rows = answer(
        "album_artist",
        album=[
            {"album_id": "b1", "extraction_date": MON, "artist_ids": ["a2", "a1"]},
            {"album_id": "b2", "extraction_date": MON, "artist_ids": []},
            {"album_id": "b3", "extraction_date": MON},
        ],
    )
    assert rows == [("b1", "a1", 2, MON), ("b1", "a2", 1, MON)]


def listing(source_id, date, entries, **more):
    """Return a listing of songs (or of what is given) at positions from 1."""
    listed = entries and [
        {"position": position, **(entry if isinstance(entry, dict) else {"item_kind": "song", "item_id": entry})}
        for position, entry in enumerate(entries, start=1)
    ]
    key = {"account": "-", "source_kind": "playlist", "source_id": source_id, "extraction_date": date}
    return {**key, "entries": listed, **more}


def test_listing_entry_gives_every_entry_of_a_walk(answer):
    added_at = MORNING.replace(tzinfo=UTC)
    rows = answer(
        "listing_entry",
        listing=[
            listing("p1", MON, ["s1", {"item_kind": None}, "s1", {"item_kind": "song", "added_at": added_at}]),
            listing("p2", MON, []),
            listing("p3", MON, None),
        ],
    )
    assert rows == [
        ("-", "playlist", "p1", MON, 1, "song", "s1", None),
        ("-", "playlist", "p1", MON, 2, None, None, None),
        ("-", "playlist", "p1", MON, 3, "song", "s1", None),
        ("-", "playlist", "p1", MON, 4, "song", None, MORNING),
    ]


@pytest.mark.parametrize(
    ("walks", "expected"),
    [
        pytest.param(
            [listing("p1", MON, ["s1"], is_complete=True), listing("p1", TUE, ["s1", "s2"], is_complete=True)],
            ("p1", TUE, True, 2, TUE),
            id="the newest complete walk",
        ),
        pytest.param(
            [listing("p1", MON, ["s1", "s2"], is_complete=True), listing("p1", TUE, ["s1"], is_complete=False)],
            ("p1", MON, True, 2, TUE),
            id="a complete walk before a newer one that broke off",
        ),
        pytest.param(
            [listing("p1", MON, ["s1"], is_complete=None), listing("p1", TUE, ["s1", "s2"], is_complete=None)],
            ("p1", TUE, None, 2, TUE),
            id="the newest walk where no total was announced",
        ),
        pytest.param(
            [
                listing("p1", MON, ["s1"], is_complete=True, snapshot_id="v1"),
                listing("p1", TUE, ["s1", "s2"], is_complete=True, snapshot_id="v2"),
                listing("p1", WED, None, status="unchanged", snapshot_id="v1"),
            ],
            ("p1", MON, True, 1, WED),
            id="the walk of the version that an unchanged source relies on",
        ),
        pytest.param(
            [listing("p1", MON, [], is_complete=True), listing("p1", TUE, None, status="forbidden")],
            ("p1", MON, True, 0, TUE),
            id="an empty walk counts, a refused one does not",
        ),
        pytest.param(
            [listing("p1", MON, None, status="not_found")], ("p1", None, None, None, MON), id="a source never walked"
        ),
    ],
)
def test_listing_latest_names_the_walk_that_counts(answer, walks, expected):
    rows = answer("listing_latest", "source_id walk_date is_complete entry_count last_seen_date", listing=walks)
    assert rows == [expected]


def test_listing_now_gives_the_entries_of_the_walk_that_counts_and_no_other(answer):
    added_at = MORNING.replace(tzinfo=UTC)
    rows = answer(
        "listing_now",
        listing=[
            listing("p1", MON, ["s9"], name="List", is_complete=True),
            listing("p1", TUE, ["s1", {"item_kind": "episode", "added_at": added_at}], name="List", is_complete=True),
            listing("p1", WED, ["s8"], is_complete=False),
            listing("p2", MON, ["s2"], is_complete=True, account="u1"),
            listing("p2", MON, [], is_complete=True),
            listing("p3", MON, None),
        ],
    )
    assert rows == [
        ("-", "playlist", "p1", "List", TUE, 1, "song", "s1", None),
        ("-", "playlist", "p1", "List", TUE, 2, "episode", None, MORNING),
        ("u1", "playlist", "p2", None, MON, 1, "song", "s2", None),
    ]


def test_listing_latest_has_the_newest_known_name_and_the_newest_status(answer):
    rows = answer(
        "listing_latest",
        "source_kind source_id name owner snapshot_id url status first_seen_date entry_count",
        listing=[
            listing("p1", MON, ["s1"], name="Old", owner="z", snapshot_id="v9", url="z", status="ok"),
            listing("p1", TUE, ["s1"], name="New", owner="a", snapshot_id="v1", url="a", status="ok"),
            listing("p1", WED, None, name=None, status="forbidden"),
            listing("p2", MON, ["s1"], name="Other"),
            listing("p1", MON, ["s1", "s2"], source_kind="saved_tracks"),
        ],
    )
    assert rows == [
        ("playlist", "p1", "New", "a", "v1", "a", "forbidden", MON, 1),
        ("playlist", "p2", "Other", None, None, None, None, MON, 1),
        ("saved_tracks", "p1", None, None, None, None, None, MON, 2),
    ]


def test_album_latest_takes_the_newest_known_value_of_each_column(answer):
    rows = answer(
        "album_latest",
        "album_id name label popularity artist_ids first_seen_date last_seen_date",
        album=[
            {"album_id": "b1", "extraction_date": MON, "name": "Old", "label": "L1", "artist_ids": ["a1", "a2"]},
            {"album_id": "b1", "extraction_date": TUE, "name": "Mid", "label": "L2", "popularity": 0},
            {"album_id": "b1", "extraction_date": WED, "name": "New"},
            {"album_id": "b2", "extraction_date": TUE},
        ],
    )
    assert rows == [
        ("b1", "New", "L2", 0, ["a1", "a2"], MON, WED),
        ("b2", None, None, None, None, TUE, TUE),
    ]


LATEST = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in (ALBUM, ARTIST, SONG)
    for column in table.columns
    if column.name in table.content and not column.name.startswith("release_date")
]


@pytest.mark.parametrize(("table", "column"), LATEST)
def test_a_latest_view_has_every_column_and_takes_its_newest_known_value(answer, table, column):
    old, new = TWO_VALUES[column.type.simpleString()]
    sightings = [
        {table.key[0]: "x", "extraction_date": date, column.name: value}
        for date, value in ((MON, old), (TUE, new), (WED, None))
    ]
    rows = answer(f"{table.name}_latest", f"{column.name} last_seen_date", **{table.name: sightings})
    assert rows == [(new, WED)]


def test_album_latest_takes_the_release_date_from_one_row(answer):
    rows = answer(
        "album_latest",
        "album_id release_date_text release_date_precision release_date",
        album=[
            released("b1", MON, "1979-11-30", "day", dt.date(1979, 11, 30)),
            released("b1", TUE, "1979", "year", dt.date(1979, 1, 1)),
            released("b2", MON, "1979-11-30", "day", dt.date(1979, 11, 30)),
            released("b2", TUE, "0000", None, None),
            released("b3", MON, "1981-12", "month", dt.date(1981, 12, 1)),
            released("b3", TUE, None, None, None),
        ],
    )
    assert rows == [
        ("b1", "1979", "year", dt.date(1979, 1, 1)),
        ("b2", "0000", None, None),
        ("b3", "1981-12", "month", dt.date(1981, 12, 1)),
    ]


def released(album_id, date, text, precision, day):
    """Return an album of which only the release date is told."""
    named = {"release_date_text": text, "release_date_precision": precision, "release_date": day}
    return {"album_id": album_id, "extraction_date": date, **named}


def test_artist_latest_tells_given_and_none_from_not_given(answer):
    rows = answer(
        "artist_latest",
        "artist_id name genres followers first_seen_date last_seen_date",
        artist=[
            {"artist_id": "a1", "extraction_date": MON, "name": "One", "genres": ["jazz"], "followers": 101},
            {"artist_id": "a1", "extraction_date": TUE, "name": "One", "genres": []},
            {"artist_id": "a2", "extraction_date": MON, "name": "Two", "genres": ["pop", "rock"]},
            {"artist_id": "a2", "extraction_date": TUE, "name": "Zwei", "genres": None},
        ],
    )
    assert rows == [("a1", "One", [], 101, MON, TUE), ("a2", "Zwei", ["pop", "rock"], None, MON, TUE)]


def test_song_latest_takes_the_newest_known_value_of_each_column(answer):
    rows = answer(
        "song_latest",
        "song_id name album_id isrc is_explicit duration_ms first_seen_date last_seen_date",
        song=[
            {"song_id": "s1", "extraction_date": TUE, "name": "New", "is_explicit": False, "duration_ms": 0},
            {"song_id": "s1", "extraction_date": MON, "name": "Old", "isrc": "I1", "is_explicit": True},
            {"song_id": "s2", "extraction_date": WED, "album_id": "b1"},
        ],
    )
    assert rows == [
        ("s1", "New", None, "I1", False, 0, MON, TUE),
        ("s2", None, "b1", None, None, None, WED, WED),
    ]


def test_song_full_names_album_and_artists_and_keeps_songs_that_lack_them(answer):
    rows = answer(
        "song_full",
        "song_id name artist_names album_name release_date_text",
        song=[
            {"song_id": "s1", "extraction_date": MON, "name": "One", "album_id": "b1", "artist_ids": ["a2", "a1"]},
            {"song_id": "s2", "extraction_date": MON, "name": "Two", "album_id": "b9", "artist_ids": ["a1", "a9"]},
            {"song_id": "s3", "extraction_date": MON, "artist_ids": []},
            {"song_id": "s4", "extraction_date": MON},
        ],
        album=[
            {"album_id": "b1", "extraction_date": MON, "name": "Album", "release_date_text": "1979"},
            {"album_id": "b1", "extraction_date": TUE, "name": "Album"},
        ],
        artist=[
            {"artist_id": "a1", "extraction_date": MON, "name": "Ann"},
            {"artist_id": "a1", "extraction_date": TUE, "name": "Anna"},
            {"artist_id": "a2", "extraction_date": MON, "name": "Bo, Jr."},
        ],
    )
    assert rows == [
        ("s1", "One", "Bo, Jr., Anna", "Album", "1979"),
        ("s2", "Two", "Anna, a9", None, None),
        ("s3", None, None, None, None),
        ("s4", None, None, None, None),
    ]


def played(account, hour, song_id, origin, **more):
    """Return a play on Monday at an hour (UTC)."""
    at = dt.datetime(2026, 11, 16, hour, tzinfo=UTC)
    return {"account": account, "played_at": at, "song_id": song_id, "origin": origin, **more}


def test_play_history_counts_a_play_once_that_two_sources_tell(answer):
    rows = answer(
        "play_history",
        "account played_at origin song_id song_name ms_played",
        play=[
            played("u1", 9, "s1", "export", ms_played=1000),
            played("u1", 9, "s1", "api"),
            played("u1", 11, "s2", "export", ms_played=2000),
            played("u1", 12, "s2", "api"),
            played("u1", 8, "s2", "api"),
            played("u2", 10, "s9", "api"),
        ],
        song=[{"song_id": "s1", "extraction_date": MON, "name": "One"}],
    )
    hour = [dt.datetime(2026, 11, 16, number) for number in range(24)]
    assert rows == [
        ("u1", hour[8], "api", "s2", None, None),
        ("u1", hour[9], "export", "s1", "One", 1000),
        ("u1", hour[11], "export", "s2", None, 2000),
        ("u1", hour[12], "api", "s2", None, None),
        ("u2", hour[10], "api", "s9", None, None),
    ]


def ledger(raw_key, date, **more):
    """Return a loaded object whose counts are 0, but for those given."""
    skipped = [f"skipped_{reason}" for reason in SKIP_REASONS]
    zero = dict.fromkeys(["entries", "accepted", *skipped, "rejected_entries", "rejected_documents"], 0)
    return {"raw_key": raw_key, "extraction_date": date, "status": "loaded", **zero, **more}


def test_load_status_adds_up_the_objects_of_a_day(answer):
    rows = answer(
        "load_status",
        raw_object=[
            ledger("k1", MON, entries=10, accepted=5, skipped_episode=2, rejected_entries=3, is_complete=True)
            | {"loaded_at": dt.datetime(2026, 11, 1, tzinfo=UTC)},
            ledger("k2", MON, entries=4, accepted=1, skipped_null_entry=1, skipped_local_file=1, skipped_show=1)
            | {"is_complete": True, "rejected_documents": 7, "loaded_at": MORNING.replace(tzinfo=UTC)},
            ledger("k3", TUE, skipped_audiobook=10, skipped_playlist=20, is_complete=True),
            {"raw_key": "k4", "extraction_date": TUE, "status": "truncated"},
        ],
    )
    assert rows == [
        (MON, 2, 2, 0, 14, 6, 5, 3, 7, True, MORNING),
        (TUE, 2, 1, 1, 0, 0, 30, 0, 0, False, None),
    ]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        pytest.param([True, True], True, id="all complete"),
        pytest.param([True, False], False, id="one incomplete"),
        pytest.param([True, None], None, id="one unknown"),
        pytest.param([None, False], False, id="an incomplete one outweighs an unknown one"),
    ],
)
def test_load_status_says_whether_a_day_is_whole(answer, flags, expected):
    objects = [ledger(f"k{number}", MON, is_complete=flag) for number, flag in enumerate(flags)]
    assert answer("load_status", "is_complete", raw_object=objects) == [(expected,)]


def test_rejected_by_reason_tells_open_from_resolved(answer):
    at = MORNING.replace(tzinfo=UTC)
    rows = answer(
        "rejected_by_reason",
        rejected_record=[
            {"raw_key": "k1", "line": 1, "path": "$", "extraction_date": MON, "reason": "no id"},
            {"raw_key": "k1", "line": 2, "path": "$", "extraction_date": TUE, "reason": "no id", "resolved_at": at},
            {"raw_key": "k2", "line": 1, "path": "$", "extraction_date": WED, "reason": "no id"},
            {"raw_key": "k2", "line": 2, "path": "$", "extraction_date": WED, "reason": None},
        ],
    )
    assert rows == [("no id", 2, 1, 2, MON, WED), (None, 1, 0, 1, WED, WED)]


COUNTS = ("account_clock", "freshness", "popularity_given")
"""Views that have a row of each table, also of an empty one, or read none."""


@pytest.mark.parametrize("name", sorted(read_folder("view")))
def test_a_view_gives_no_time_with_a_zone_because_athena_refuses_such_views(answer, engine, name):
    assert answer(name) == [] or name in COUNTS
    types = {str(kind) for kind in engine.sql(f"select * from {name}").types}
    assert "TIMESTAMP WITH TIME ZONE" not in types
