"""What a row says, column by column, and the contract of the tables' schemas."""

import datetime as dt

import pytest
from chispa.schema_comparer import assert_schema_equality

from glue_jobs.tables import TABLES, Table
from tests.spark.conftest import Lake
from tests.spark.objects import album, credit, entry, full_album, full_artist, page, playlist, song

DAY = dt.date(2026, 11, 1)
SEEN = dt.datetime(2026, 11, 1, 10, 0)
LISTED = "2026-11-02T10:00:00"


@pytest.fixture(scope="module")
def loaded(shared_lake: Lake) -> Lake:
    rich = song(
        "s1",
        artists=[credit("a2"), credit("a1")],
        popularity=77,
        is_playable=True,
        explicit=True,
        linked_from={"id": "s0"},
    )
    dates = [("al0", "0000"), ("al79", "1979"), ("alday", "2024-02-29"), ("albad", "2023-02-29"), ("alnull", None)]
    shared_lake.land(page(entry(rich)), run_id="song")
    shared_lake.land(full_album("al9"), source=("album", "al9"), run_id="album")
    shared_lake.land(page(*(album(one, release_date=text) for one, text in dates)), run_id="dates")
    shared_lake.land(
        page(full_artist("a9", genres=[], followers={"total": 102.0}), full_artist("a8", genres=None)), run_id="artist"
    )
    shared_lake.land(
        page(
            {
                "track": song("s1"),
                "played_at": "2026-10-31T23:30:00.123Z",
                "context": {"type": "playlist", "uri": "spotify:user:nobody:playlist:p7"},
            }
        ),
        source=("recently_played", "recently_played"),
        account="u1",
        run_id="play",
    )
    land_listings(shared_lake)
    shared_lake.load()
    return shared_lake


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_the_columns_and_types_it_is_described_with(table: Table, loaded: Lake) -> None:
    df = loaded.spark.table(f"lake.{loaded.database}.{table.name}")
    assert_schema_equality(df.schema, table.schema, ignore_nullable=True, ignore_metadata=True)


def test_a_song_says_what_the_track_says(loaded: Lake) -> None:
    (row,) = loaded.rows("song", where="song_id = 's1' and popularity is not null")
    expected = ("s1", DAY, "Song s1", "al1", "a2", ["a2", "a1"], 1, 2, 201_000, True, "ZZ0002600001", 77, True, "s0")
    assert row[:14] == expected
    assert row[14:] == (
        "https://open.spotify.com/track/s1",
        SEEN,
        "raw/extraction_date=2026-11-01/20261101T100000Z-song.ndjson.gz",
    )


def test_a_whole_album_says_what_a_track_s_album_does_not(loaded: Lake) -> None:
    (row,) = loaded.rows("album", "label", "upc", "popularity", "release_date_text", "release_date_precision",
                         "release_date", "image_url", where="album_id = 'al9'")  # fmt: skip
    assert row == ("Lantern", "101", 41, "1981-12", "month", dt.date(1981, 12, 1), "https://images.example/wide")


def test_songs_inside_a_whole_album_get_its_id(loaded: Lake) -> None:
    assert loaded.rows("song", "album_id", where=f"song_id = 's9' and extraction_date = date'{DAY}'") == ["al9"]


def test_a_release_date_is_its_first_day_or_null(loaded: Lake) -> None:
    rows = loaded.rows("album", "album_id", "release_date_text", "release_date", where="album_id like 'al%'")
    assert {row[0]: row[1:] for row in rows if row[0] not in ("al1", "al9")} == {
        "al0": ("0000", None),
        "al79": ("1979", dt.date(1979, 1, 1)),
        "albad": ("2023-02-29", None),
        "alday": ("2024-02-29", dt.date(2024, 2, 29)),
        "alnull": (None, None),
    }


def test_empty_genres_are_given_and_null_ones_are_not(loaded: Lake) -> None:
    rows = loaded.rows("artist", "artist_id", "genres", "followers", where="artist_id in ('a8', 'a9')")
    assert rows == [("a8", None, 102), ("a9", [], 102)]


def test_a_play_has_its_names_and_its_context(loaded: Lake) -> None:
    (row,) = loaded.rows("play", "account", "played_at", "song_id", "origin", "ms_played", "context_type",
                         "context_id", "song_name", "artist_name", "album_name")  # fmt: skip
    played_at = dt.datetime(2026, 10, 31, 23, 30, 0, 123000)
    names = ("Song s1", "Artist a1", "Album al1")
    assert row == ("u1", played_at, "s1", "api", None, "playlist", "p7", *names)


