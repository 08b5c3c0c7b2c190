"""Raw objects that cannot be read: the ledger says why, the rest loads, and the next run changes nothing."""

import gzip
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glue_jobs import load_music
from glue_jobs.load import days, read_batch
from glue_jobs.load.batch import WORKER_DIED
from tests.spark.conftest import Lake
from tests.spark.objects import entry, page, song

RIDDLE = {"type": "riddle", "id": "x"}
FOLDER = "extraction_date=2026-11-01"


def test_an_object_that_vanishes_before_it_is_read_is_marked(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = lake.land(page(entry(song("s1")), RIDDLE), run_id="gone")
    lake.land(page(entry(song("s2")), RIDDLE), run_id="here")
    load = load_music.load_batch

    def vanish_and_load(*arguments: Any) -> None:
        (lake.raw / gone.removeprefix("raw/")).unlink(missing_ok=True)
        load(*arguments)

    monkeypatch.setattr(load_music, "load_batch", vanish_and_load)
    report = lake.load()
    assert (report.objects, dict(report.unreadable)) == (1, {"vanished": 1})
    assert lake.rows("raw_object", "status", "entries") == [("loaded", 2), ("vanished", None)]
    assert lake.rows("song", "song_id") == ["s2"]
    assert [row[0] for row in lake.rows("rejected_record", "reason", "path")] == ["unknown_shape"]


def test_a_batch_of_which_nothing_can_be_read_ends_in_the_ledger(lake: Lake) -> None:
    for number in range(2):
        key = lake.land(page(entry(song("s1"))), run_id=f"cut{number}")
        path = lake.raw / key.removeprefix("raw/")
        path.write_bytes(path.read_bytes()[:-20])
    report = lake.load()
    assert (report.objects, dict(report.unreadable)) == (0, {"truncated": 2})
    assert lake.rows("raw_object", "status", "entries") == [("truncated", None)] * 2
    assert lake.rows("song", "song_id") == []


ODD_NAMES = (
    "20261101T10:00:00Z-colon",
    "with space",
    "star*",
    "[bracket]{1}",
    "per%20cent",
    "back\\slash",
    "ünï💥",
    "q?",
)


def test_objects_of_any_name_and_kind_load_or_are_marked_and_a_second_load_changes_nothing(lake: Lake) -> None:
    lake.raw.joinpath(FOLDER).mkdir(parents=True)
    for number, name in enumerate(ODD_NAMES):
        key = lake.land(page(entry(song(f"s{number}"))), run_id=f"r{number}")
        os.rename(lake.raw / key.removeprefix("raw/"), lake.raw / FOLDER / f"{name}.ndjson.gz")
    lake.raw.joinpath(FOLDER, "folder.ndjson.gz").mkdir()
    os.mkfifo(lake.raw / FOLDER / "pipe.ndjson.gz")
    os.symlink("nowhere", lake.raw / FOLDER / "link.ndjson.gz")
    with gzip.open(lake.raw / FOLDER / "bomb.ndjson.gz", "wb") as file:
        for _ in range(100):
            file.write(bytes(1_000_000))
    report = lake.load()
    assert (report.objects, dict(report.unreadable)) == (9, {"not_a_file": 2, "vanished": 1})
    assert lake.rows("song", "song_id") == [f"s{number}" for number in range(8)]
    keys = lake.rows("raw_object", "raw_key", where="entries > 0")
    assert {key.split("/")[-1].removesuffix(".ndjson.gz") for key in keys} == set(ODD_NAMES)
    commits = lake.snapshots()
    assert lake.load().objects == 0
    assert lake.snapshots() == commits


@pytest.mark.parametrize("name", ["a[1]", "a{b,c}", "a*", "a?", "a\\b", "with space", "50%"])
def test_a_folder_of_any_name_above_the_raw_objects_is_read_once(lake: Lake, name: str) -> None:
    folder = lake.folder / name
    odd = Lake(lake.spark, folder, lake.database)
    odd.land(page(entry(song("s1"))))
    assert odd.load().entries == 1


@pytest.mark.parametrize("date", ["9999-12-31", "0206-11-20", "0001-01-01"])
def test_an_extraction_date_far_away_loads_beside_a_good_one(lake: Lake, date: str) -> None:
    key = lake.land(page(entry(song("odd"))), run_id="odd")
    far = lake.raw / f"extraction_date={date}" / Path(key).name
    far.parent.mkdir()
    os.rename(lake.raw / key.removeprefix("raw/"), far)
    lake.land(page(entry(song("good"))))
    assert lake.load().objects == 2
    assert [(song_id, str(day)) for song_id, day in lake.rows("song", "song_id", "extraction_date")] == [
        ("good", "2026-11-01"),
        ("odd", date),
    ]
    commits = lake.snapshots()
    assert lake.load().objects == 0
    assert lake.snapshots() == commits


def test_an_object_with_an_unforeseen_error_is_marked_failed_and_read_again_only_when_asked(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = lake.land(page(entry(song("bad"))), run_id="bad")
    lake.land(page(entry(song("good"))), run_id="good")
    with monkeypatch.context() as patch:
        plant_a_fault(patch, bad)
        report = lake.load()
    assert (report.objects, dict(report.unreadable)) == (1, {"failed": 1})
    assert report.failed == {bad: "ZeroDivisionError: planted"}
    assert lake.rows("raw_object", "status", "error") == [("failed", "ZeroDivisionError: planted"), ("loaded", None)]
    assert lake.rows("song", "song_id") == ["good"]
    assert lake.load().objects == 0
    assert lake.load("--retry_failed").objects == 1
    assert lake.rows("song", "song_id") == ["bad", "good"]
    assert lake.rows("raw_object", "status", "error") == [("loaded", None)] * 2


def test_an_object_that_ends_the_worker_is_marked_failed_and_the_others_load(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed = [lake.land(page(entry(song(f"s{number}"))), run_id=f"r{number}") for number in range(5)]
    with monkeypatch.context() as patch:
        plant_a_fault(patch, landed[3], lambda: os.kill(os.getpid(), signal.SIGKILL))
        report = lake.load()
    assert (report.objects, dict(report.unreadable)) == (4, {"failed": 1})
    assert report.failed == {landed[3]: f"WorkerDied: {WORKER_DIED}"}
    assert lake.rows("song", "song_id") == ["s0", "s1", "s2", "s4"]
    assert lake.load("--retry_failed").objects == 1
    assert lake.rows("song", "song_id") == ["s0", "s1", "s2", "s3", "s4"]


def divide_by_zero() -> None:
    raise ZeroDivisionError("planted")


def plant_a_fault(patch: pytest.MonkeyPatch, raw_key: str, fault: Callable[[], None] = divide_by_zero) -> None:
    """Let the reading of one object fail with an error nobody foresaw, also in Spark's workers."""
    place = f"file:{raw_key.removeprefix('raw/')}"
    open_object = read_batch.open_object

    def open_and_fail(path: str) -> Any:
        if path.endswith(place.removeprefix("file:")):
            fault()
        return open_object(path)

    patch.setattr(read_batch, "open_object", open_and_fail)


def test_a_day_of_more_rows_than_memory_is_meant_for_is_loaded_in_parts(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert days.MOST_ROWS >= 100_000
    songs = [entry(song(f"s{number % 7}", name=f"{number}")) for number in range(50)]
    for number in range(4):
        lake.land(page(*songs[number:]), at=f"2026-11-01T10:0{number}:00", run_id=f"r{number}")
    monkeypatch.setattr("glue_jobs.load.plan.MOST_BYTES", 1)
    assert lake.load().objects == 4
    # The newest object decides, and in it the greater content.
    names = dict(lake.rows("song", "song_id", "name"))
    assert names == {"s0": "7", "s1": "8", "s2": "9", "s3": "45", "s4": "46", "s5": "5", "s6": "6"}
