"""What the load job promises (design section 4), each with raw objects as small as can be."""

import gzip
import hashlib
import json
from typing import Any

import pytest

from glue_jobs import batch, load_music
from glue_jobs.errors import LoadError
from tests.spark.conftest import Lake
from tests.spark.objects import album, entry, full_album, page, playlist, song

ROWS = ("song", "album", "artist", "listing", "play", "rejected_record")


def everything(lake: Lake) -> dict[str, list[Any]]:
    """Return all rows of all tables but when they were loaded."""
    tables = {table: lake.rows(table) for table in ROWS}
    ledger_df = lake.spark.table(f"lake.{lake.database}.raw_object").drop("loaded_at")
    return {**tables, "raw_object": sorted((tuple(row) for row in ledger_df.collect()), key=repr)}


def test_nothing_new_touches_no_table(lake: Lake) -> None:
    lake.land(page(entry(song())))
    assert lake.load().objects == 1
    before = lake.snapshots()
    report = lake.load()
    assert (report.objects, report.commits, report.tables) == (0, 0, {})
    assert lake.snapshots() == before
    assert report.as_text().startswith("nothing new, 0 commits")


def test_a_new_object_that_says_nothing_new_touches_only_the_ledger(lake: Lake) -> None:
    lake.land(page(entry(song())), run_id="b")
    lake.load()
    before = lake.snapshots()
    lake.land(page(entry(song())), run_id="a")
    assert {name: counts.commits for name, counts in lake.load().tables.items() if counts.commits} == {"raw_object": 1}
    after = lake.snapshots()
    assert [name for name in after if after[name] != before[name]] == ["raw_object"]


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
    for order, group in ((objects, 6), (objects[::-1], 2), (objects[3:] + objects[:3], 4)):
        database = f"{lake.database}_{len(seen)}"
        lake.spark.sql(f"create namespace lake.{database}")
        other = Lake(lake.spark, lake.folder / str(len(seen)), database)
        for number, (document, at, run_id, is_complete) in enumerate(order, 1):
            other.land(document, at=at, run_id=run_id, is_complete=is_complete)
            if number % group == 0 or number == len(order):
                other.load()
        seen.append(everything(other))
    for one in seen:
        assert one == seen[0]
    names = [row for row in seen[0]["song"] if row[0] == "s1"]
    assert [(str(row[1]), row[2]) for row in names] == [("2026-11-01", "late"), ("2026-11-02", "same time B")]
    assert next(row for row in seen[0]["album"] if str(row[1]) == "2026-11-01")[2] == "whole"


def test_null_never_replaces_what_is_known(lake: Lake) -> None:
    lake.land(page(entry(song(album=album(label="Lantern")))), at="2026-11-01T10:00:00", run_id="r1")
    lake.load()
    lake.land(page(entry(song())), at="2026-11-01T11:00:00", run_id="r2")
    report = lake.load()
    assert lake.rows("album", "label") == ["Lantern"]
    assert (report.tables["album"].updated, report.tables["album"].unchanged) == (0, 1)


def test_an_incomplete_listing_never_displaces_a_complete_one(lake: Lake) -> None:
    whole = playlist(items=page(entry(song("s1")), entry(song("s2"))))
    broken = playlist(items=page(entry(song("s3")), total=9), snapshot_id="snap2")
    lake.land(whole, at="2026-11-01T10:00:00", run_id="r1")
    lake.load()
    lake.land(broken, at="2026-11-01T11:00:00", run_id="r2", is_complete=False)
    lake.load()
    (entries,) = lake.rows("listing", "entries")
    assert [one["item_id"] for one in entries] == ["s1", "s2"]


def test_a_newer_complete_listing_replaces_the_older_as_one_thing(lake: Lake) -> None:
    lake.land(page(entry(song("s1")), entry(song("s2"))), at="2026-11-01T10:00:00", run_id="r1")
    lake.load()
    lake.land(page(entry(song("s3"))), at="2026-11-01T11:00:00", run_id="r2")
    lake.load()
    (entries,) = lake.rows("listing", "entries")
    assert [one["item_id"] for one in entries] == ["s3"]


def test_unchanged_does_not_displace_the_walk_it_relies_on(lake: Lake) -> None:
    lake.land(page(entry(song("s1"))), at="2026-11-01T10:00:00", run_id="r1")
    lake.land(at="2026-11-01T11:00:00", run_id="r2", status="unchanged")
    lake.load()
    assert lake.rows("listing", "status") == ["ok"]


def test_a_truncated_object_is_marked_and_the_rest_loads(lake: Lake) -> None:
    broken = lake.land(page(entry(song("s1"))), run_id="broken")
    lake.land(page(entry(song("s2"))), run_id="whole")
    path = lake.raw / broken.removeprefix("raw/")
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    report = lake.load()
    assert (report.objects, dict(report.unreadable)) == (1, {"truncated": 1})
    assert lake.rows("raw_object", "raw_key", "status", where="status <> 'loaded'") == [(broken, "truncated")]
    assert lake.rows("song", "song_id") == ["s2"]
    before = lake.snapshots()
    lake.load()
    assert lake.snapshots() == before
    path.write_bytes(whole)
    lake.load()
    assert lake.rows("song", "song_id") == ["s1", "s2"]
    assert lake.rows("raw_object", "status") == ["loaded", "loaded"]


