"""What each question answers: tiny tables beside the rows expected, and tables with nothing in them."""

import datetime as dt

import pytest

from lakehouse.statements.statement import parse_statement, read_folder, set_parameters, to_duckdb

MON, TUE = dt.date(2026, 11, 16), dt.date(2026, 11, 17)
MIDNIGHT = dt.datetime(2026, 11, 16)

NOTHING = {
    "popular_songs": [("not given to this app", *[None] * 7)],
    "popular_artists": [("not given to this app", *[None] * 6)],
    "popularity_by_album": [("not given to this app", *[None] * 7)],
    "popularity_by_artist": [("not given to this app", *[None] * 6)],
    "popularity_by_release_year": [("not given to this app", *[None] * 7)],
    "popularity_over_time": [("not given to this app", *[None] * 6)],
    "very_popular_artists": [("not given to this app", *[None] * 5)],
    "duration_and_popularity": [("not given to this app", *[None] * 5)],
    "listening_hours": [("no plays", *[None] * 6)],
}
COUNTS = ("layers", "popularity_known")
"""Questions that count the rows of each table, also of an empty one."""


def song(song_id, **more):
    """Return a song of Monday, named after its id."""
    return {"song_id": song_id, "extraction_date": MON, "name": f"Song {song_id}", **more}


def album(album_id, **more):
    """Return an album of Monday, named after its id."""
    return {"album_id": album_id, "extraction_date": MON, "name": f"Album {album_id}", **more}


def released(year):
    """Return an album of a year."""
    return album(f"b{year}", release_date_text=str(year), release_date=dt.date(year, 1, 1))


def played(days, hour, account="u1"):
    """Return a play some days after Monday, at an hour of the listener's clock."""
    at = MIDNIGHT + dt.timedelta(days=days, hours=hour - 1)
    return {"account": account, "played_at": at.replace(tzinfo=dt.UTC), "song_id": "s1", "origin": "api"}


def artist(artist_id, **more):
    """Return an artist of Monday, named after its id."""
    return {"artist_id": artist_id, "extraction_date": MON, "name": f"Artist {artist_id}", **more}


def listing(source_id, entries, date=MON, **more):
    """Return a walk whose entries are (item_kind, item_id), at positions from 1."""
    listed = [{"position": n, "item_kind": kind, "item_id": item} for n, (kind, item) in enumerate(entries, start=1)]
    key = {"account": "-", "source_kind": "playlist", "source_id": source_id, "extraction_date": date}
    return {**key, "name": f"List {source_id}", "entries": listed, "is_complete": True, **more}


@pytest.mark.parametrize("name", sorted(read_folder("question")))
def test_on_empty_tables_a_question_has_no_row_or_says_that_nothing_was_given(answer, name):
    if name in COUNTS:
        assert {row[0] for row in answer(name, "row_count")} == {0}
    else:
        assert answer(name) == NOTHING.get(name, [])


def test_top_artists_counts_songs_once_per_artist_however_many_days_they_were_seen(answer):
    rows = answer(
        "top_artists",
        song=[
            song("s1", album_id="b1", artist_ids=["a1", "a2"]),
            song("s1", album_id="b1", artist_ids=["a1", "a2"], extraction_date=TUE),
            song("s2", album_id="b1", artist_ids=["a1", "a1"]),
            song("s3", album_id="b2", artist_ids=["a9"]),
            song("s4", artist_ids=["a3"]),
            song("s5", artist_ids=[]),
            song("s6"),
        ],
        artist=[artist("a3"), artist("a2"), artist("a1")],
    )
    assert rows == [
        (1, "Artist a1", 2, 1, "a1"),
        (2, "Artist a2", 1, 1, "a2"),
        (3, None, 1, 1, "a9"),
        (4, "Artist a3", 1, 0, "a3"),
    ]


