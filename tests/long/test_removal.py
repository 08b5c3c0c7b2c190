"""Rows that are too old, and those of a person who is to be forgotten, go for good: no byte of them is left."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest

from glue_jobs.errors import LoadError
from glue_jobs.iceberg.metadata import load_table
from glue_jobs.maintain.arguments import MaintainSettings
from glue_jobs.maintain.run import forget, maintain
from glue_jobs.tables import TABLES
from tests.long.remaining import files_with
from tests.spark.conftest import Lake
from tests.spark.objects import page, song

NAMES = [table.name for table in TABLES]
DAY = "2026-11-01"


def settings_of(lake: Lake, **given: Any) -> MaintainSettings:
    return MaintainSettings("lake", lake.database, **{"minutes": 10, "keep_days": 7, **given})


def storage_of(lake: Lake) -> Path:
    """Return the folder of the lake's tables."""
    location = load_table(lake.spark, f"lake.{lake.database}.song").location()
    return Path(str(location).removeprefix("file:")).parent


def plays(*songs: str) -> dict[str, Any]:
    items = [
        {"track": song(one), "played_at": f"{DAY}T0{n}:00:00.000Z", "context": None} for n, one in enumerate(songs)
    ]
    return page(*items, href="https://api.spotify.com/v1/me/player/recently-played", cursors=None, next=None)


def land(lake: Lake, account: str, *songs: str, run_id: str, at: str = f"{DAY}T10:00:00") -> str:
    return lake.land(plays(*songs), at=at, source=("recently_played", "me"), account=account, run_id=run_id)


def test_an_account_is_forgotten_to_the_last_byte(lake: Lake) -> None:
    land(lake, "ben", "shared", "bens", run_id="b1")
    lake.load()
    hers = land(lake, "anna", "shared", "annas", run_id="a1", at=f"{DAY}T11:00:00")
    lake.load()
    # A killed run's file, known to no state of the table.
    (storage_of(lake) / "play" / "data" / "00000-killed.parquet").write_bytes(b"anna annas")
    before = {name: lake.rows(name) for name in NAMES}
    assert len(files_with(storage_of(lake), "anna")) > 5

    said = forget(lake.spark, settings_of(lake, forget_account="anna", dry_run=True), NAMES)
    assert "rows of account anna: 1 raw objects, rows: " in said
    assert "dry run" in said
    assert {name: lake.rows(name) for name in NAMES} == before

    said = forget(lake.spark, settings_of(lake, forget_account="anna"), NAMES)
    assert "play 2" in said
    assert files_with(storage_of(lake), "anna") == []
    assert lake.rows("play", "song_id") == ["bens", "shared"]
    (lake.raw / hers.removeprefix("raw/")).unlink()
    lake.load("--reload", DAY)
    assert lake.rows("song", "song_id") == ["bens", "shared"]
    # Killed after the ledger, the next run finds no row and still looks after the states.
    assert "0 raw objects, rows: none" in forget(lake.spark, settings_of(lake, forget_account="anna"), NAMES)
    with pytest.raises(LoadError, match="expected a user's name, got that of no user"):
        forget(lake.spark, settings_of(lake, forget_account="-"), NAMES)


def test_what_landed_too_long_ago_goes_and_is_not_loaded_again(lake: Lake) -> None:
    old = land(lake, "ben", "old_one", run_id="b1")
    own = land(lake, "ben", "own_one", run_id="x-import-1")
    young = land(lake, "ben", "young_one", run_id="b2", at=f"{DAY}T12:00:00")
    now = dt.datetime.now(dt.UTC)
    for key, days in ((old, 61), (own, 900), (young, 40)):
        moment = (now - dt.timedelta(days=days)).timestamp()
        os.utime(lake.raw / key.removeprefix("raw/"), (moment, moment))
    lake.load()
    now = dt.datetime.now(dt.UTC)
    report = maintain(lake.spark, settings_of(lake, retention_days=60), NAMES, now)
    assert report.failed == {}
    assert report.expired.is_late
    assert "removed because of their age: 1 raw objects" in report.as_text()
    assert files_with(storage_of(lake), "old_one") == []
    assert lake.rows("play", "song_id") == ["own_one", "young_one"]
    statuses = dict(lake.rows("raw_object", "raw_key", "status"))
    assert statuses == {old: "expired", own: "loaded", young: "loaded"}
    assert lake.load("--retry_failed").objects == 0
    lake.load("--reload", DAY)
    assert dict(lake.rows("raw_object", "raw_key", "status")) == statuses
    assert lake.rows("play", "song_id") == ["own_one", "young_one"]
    # A row goes a little before its time, so that the states that hold it are gone in time, too.
    early = maintain(lake.spark, settings_of(lake, retention_days=45), NAMES, now)
    assert (early.expired.objects, early.expired.is_late) == (1, False)
    asked = settings_of(lake, retention_days=45, imports_too=True)
    assert maintain(lake.spark, asked, NAMES, now).expired.objects == 1
    assert lake.rows("play", "song_id") == []
