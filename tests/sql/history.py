"""A year of made-up history, as rows: what the load job would have written, day by day."""

import datetime as dt
from typing import Any

LAST = dt.date(2026, 11, 16)
DAYS = [LAST - dt.timedelta(days=back) for back in range(364, -1, -1)]
SONGS = 4


def rows_of_a_year() -> dict[str, list[dict[str, Any]]]:
    """Return a row or more of each table for each of 365 days."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for number, day in enumerate(DAYS):
        for table, rows in rows_of_a_day(number, day).items():
            tables.setdefault(table, []).extend(rows)
    return tables


def rows_of_a_day(number: int, day: dt.date) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of one day: a chart walked daily, a playlist walked weekly and unchanged between."""
    at = dt.datetime(day.year, day.month, day.day, 8, tzinfo=dt.UTC)
    places = [f"s{(number + place) % SONGS}" for place in range(SONGS - 1)]
    seen = {"extraction_date": day, "seen_at": at, "raw_key": f"k{number}"}
    week = f"v{number // 7}"
    return {
        "song": [
            {"song_id": song, "name": song.upper(), "album_id": "b1", "artist_id": "a1", "artist_ids": ["a1"]}
            | {"duration_ms": 1000 * (number + 1), "popularity": number % 100, **seen}
            for song in places
        ],
        "album": [{"album_id": "b1", "name": "Album", "artist_ids": ["a1"], "popularity": number % 7, **seen}],
        "artist": [{"artist_id": "a1", "name": "Ann", "popularity": number % 9, **seen}],
        "listing": [
            listing("chart", f"d{number}", places) | seen,
            listing("weekly", week, places if number % 7 == 0 else None) | seen,
        ],
        "play": [{"account": "u1", "played_at": at, "song_id": places[0], "origin": "api", "raw_key": f"k{number}"}],
        "raw_object": [
            {"raw_key": f"k{number}", "extraction_date": day, "account": "u1", "status": "loaded", "entries": 3}
            | {"accepted": 3, "rejected_entries": 0, "written_at": at, "loaded_at": at + dt.timedelta(minutes=number)}
        ],
    }


def listing(source_id: str, snapshot_id: str, songs: list[str] | None) -> dict[str, Any]:
    """Return what a source listed, or that it is unchanged."""
    entries = songs and [
        {"position": place, "item_kind": "song", "item_id": song} for place, song in enumerate(songs, 1)
    ]
    key = {"account": "u1", "source_kind": "playlist", "source_id": source_id, "snapshot_id": snapshot_id}
    return {**key, "status": "ok" if entries else "unchanged", "is_complete": True, "entries": entries}
