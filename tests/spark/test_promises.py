"""What the load job promises (design section 4), each with raw objects as small as can be.

A load takes seconds whatever it loads, so most promises share one lake and its five loads, each on a day of its own.
"""

import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from glue_jobs import load_music
from glue_jobs.errors import LoadError
from glue_jobs.iceberg import merge
from glue_jobs.load.report import Report
from glue_jobs.tables import Table
from tests.spark.conftest import Lake
from tests.spark.objects import album, entry, full_album, page, playlist, song

ROWS = ("song", "album", "artist", "listing", "play", "rejected_record")

OLD = "2026-10-31"
FORGETFUL = "2026-11-01"
BROKEN_OFF = "2026-11-02"
REPLACED = "2026-11-03"
UNCHANGED = "2026-11-04"
TRUNCATED = "2026-11-05"
NO_GZIP = "2026-11-06"
ODD_LINES = "2026-11-07"
NEWER_VERSION = "2026-11-08"
LONG = "2026-11-09"
SAID_BEFORE = "2026-11-10"

RIDDLE = {"type": "riddle", "text": "é" * 50_000}


def everything(lake: Lake) -> dict[str, list[Any]]:
    """Return all rows of all tables but when they were loaded."""
    tables = {table: lake.rows(table) for table in ROWS}
    ledger_df = lake.spark.table(f"lake.{lake.database}.raw_object").drop("loaded_at")
    return {**tables, "raw_object": sorted((tuple(row) for row in ledger_df.collect()), key=repr)}


def on(day: str) -> str:
    """Return the condition of one day."""
    return f"extraction_date = date'{day}'"


