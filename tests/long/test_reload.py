"""Days are rebuilt from raw, and tables go back to an earlier moment, each whole."""

import datetime as dt
import time
from typing import Any

import pytest

from glue_jobs.arguments import parse_settings
from glue_jobs.errors import LoadError
from glue_jobs.load_music import run_rewind
from tests.spark.conftest import Lake
from tests.spark.objects import page, song

TABLES = ("song", "album", "artist", "listing", "play", "rejected_record")
FIRST, SECOND = "2026-11-01", "2026-11-02"


def played(song_id: str, at: str) -> dict[str, Any]:
    return {"track": song(song_id), "played_at": f"{at}.000Z", "context": None}


def plays(*items: dict[str, Any]) -> dict[str, Any]:
    return page(*items, href="https://api.spotify.com/v1/me/player/recently-played", cursors=None, next=None)


def land_plays(lake: Lake, day: str, run_id: str, *items: dict[str, Any]) -> str:
    at = f"{day}T10:00:00"
    return lake.land(plays(*items), at=at, source=("recently_played", "me"), account="anna", run_id=run_id)


def everything(lake: Lake) -> dict[str, list[Any]]:
    ledger_df = lake.spark.table(f"lake.{lake.database}.raw_object").drop("loaded_at")
    ledger = sorted((tuple(row) for row in ledger_df.collect()), key=repr)
    return {**{table: lake.rows(table) for table in TABLES}, "raw_object": ledger}


def test_days_are_rebuilt_from_raw(lake: Lake) -> None:
    """One story, as each load takes seconds: a reload that changes nothing, a raw object taken back, one refused."""
    kept = lake.land(page(song("s1"), {"type": "riddle"}), at=f"{FIRST}T09:00:00", run_id="r1")
    land_plays(lake, FIRST, "p1", played("s1", "2026-10-31T23:00:00"), played("s2", "2026-11-01T08:00:00"))
    lake.load()
    alone = everything(lake)
    # Taken back below; it saw a play that the first day saw, too, and later: its sighting is the one in the table.
    gone = land_plays(lake, SECOND, "p2", played("s2", "2026-11-01T08:00:00"), played("s3", "2026-11-02T08:00:00"))
    lake.load()
    before, commits = everything(lake), lake.snapshots()
    assert gone in lake.rows("play", "raw_key")

    report = lake.load("--reload", f"{FIRST}..{SECOND}")
    assert (report.objects, report.commits, report.removed) == (3, 0, 0)
    assert (everything(lake), lake.snapshots()) == (before, commits)

    (lake.raw / gone.removeprefix("raw/")).unlink()
    with pytest.raises(LoadError, match=f"1 of 1 are gone .+ such as {gone}. Nothing was changed"):
        lake.load("--reload", SECOND)
    assert everything(lake) == before

    report = lake.load("--reload", SECOND, "--accept_missing")
    assert everything(lake) == alone
    assert report.removed > 3
    changed = {name for name, number in lake.snapshots().items() if number != commits[name]}
    assert {
        name: number - commits[name] for name, number in lake.snapshots().items() if name in changed
    } == dict.fromkeys(("song", "album", "artist", "play", "raw_object"), 1)
    assert kept in lake.rows("raw_object", "raw_key")
    assert lake.load().objects == 0


def test_a_reload_of_days_without_raw_objects_is_refused(lake: Lake) -> None:
    lake.land(page(song("s1")))
    with pytest.raises(LoadError, match="--reload: expected tables, got none"):
        lake.load("--reload", FIRST)
    lake.load()
    with pytest.raises(LoadError, match=r"--reload 2020-01-01\.\.2020-01-02: expected raw objects of these days"):
        lake.load("--reload", "2020-01-01..2020-01-02")


def test_all_tables_go_back_to_a_moment_and_the_next_load_goes_on_from_there(lake: Lake) -> None:
    def rewind(moment: dt.datetime, *words: str) -> str:
        told = [
            "--raw",
            "r",
            "--catalog",
            "lake",
            "--database",
            lake.database,
            "--rewind_to",
            moment.isoformat(),
            *words,
        ]
        return run_rewind(lake.spark, parse_settings(told), moment)

    too_early = dt.datetime.now(dt.UTC)
    lake.land(page(song("s1")), at=f"{FIRST}T09:00:00")
    lake.load()
    then, moment = everything(lake), dt.datetime.now(dt.UTC)
    time.sleep(0.01)
    lake.land(page(song("s1"), song("s2"), {"type": "riddle"}), at=f"{FIRST}T10:00:00", run_id="r2")
    lake.load()
    now, later = everything(lake), dt.datetime.now(dt.UTC)

    said = rewind(moment, "--dry_run")
    assert "raw_object      2 -> 1 rows" in said
    assert "dry run" in said
    assert everything(lake) == now
    with pytest.raises(LoadError, match="expected a time after the first load"):
        rewind(too_early)
    assert "tables taken back" in rewind(moment)
    assert everything(lake) == then
    time.sleep(0.01)
    rewind(later)
    assert everything(lake) == now
    rewind(moment)
    assert lake.load().objects == 1
    assert everything(lake) == now
    lake.spark.sql(f"call lake.system.expire_snapshots('{lake.database}.song', timestamp '{later}', 1)")
    with pytest.raises(LoadError, match=r"song have none before .+: older ones have expired\. Nothing was changed"):
        rewind(moment)