def test_top_songs_counts_lists_as_they_are_now(answer):
    rows = answer(
        "top_songs",
        song=[song("s1", album_id="b1", artist_ids=["a1"]), song("s2")],
        album=[album("b1")],
        artist=[artist("a1")],
        listing=[
            listing("p1", [("song", "s9"), ("song", "s9"), ("song", "s9")]),
            listing("p1", [("song", "s1"), ("song", "s2"), ("song", "s2"), ("episode", "e1")], date=TUE),
            listing("p2", [("song", "s1"), ("song", None), (None, None), ("song", "s8"), ("song", "s0")]),
        ],
    )
    assert rows == [
        (1, "Song s1", "Artist a1", "Album b1", 2, 2, "s1"),
        (2, "Song s2", None, None, 1, 2, "s2"),
        (3, None, None, None, 1, 1, "s0"),
        (4, None, None, None, 1, 1, "s8"),
    ]


def test_albums_by_type_gives_shares_and_keeps_unknown_types(answer):
    albums = [album("b1", album_type="album"), album("b2", album_type="album"), album("b3", album_type="single")]
    later = album("b1", album_type="album", extraction_date=TUE)
    rows = answer("albums_by_type", album=[*albums, later, album("b4"), album("b5"), album("b6", album_type="album")])
    assert rows == [("album", 3, 50.0), (None, 2, 33.3), ("single", 1, 16.7)]


def test_releases_by_year_takes_years_only_releases_and_unknown_dates(answer):
    rows = answer(
        "releases_by_year",
        album=[
            album("b1", release_date_text="1979", release_date_precision="year", release_date=dt.date(1979, 1, 1)),
            album(
                "b2", release_date_text="1979-11-30", release_date_precision="day", release_date=dt.date(1979, 11, 30)
            ),
            album("b3", release_date_text="1981-12", release_date_precision="month", release_date=dt.date(1981, 12, 1)),
            album("b4", release_date_text="0000", release_date_precision="year"),
        ],
        song=[song("s1", album_id="b1"), song("s2", album_id="b2"), song("s3", album_id="b2"), song("s4")],
    )
    assert rows == [(1979, 2, 1, 3), (1981, 1, 0, 0), (None, 1, 0, 0)]


def test_shortest_and_longest_songs_tells_minutes_and_seconds(answer):
    rows = answer(
        "shortest_and_longest_songs",
        "extreme place duration song_id",
        song=[song("s1", duration_ms=94_999), song("s2", duration_ms=600_000), song("s3"), song("s4", duration_ms=0)],
    )
    assert rows == [
        ("shortest", 1, "1:34", "s1"),
        ("shortest", 2, "10:00", "s2"),
        ("longest", 1, "10:00", "s2"),
        ("longest", 2, "1:34", "s1"),
    ]


def test_song_durations_counts_by_whole_minute(answer):
    lengths = [59_999, 60_000, 119_999, 600_000, 3_600_000, None]
    rows = answer("song_durations", song=[song(f"s{n}", duration_ms=length) for n, length in enumerate(lengths)])
    assert rows == [
        (0, "0 to 1 min", 1, 16.7),
        (1, "1 to 2 min", 2, 33.3),
        (10, "10 min or more", 2, 33.3),
        (None, "not known", 1, 16.7),
    ]


def test_sources_shows_sources_that_were_never_walked(answer):
    refused = listing("p2", [], status="forbidden", is_complete=None) | {"entries": None}
    rows = answer("sources", listing=[listing("p1", [("song", "s1")], status="ok", total=1), refused])
    assert rows == [
        ("playlist", "List p1", "ok", 1, 1, True, MON, MON, "p1", "-"),
        ("playlist", "List p2", "forbidden", None, None, None, None, MON, "p2", "-"),
    ]