def test_an_object_that_is_no_gzip_or_empty_is_marked(lake: Lake) -> None:
    for run_id, content in (("text", b"not gzip"), ("nothing", gzip.compress(b"")), ("zero", b"")):
        path = lake.raw / lake.land(run_id=run_id).removeprefix("raw/")
        path.write_bytes(content)
    lake.load()
    assert lake.rows("raw_object", "status") == ["empty", "empty", "no_gzip"]


def test_an_unreadable_line_is_set_aside_and_its_neighbours_load(lake: Lake) -> None:
    key = lake.land(page(entry(song("s1"))), page(entry(song("s2"))))
    path = lake.raw / key.removeprefix("raw/")
    first, second, summary = gzip.decompress(path.read_bytes()).splitlines()
    lines = [first, b'{"kind":"answer","schema_ver', b"[1, 2]", b'{"kind":"other"}', second, summary]
    path.write_bytes(gzip.compress(b"\n".join(lines)))
    lake.load()
    assert lake.rows("song", "song_id") == ["s1", "s2"]
    rows = lake.rows("rejected_record", "line", "path", "reason", "payload")
    assert rows == [
        (2, "$", "unreadable_line", '{"kind":"answer","schema_ver'),
        (3, "$", "unreadable_line", "[1, 2]"),
        (4, "$", "unknown_line", '{"kind":"other"}'),
    ]
    assert lake.rows("raw_object", "lines", "rejected_documents") == [(6, 3)]


def test_a_line_of_a_newer_version_is_set_aside(lake: Lake) -> None:
    key = lake.land(page(entry(song("s1"))))
    path = lake.raw / key.removeprefix("raw/")
    path.write_bytes(
        gzip.compress(gzip.decompress(path.read_bytes()).replace(b'"schema_version":1', b'"schema_version":2'))
    )
    lake.load()
    assert lake.rows("rejected_record", "reason") == ["unknown_schema_version"]
    assert lake.rows("song") == []


def test_a_rejected_record_keeps_64_kb_and_the_hash_of_all(lake: Lake) -> None:
    odd = {"type": "riddle", "text": "é" * 50_000}
    lake.land(page(odd, song("s1")))
    lake.load()
    (row,) = lake.rows("rejected_record", "path", "reason", "payload", "payload_hash", "payload_length")
    text = json.dumps(odd, ensure_ascii=False, separators=(",", ":"))
    assert row[:2] == ("$.items[0]", "unknown_shape")
    assert text.startswith(row[2])
    assert 16_000 < len(row[2].encode()) <= 64 * 1024
    assert row[3:] == (hashlib.sha256(text.encode()).hexdigest(), len(text.encode()))


def test_replay_marks_what_is_understood_now(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        batch.entries, "NUMBERS", {"song": ("name",), "album": ("popularity",), "artist": ("popularity",)}
    )
    monkeypatch.setattr(batch.entries, "TRUTHS", {})
    lake.land(page(entry(song("s1", name="no number")), entry({"type": "riddle", "id": "x"})))
    lake.load()
    assert lake.rows("rejected_record", "reason") == ["bad_value: name", "unknown_shape"]
    monkeypatch.undo()
    assert lake.load().objects == 0
    report = lake.load("--replay_rejected")
    assert (report.objects, report.resolved) == (1, 1)
    rows = lake.rows("rejected_record", "reason", "resolved_at")
    assert [(reason, resolved is not None) for reason, resolved in rows] == [
        ("bad_value: name", True),
        ("unknown_shape", False),
    ]
    assert lake.rows("song", "song_id") == ["s1"]
    assert lake.rows("raw_object", "accepted", "rejected_entries") == [(1, 1)]


def test_batches_bound_what_is_loaded_at_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    load = load_music.load_batch
    monkeypatch.setattr(load_music, "load_batch", lambda *told: (sizes.append(len(told[2])), load(*told)))
    monkeypatch.setattr("glue_jobs.arguments.MEGABYTE", 1)
    for number in range(2):
        lake.land(page(entry(song(f"s{number}"))), run_id=f"r{number}")
    lake.load("--batch_mb", "1")
    assert sizes == [1, 1]
    assert lake.rows("song", "song_id") == ["s0", "s1"]


def test_since_leaves_older_extractions_alone(lake: Lake) -> None:
    lake.land(page(entry(song("old"))), at="2026-10-31T10:00:00", run_id="r1")
    lake.land(page(entry(song("new"))), at="2026-11-01T10:00:00", run_id="r2")
    lake.load("--since", "2026-11-01")
    assert lake.rows("song", "song_id") == ["new"]
    lake.load()
    assert lake.rows("song", "song_id") == ["new", "old"]


def test_a_missing_database_is_one_clear_error(lake: Lake) -> None:
    lake.land(page(entry(song())))
    with pytest.raises(LoadError, match=r"lake\.nowhere: expected a database, seen none\. Nothing was loaded\."):
        Lake(lake.spark, lake.folder, "nowhere").load()


def test_a_missing_raw_folder_is_one_clear_error(lake: Lake) -> None:
    with pytest.raises(LoadError, match=r"raw: expected a folder of raw objects, seen nothing\. Nothing was loaded\."):
        lake.load()