def test_the_ledger_says_what_recently_played_covered(loaded: Lake) -> None:
    (row,) = loaded.rows(
        "raw_object", "plays_from", "plays_to", "plays_page_full", "account", where="plays_from is not null"
    )
    played_at = dt.datetime(2026, 10, 31, 23, 30, 0, 123000)
    assert row == (played_at, played_at, False, "u1")


def entries_of(loaded: Lake, source_id: str) -> list[tuple[int, str]]:
    """Return (position, item_id) of a listing's entries."""
    (entries,) = loaded.rows("listing", "entries", where=f"source_id = '{source_id}'")
    return [(one["position"], one["item_id"]) for one in entries]


def land_listings(lake: Lake) -> None:
    """Land a source for each thing a listing has to get right."""
    first = playlist("p1", items=page(entry(song("s1")), entry(None), total=4, limit=2))
    episode = entry({"type": "episode", "id": "e1", "show": {}})
    second = page(entry(song("s1"), added_at=None), episode, offset=2, total=4)
    further = page(entry(song("s2")), offset=1)
    artists = [
        {"artists": {"items": [credit("a1"), credit("a2")], "next": "x", "total": 3}},
        {"artists": {"items": [credit("a3")], "next": None, "total": 3}},
    ]
    found = {"albums": page(album("al1")), "tracks": page(song("s1"), song("s2"))}
    told = {
        "p1": ([first, second], "playlist"),
        "twice": ([playlist("twice", items=page(entry(song("s1")))), page(entry(song("s1")))], "playlist"),
        "further": ([playlist("further", tracks=page(entry(song("s1"), "track"))), further], "playlist"),
        "negative": ([page(entry(song("s1")), offset=-3)], "playlist"),
        "cursor": (artists, "followed_artists"),
        "q": ([found], "search"),
        "whole": ([full_album("whole")], "album"),
    }
    for name, (documents, kind) in told.items():
        lake.land(*documents, at=LISTED, source=(kind, name), run_id=name, total=4 if name == "p1" else None)
    lake.land(at=LISTED, source=("playlist", "closed"), run_id="closed", status="forbidden", is_complete=False)
    lake.import_json("track.json", song("s1".ljust(22, "0")), LISTED[:10])


def test_a_listing_is_one_row_with_its_entries_in_order(loaded: Lake) -> None:
    told = ("name", "owner", "snapshot_id", "status", "total", "is_complete", "url", "entries")
    (row,) = loaded.rows("listing", *told, where="source_id = 'p1' and owner is not null")
    assert row[:7] == ("List p1", "u1", "snap1", "ok", 4, True, "https://open.spotify.com/playlist/p1")
    assert [tuple(one)[:3] for one in row[7]] == [
        (1, "song", "s1"),
        (2, None, None),
        (3, "song", "s1"),
        (4, "episode", "e1"),
    ]
    assert [one["added_at"] is None for one in row[7]] == [False, False, True, False]


def test_a_page_that_was_read_twice_counts_once_in_the_listing(loaded: Lake) -> None:
    assert entries_of(loaded, "twice") == [(1, "s1")]
    assert loaded.rows("raw_object", "entries", where="raw_key like '%-twice.%'") == [2]


def test_a_playlist_s_own_page_and_its_further_items_are_one_list(loaded: Lake) -> None:
    assert entries_of(loaded, "further") == [(1, "s1"), (2, "s2")]


def test_a_negative_offset_is_none(loaded: Lake) -> None:
    assert entries_of(loaded, "negative") == [(1, "s1")]


def test_a_cursor_list_is_numbered_as_it_came(loaded: Lake) -> None:
    assert entries_of(loaded, "cursor") == [(1, "a1"), (2, "a2"), (3, "a3")]


def test_a_search_s_lists_are_numbered_on_as_one_listing(loaded: Lake) -> None:
    assert entries_of(loaded, "q") == [(1, "al1"), (2, "s1"), (3, "s2")]


def test_a_source_that_was_not_walked_is_a_listing_without_entries(loaded: Lake) -> None:
    rows = loaded.rows("listing", "status", "is_complete", "entries", where="source_id = 'closed'")
    assert rows == [("forbidden", False, None)]


def test_single_objects_are_no_listing(loaded: Lake) -> None:
    assert loaded.rows("listing", where="source_kind in ('album', 'import')") == []
    assert loaded.rows("raw_object", "accepted", where="raw_key like '%-whole.%'") == [1]