def test_latest_listing_keeps_the_order_and_names_what_it_can(answer):
    rows = answer(
        "latest_listing",
        "source_name position item_kind item_name artist_names item_id",
        song=[song("s1", artist_ids=["a1"])],
        album=[album("s1"), album("b1")],
        artist=[artist("a1"), artist("a2")],
        listing=[
            listing("p1", [("song", "s1")], date=MON),
            listing(
                "p1",
                [("song", "s9"), ("song", "s1"), ("album", "b1"), ("artist", "a1"), ("episode", "s1"), (None, None)],
                date=TUE,
            ),
        ],
    )
    assert rows == [
        ("List p1", 1, "song", None, None, "s9"),
        ("List p1", 2, "song", "Song s1", "Artist a1", "s1"),
        ("List p1", 3, "album", "Album b1", None, "b1"),
        ("List p1", 4, "artist", "Artist a1", None, "a1"),
        ("List p1", 5, "episode", None, None, "s1"),
        ("List p1", 6, None, None, None, None),
    ]


def test_popular_songs_keeps_to_what_was_given_and_counts_0_as_given(answer):
    rows = answer(
        "popular_songs",
        "availability place popularity song_id",
        song=[song("s1", popularity=0), song("s2"), song("s3", popularity=70)],
    )
    assert rows == [("given", 1, 70, "s3"), ("given", 2, 0, "s1")]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        pytest.param("popular_songs", {"song": [song("s1")]}, id="songs without popularity"),
        pytest.param("popular_artists", {"artist": [artist("a1")]}, id="artists without followers"),
    ],
)
def test_popularity_that_was_not_given_is_said_and_never_0(answer, name, rows):
    assert answer(name, **rows) == NOTHING[name]


def test_popular_artists_puts_unknown_followers_last(answer):
    rows = answer(
        "popular_artists",
        "availability place followers popularity artist_id",
        artist=[
            artist("a1", popularity=90),
            artist("a2", followers=0),
            artist("a3", followers=101, popularity=5),
            artist("a4"),
            artist("a5", followers=0, popularity=1),
            artist("a6", followers=0, popularity=2),
        ],
    )
    assert rows == [
        ("given", 1, 101, 5, "a3"),
        ("given", 2, 0, 2, "a6"),
        ("given", 3, 0, 1, "a5"),
        ("given", 4, 0, None, "a2"),
        ("given", 5, None, 90, "a1"),
    ]


def test_load_days_puts_the_newest_day_first(answer):
    rows = answer(
        "load_days",
        "extraction_date objects loaded unreadable is_complete",
        raw_object=[
            {"raw_key": "k1", "extraction_date": MON, "status": "loaded", "is_complete": True},
            {"raw_key": "k2", "extraction_date": TUE, "status": "vanished"},
        ],
    )
    assert rows == [(TUE, 1, 0, 1, False), (MON, 1, 1, 0, True)]


def test_rejections_puts_the_reason_with_most_open_records_first(answer):
    reasons = ["rare", "often", "often"]
    records = [
        {"raw_key": "k1", "line": line, "path": "$", "extraction_date": MON, "reason": reason}
        for line, reason in enumerate(reasons)
    ]
    rows = answer("rejections", "reason open_records resolved_records", rejected_record=records)
    assert rows == [("often", 2, 0), ("rare", 1, 0)]


def test_listening_hours_counts_on_the_listeners_clock(answer):
    def play(hour, minute, song_id, ms_played):
        at = MIDNIGHT.replace(hour=hour, minute=minute, tzinfo=dt.UTC)
        return {"account": "u1", "played_at": at, "song_id": song_id, "origin": "export", "ms_played": ms_played}

    rows = answer(
        "listening_hours",
        play=[
            *(play(7, 0, "s1", 90_000), play(7, 15, "s1", None), play(22, 0, "s1", None), play(7, 30, "s2", 30_000)),
            play(7, 45, "s3", 29_999),
        ],
    )
    assert rows == [("given", 8, 3, 75.0, 1, 3, 2.5), ("given", 23, 1, 25.0, 0, 1, None)]


LIMITED = sorted(
    {name for name, question in read_folder("question").items() if '"limit"' in question.text}
    # These need rows that the others here must not have; their golden rows show the limit.
    - {"dominating_artists", "saved_but_never_played", "listening_streaks"}
)