@dataclass
class Story:
    """A lake, what its loads reported, and what was in it between them."""

    lake: Lake
    commits: list[dict[str, int]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    songs: list[list[tuple[str, str]]] = field(default_factory=list)

    def load(self, *told: str) -> None:
        """Load; keep the report, the commits of each table, and the songs with their days."""
        self.reports.append(self.lake.load(*told))
        self.commits.append(self.lake.snapshots())
        self.songs.append(
            [(song_id, str(day)) for song_id, day in self.lake.rows("song", "song_id", "extraction_date")]
        )


@pytest.fixture(scope="module")
def story(shared_lake: Lake) -> Story:
    """Load what each promise begins with, nothing, what is known, what comes later, and what was mended."""
    story = Story(shared_lake)
    land_the_first(shared_lake)
    story.load("--since", FORGETFUL)
    story.load("--since", FORGETFUL)
    shared_lake.land(page(entry(song("known"))), at=f"{SAID_BEFORE}T10:00:00", run_id="a")
    story.load("--since", FORGETFUL)
    land_the_later(shared_lake)
    truncated = shared_lake.land(page(entry(song("cut"))), at=f"{TRUNCATED}T10:00:00", run_id="broken")
    whole = rewrite(shared_lake, truncated, lambda content: content[:-20])
    story.load()
    rewrite(shared_lake, truncated, lambda _: whole)
    story.load()
    return story


def land_the_first(lake: Lake) -> None:
    """Land the objects of the first load."""
    lake.land(page(entry(song("old"))), at=f"{OLD}T10:00:00")
    lake.land(page(entry(song(album=album(label="Lantern")))), at=f"{FORGETFUL}T10:00:00", run_id="r1")
    lake.land(playlist(items=page(entry(song("s1")), entry(song("s2")))), at=f"{BROKEN_OFF}T10:00:00", run_id="r1")
    lake.land(page(entry(song("s1")), entry(song("s2"))), at=f"{REPLACED}T10:00:00", run_id="r1")
    lake.land(page(entry(song("s1"))), at=f"{UNCHANGED}T10:00:00", run_id="r1")
    lake.land(at=f"{UNCHANGED}T11:00:00", run_id="r2", status="unchanged")
    odd = lake.land(page(entry(song("s1"))), page(entry(song("s2"))), at=f"{ODD_LINES}T10:00:00")
    rewrite(lake, odd, add_odd_lines)
    newer = lake.land(page(entry(song("s1"))), at=f"{NEWER_VERSION}T10:00:00")
    rewrite(lake, newer, lambda content: gzip.compress(raise_version(gzip.decompress(content))))
    lake.land(page(RIDDLE, song("s1")), at=f"{LONG}T10:00:00")
    lake.land(page(entry(song("known"))), at=f"{SAID_BEFORE}T10:00:00", run_id="b")


def land_the_later(lake: Lake) -> None:
    """Land later sightings of what was loaded, and objects that cannot be read."""
    lake.land(page(entry(song())), at=f"{FORGETFUL}T11:00:00", run_id="r2")
    broken = playlist(items=page(entry(song("s3")), total=9), snapshot_id="snap2")
    lake.land(broken, at=f"{BROKEN_OFF}T11:00:00", run_id="r2", is_complete=False)
    lake.land(page(entry(song("s3"))), at=f"{REPLACED}T11:00:00", run_id="r2")
    lake.land(page(entry(song("s2"))), at=f"{TRUNCATED}T10:00:00", run_id="whole")
    for run_id, content in (("text", b"not gzip"), ("nothing", gzip.compress(b"")), ("zero", b"")):
        rewrite(lake, lake.land(at=f"{NO_GZIP}T10:00:00", run_id=run_id), lambda _, content=content: content)


def rewrite(lake: Lake, key: str, change: Callable[[bytes], bytes]) -> bytes:
    """Put other bytes into a raw object; return those it had."""
    path = lake.raw / key.removeprefix("raw/")
    content = path.read_bytes()
    path.write_bytes(change(content))
    return content


def add_odd_lines(content: bytes) -> bytes:
    """Return the object with lines between its own that are none."""
    first, second, summary = gzip.decompress(content).splitlines()
    odd = [b'{"kind":"answer","schema_ver', b"[1, 2]", b'{"kind":"other"}']
    return gzip.compress(b"\n".join([first, *odd, second, summary]))


def raise_version(content: bytes) -> bytes:
    """Return lines of a version that is not understood yet."""
    return content.replace(b'"schema_version":1', b'"schema_version":2')


def test_nothing_new_touches_no_table(story: Story) -> None:
    nothing = story.reports[1]
    assert (nothing.objects, nothing.commits, nothing.tables) == (0, 0, {})
    assert story.commits[1] == story.commits[0]
    assert nothing.as_text().startswith("nothing new, 0 commits")


def test_a_new_object_that_says_nothing_new_touches_only_the_ledger(story: Story) -> None:
    known = story.reports[2]
    assert {name: counts.commits for name, counts in known.tables.items() if counts.commits} == {"raw_object": 1}
    before, after = story.commits[1:3]
    assert [name for name in after if after[name] != before[name]] == ["raw_object"]


def test_since_leaves_older_extractions_alone(story: Story) -> None:
    assert [("old", OLD) in songs for songs in story.songs] == [False, False, False, True, True]


def test_null_never_replaces_what_is_known(story: Story) -> None:
    ((label, seen_at),) = story.lake.rows("album", "label", "seen_at", where=on(FORGETFUL))
    assert (label, seen_at.hour) == ("Lantern", 10)


def test_an_incomplete_listing_never_displaces_a_complete_one(story: Story) -> None:
    (entries,) = story.lake.rows("listing", "entries", where=on(BROKEN_OFF))
    assert [one["item_id"] for one in entries] == ["s1", "s2"]


def test_a_newer_complete_listing_replaces_the_older_as_one_thing(story: Story) -> None:
    (entries,) = story.lake.rows("listing", "entries", where=on(REPLACED))
    assert [one["item_id"] for one in entries] == ["s3"]


def test_unchanged_does_not_displace_the_walk_it_relies_on(story: Story) -> None:
    assert story.lake.rows("listing", "status", where=on(UNCHANGED)) == ["ok"]


def test_a_truncated_object_is_marked_and_the_rest_loads(story: Story) -> None:
    assert story.reports[3].unreadable["truncated"] == 1
    assert [song_id for song_id, day in story.songs[3] if day == TRUNCATED] == ["s2"]


def test_a_truncated_object_loads_once_it_is_whole(story: Story) -> None:
    assert [song_id for song_id, day in story.songs[4] if day == TRUNCATED] == ["cut", "s2"]
    assert story.lake.rows("raw_object", "status", where=on(TRUNCATED)) == ["loaded", "loaded"]


def test_an_object_that_is_no_gzip_or_empty_is_marked(story: Story) -> None:
    assert story.lake.rows("raw_object", "status", where=on(NO_GZIP)) == ["empty", "empty", "no_gzip"]


def test_an_unreadable_line_is_rejected_and_its_neighbours_load(story: Story) -> None:
    lake = story.lake
    assert lake.rows("song", "song_id", where=on(ODD_LINES)) == ["s1", "s2"]
    rows = lake.rows("rejected_record", "line", "path", "reason", "payload", where=on(ODD_LINES))
    assert rows == [
        (2, "$", "unreadable_line", '{"kind":"answer","schema_ver'),
        (3, "$", "unreadable_line", "[1, 2]"),
        (4, "$", "unknown_line", '{"kind":"other"}'),
    ]
    assert lake.rows("raw_object", "lines", "rejected_documents", where=on(ODD_LINES)) == [(6, 3)]


def test_a_line_of_a_newer_version_is_rejected(story: Story) -> None:
    assert story.lake.rows("rejected_record", "reason", where=on(NEWER_VERSION)) == ["unknown_schema_version"]
    assert story.lake.rows("song", where=on(NEWER_VERSION)) == []


def test_a_rejected_record_keeps_64_kb_and_the_hash_of_all(story: Story) -> None:
    told = ("path", "reason", "payload", "payload_hash", "payload_length")
    (row,) = story.lake.rows("rejected_record", *told, where=on(LONG))
    text = json.dumps(RIDDLE, ensure_ascii=False, separators=(",", ":"))
    assert row[:2] == ("$.items[0]", "unknown_shape")
    assert text.startswith(row[2])
    assert 16_000 < len(row[2].encode()) <= 64 * 1024
    assert row[3:] == (hashlib.sha256(text.encode()).hexdigest(), len(text.encode()))


def test_an_object_that_lands_during_the_run_is_loaded_by_it(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.land(page(entry(song("s1"))), run_id="r1")
    load = load_music.load_batch

    def load_and_land(*told: Any) -> None:
        load(*told)
        lake.land(page(entry(song("s2"))), run_id="r2")

    monkeypatch.setattr(load_music, "load_batch", load_and_land)
    assert lake.load().objects == 2
    assert lake.rows("song", "song_id") == ["s1", "s2"]


def test_any_order_and_grouping_gives_the_same_rows(lake: Lake) -> None:
    objects = [
        (page(entry(song("s1", name="early")), entry(song("s2"))), "2026-11-01T10:00:00", "r1", True),
        (page(entry(song("s1", name="late", popularity=5))), "2026-11-01T11:00:00", "r2", True),
        (page(entry(song("s1", name="later, knows less"))), "2026-11-01T12:00:00", "r3", False),
        (full_album("al1", name="whole"), "2026-11-01T09:00:00", "r4", True),
        (page(entry(song("s1", name="same time A"))), "2026-11-02T10:00:00", "r5", True),
        (page(entry(song("s1", name="same time B"))), "2026-11-02T10:00:00", "r6", True),
    ]
    seen = []
    for order, group in ((objects, 6), (objects[::-1], 4)):
        database = f"{lake.database}_{len(seen)}"
        lake.spark.sql(f"create namespace lake.{database}")
        other = Lake(lake.spark, lake.folder / str(len(seen)), database)
        for number, (document, at, run_id, is_complete) in enumerate(order, 1):
            other.land(document, at=at, run_id=run_id, is_complete=is_complete)
            if number % group == 0 or number == len(order):
                other.load()
        seen.append(everything(other))
    assert seen[1] == seen[0]
    names = [row for row in seen[0]["song"] if row[0] == "s1"]
    assert [(str(row[1]), row[2]) for row in names] == [("2026-11-01", "late"), ("2026-11-02", "same time B")]
    assert next(row for row in seen[0]["album"] if str(row[1]) == "2026-11-01")[2] == "whole"


def test_new_days_beside_one_that_is_there_are_filled_and_only_that_one_is_compared(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.land(page(entry(song("s1"))), at="2026-11-01T12:00:00")
    lake.load()
    lake.land(page(entry(song("s1"))), at="2026-11-01T10:00:00")
    lake.land(page(entry(song("s1")), entry(song("s2"))), at="2026-11-02T10:00:00")
    statement_of, merged = merge.merge_statement, []

    def note(table: Table, *told: str) -> str:
        merged.append(table.name)
        return statement_of(table, *told)

    monkeypatch.setattr(merge, "merge_statement", note)
    song_counts = lake.load().tables["song"]
    assert (song_counts.inserted, song_counts.updated, song_counts.unchanged, song_counts.commits) == (2, 0, 1, 1)
    # The ledger has a file a month: its rows of the second day stand beside those of the first.
    assert merged == ["raw_object"]
    days = {dt.date(2026, 11, 1): ["s1"], dt.date(2026, 11, 2): ["s1", "s2"]}
    for day, songs in days.items():
        assert lake.rows("song", "song_id", where=f"extraction_date = date'{day}'") == songs


def test_a_new_months_plays_replace_none_of_the_month_before_on_a_machine_with_a_zone_of_its_own(lake: Lake) -> None:
    zones = lake.spark._jvm.java.util.TimeZone
    before = zones.getDefault()
    source = ("recently_played", "me")

    def play(song_id: str, played_at: str) -> dict[str, Any]:
        return {"track": song(song_id), "played_at": played_at, "context": None}

    zones.setDefault(zones.getTimeZone("Asia/Tokyo"))
    try:
        evening = page(play("s1", "2026-10-31T16:00:00Z"), play("s2", "2026-10-31T18:00:00Z"))
        lake.land(evening, source=source, at="2026-10-31T20:00:00")
        lake.load()
        night = page(play("s2", "2026-10-31T18:00:00Z"), play("s3", "2026-11-01T01:00:00Z"))
        lake.land(night, source=source, at="2026-11-01T02:00:00")
        lake.load()
        assert lake.rows("play", "song_id") == ["s1", "s2", "s3"]
    finally:
        zones.setDefault(before)


def leave_rejected(lake: Lake, path: str) -> None:
    """Leave an entry as a version of the job would that did not understand it: rejected, and in no table."""
    (raw_key,) = lake.rows("raw_object", "raw_key")
    tables = f"lake.{lake.database}"
    lake.spark.sql(
        f"insert into {tables}.rejected_record select raw_key, 1, '{path}', extraction_date, 'bad_value: name', '{{}}',"
        f" '', 2, null from {tables}.raw_object where raw_key = '{raw_key}'"
    )
    lake.spark.sql(f"delete from {tables}.song")
    lake.spark.sql(f"update {tables}.raw_object set accepted = 0, rejected_entries = 2")


def test_replay_marks_what_is_understood_now(lake: Lake) -> None:
    lake.land(page(entry(song("s1", name="no number")), entry({"type": "riddle", "id": "x"})))
    lake.load()
    leave_rejected(lake, "$.items[0]")
    assert lake.rows("rejected_record", "reason") == ["bad_value: name", "unknown_shape"]
    assert lake.load().objects == 0
    report = lake.load("--replay_rejected")
    assert (report.objects, report.resolved) == (1, 1)
    rows = lake.rows("rejected_record", "reason", "resolved_at")
    # The object has a record that stays open: replayed again, what was resolved before stays as it was.
    assert lake.load("--replay_rejected").resolved == 0
    assert lake.rows("rejected_record", "reason", "resolved_at") == rows
    assert [(reason, resolved is not None) for reason, resolved in rows] == [
        ("bad_value: name", True),
        ("unknown_shape", False),
    ]
    assert lake.rows("song", "song_id") == ["s1"]
    assert lake.rows("raw_object", "accepted", "rejected_entries") == [(1, 1)]


def test_a_missing_database_is_one_clear_error(lake: Lake) -> None:
    lake.land(page(entry(song())))
    with pytest.raises(LoadError, match=r"lake\.nowhere: expected a database, got none\. Nothing was loaded\."):
        Lake(lake.spark, lake.folder, "nowhere").load()


def test_a_missing_raw_folder_is_one_clear_error(lake: Lake) -> None:
    with pytest.raises(LoadError, match=r"raw: expected a folder of raw objects, got nothing\. Nothing was loaded\."):
        lake.load()
