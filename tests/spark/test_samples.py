"""The answers in tests/samples: each under a date of its own, then all as one day."""

import datetime as dt
from pathlib import Path

import pytest

from lakehouse.cli import main as lakehouse
from tests.spark.conftest import Lake

EXPECTED = {
    "chart_playlist_day1.json": (50, 50, 26, 39),
    "chart_playlist_day2.json": (50, 50, 41, 52),
    "items_with_episodes.json": (4, 2, 2, 2),
    "items_added_1970.json": (50, 50, 14, 33),
    "several_tracks.json": (34, 34, 21, 22),
    "items_both_keys.json": (1, 1, 1, 2),
    "error_body.json": (0, 0, 0, 0),
}
"""Entries, songs, albums, artists (of tracks and albums), counted without this project's code."""

UNION_OF_SONGS = 159
ONE_DAY = dt.date(2024, 6, 1)
DAYS = {name: dt.date(2024, 7, number) for number, name in enumerate(EXPECTED, 1)}


@pytest.fixture(scope="module")
def loaded(shared_lake: Lake, samples: Path) -> Lake:
    for name, day in DAYS.items():
        for date in (day, ONE_DAY):
            told = [str(samples / name), "--date", str(date), "--raw", str(shared_lake.raw)]
            assert lakehouse(["import", *told]) == 0
    shared_lake.load()
    return shared_lake


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_gives_its_counts(name: str, loaded: Lake) -> None:
    day = f"extraction_date = date'{DAYS[name]}'"
    (entries,) = loaded.rows("raw_object", "entries", where=day)
    counts = tuple(len(loaded.rows(table, f"{table}_id", where=day)) for table in ("song", "album", "artist"))
    assert (entries, *counts) == EXPECTED[name]


def test_one_day_of_all_samples_is_their_union(loaded: Lake) -> None:
    assert len(loaded.rows("song", "song_id", where=f"extraction_date = date'{ONE_DAY}'")) == UNION_OF_SONGS


def test_the_error_body_is_a_rejected_document(loaded: Lake) -> None:
    day = f"extraction_date = date'{DAYS['error_body.json']}'"
    assert loaded.rows("raw_object", "entries", "rejected_documents", where=day) == [(0, 1)]
    (row,) = loaded.rows("rejected_record", "line", "path", "reason", "payload", where=day)
    assert row == (1, "$", "error_body", '{"error":{"status":400,"message":"invalid id"}}')


def test_every_object_reconciles(loaded: Lake) -> None:
    skipped = "skipped_null_entry + skipped_local_file + skipped_episode + skipped_show + skipped_audiobook"
    off = f"entries <> accepted + {skipped} + skipped_playlist + rejected_entries or status <> 'loaded'"
    assert loaded.rows("raw_object", where=off) == []


def test_loading_again_commits_nothing(loaded: Lake) -> None:
    before = loaded.snapshots()
    report = loaded.load()
    assert (report.objects, report.commits) == (0, 0)
    assert loaded.snapshots() == before