@pytest.mark.parametrize("name", LIMITED)
def test_limit_says_how_many_rows_the_best_first(engine, answer, name):
    credit = [{"artist_id": f"a{n}", "artist_ids": [f"a{n}"], "album_id": f"b{n}"} for n in (1, 2, 3)]
    songs = [song(f"s{n}", duration_ms=n * 1000, popularity=n, **credit[n - 1]) for n in (1, 2, 3)]
    rows = answer(
        name,
        song=songs,
        album=[released(1900 + n) | {"album_id": f"b{n}", "total_tracks": 10 * n} for n in (1, 2, 3)],
        play=[played(n, 1) | {"song_id": f"s{n}"} for n in (1, 2, 3)],
        artist=[artist(f"a{n}", followers=n) for n in (1, 2, 3)],
        listing=[listing("p1", [("song", f"s{n}") for n in (1, 2, 3)])],
        raw_object=[{"raw_key": f"k{day}", "extraction_date": day, "status": "loaded"} for day in (MON, TUE)],
    )
    limited = set_parameters(parse_statement(read_folder("question")[name].text), {"limit": "1"})
    first = rows[:1] if name != "shortest_and_longest_songs" else [rows[0], rows[3]]
    assert engine.sql(to_duckdb(limited)).fetchall() == first
    assert len(rows) > len(first)


@pytest.mark.parametrize(
    ("name", "values", "tables", "expected"),
    [
        pytest.param(
            "top_artists",
            {"limit": "1"},
            {"song": [song("s1", artist_ids=["a1", "a2"])]},
            [(1, None, 1, 0, "a1")],
            id="limit",
        ),
        pytest.param(
            "albums_by_type",
            {"seen_since": "2026-11-17"},
            {"album": [album("b1"), album("b2", extraction_date=TUE, album_type="single")]},
            [("single", 1, 100.0)],
            id="a date",
        ),
        pytest.param(
            "sources",
            {"account": "u1", "source_kind": ""},
            {"listing": [listing("p1", []), listing("p2", [], account="u1", name=None, total=0)]},
            [("playlist", None, None, 0, 0, True, MON, MON, "p2", "u1")],
            id="a text where the default is null, and null again",
        ),
        pytest.param(
            "popular_songs",
            {"limit": "0"},
            {"song": [song("s1", popularity=7)]},
            [("given", 1, 7, "Song s1", None, None, MON, "s1")],
            id="limit 0 does not say that nothing was given",
        ),
        pytest.param(
            "rejections",
            {"least_open_records": "1"},
            {
                "rejected_record": [
                    {"reason": "open"},
                    {"reason": "done", "resolved_at": MIDNIGHT.replace(tzinfo=dt.UTC)},
                ]
            },
            [("open", 1, 0, 0, None, None)],
            id="open rejections only",
        ),
        pytest.param(
            "latest_listing",
            {"account": "u1", "source_kind": "playlist", "source_id": "p1", "limit": "1"},
            {
                "listing": [
                    listing("p1", [("song", "s1"), ("song", "s2")], account="u1"),
                    listing("p1", [("song", "s3")]),
                    listing("p1", [("song", "s4")], account="u1", source_kind="saved_tracks"),
                    listing("p2", [("song", "s5")], account="u1"),
                ]
            },
            [("playlist", "List p1", 1, "song", None, None, None, None, MON, "s1", "p1", "u1")],
            id="several at once",
        ),
        pytest.param(
            "listening_hours",
            {"since": "2026-11-16", "until": "2026-11-16", "account": "u1"},
            {"play": [played(0, 1), played(0, 2, account="u2"), played(-1, 3), played(1, 4)]},
            [("given", 1, 1, 100.0, 0, 1, None)],
            id="one day of one account",
        ),
        pytest.param(
            "releases_by_year",
            {"since_year": "1980", "until_year": "1980"},
            {"album": [released(1979), released(1980), released(1981)]},
            [(1980, 1, 0, 0)],
            id="two numbers",
        ),
    ],
)
def test_parameters_change_the_answer(engine, answer, name, values, tables, expected):
    answer(name, **tables)
    changed = set_parameters(parse_statement(read_folder("question")[name].text), values)
    assert engine.sql(to_duckdb(changed)).fetchall() == expected
