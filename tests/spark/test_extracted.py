"""What the extractor lands loads: sources that did not change, broke off or stopped at what was known, in one load."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lakehouse.simulator.running import RunningSimulator, running_simulator
from lambda_extract.job import Job
from lambda_extract.settings import read_settings
from lambda_extract.sources.plan import parse_sources
from lambda_extract.spotify.secret import parse_secret
from tests.spark.conftest import Lake

USER = "tin_kettle_31"
FIRST, SECOND = dt.date(2026, 11, 1), dt.date(2026, 11, 2)
DOCUMENT = {
    "playlists": {"all_mine": True},
    "saved_tracks": {"stop_at_known": True},
    "saved_albums": {},
    "recently_played": {},
    "searches": [{"query": "a", "types": ["track", "album"]}],
    "followed_artists": {"albums": {"max_calls": 2}},
}


def extract(simulator: RunningSimulator, raw: Path, at: str, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the extractor as of a moment; return the lines it landed."""
    told = {"EXTRACT_SECRET": "-", "EXTRACT_SOURCES": "-", "EXTRACT_RAW": str(raw), "EXTRACT_NOW": at}
    told |= {"SPOTIFY_API_URL": simulator.api_url, "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url}
    app = {"client_id": simulator.client_id, "client_secret": simulator.client_secret}
    secret = parse_secret(json.dumps({**app, "refresh_token": simulator.refresh_token()}), "-")
    plan = parse_sources(json.dumps(document), "-")
    job = Job(plan, secret, read_settings({**told, "EXTRACT_PACE": "1000"}), str, lambda *_: None, lambda *_: None)
    _, landed = job.run()
    with gzip.open(landed.place, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def loaded(shared_lake: Lake) -> Iterator[tuple[Lake, RunningSimulator, list[dict[str, Any]]]]:
    """Extract on two days, once with nothing to read but what is unchanged, and load all at once."""
    with running_simulator(today=FIRST) as simulator:
        lines = extract(simulator, shared_lake.raw, "2026-11-01T06:00:00Z", DOCUMENT)
        simulator.set_today(SECOND)
        simulator.set_faults("me/albums:404:after=1")
        lines += extract(simulator, shared_lake.raw, "2026-11-02T06:00:00Z", DOCUMENT)
        simulator.set_faults()
        lines += extract(simulator, shared_lake.raw, "2026-11-02T07:00:00Z", {"playlists": {"all_mine": True}})
        shared_lake.load()
        yield shared_lake, simulator, lines


def listings(lake: Lake, date: dt.date) -> dict[str, Any]:
    """Return status, version, total, completeness and entries of each listing of a day."""
    rows = lake.rows(
        "listing", "source_id", "status", "snapshot_id", "total", "is_complete", "entries", "name",
        where=f"extraction_date = date'{date}'",
    )  # fmt: skip
    return {row[0]: row[1:] for row in rows}


def test_a_playlist_that_did_not_change_has_a_row_that_points_to_its_walk(loaded):
    lake, simulator, _ = loaded
    still = simulator.world.day(SECOND).playlist("still")
    walk, again = listings(lake, FIRST)[still.playlist_id], listings(lake, SECOND)[still.playlist_id]
    assert again == ("unchanged", still.snapshot_id, len(still.entries), True, None, still.plan.name)
    assert (walk[0], walk[1], [entry["item_id"] for entry in walk[4]]) == ("ok", still.snapshot_id, still.song_ids)


def test_every_playlist_has_a_row_on_every_day(loaded):
    lake, simulator, _ = loaded
    for date in (FIRST, SECOND):
        own = {one.playlist_id for one in simulator.world.day(date).playlists_of(USER) if one.is_open_to(USER)}
        assert own <= set(listings(lake, date))


def test_a_changed_playlist_keeps_its_walk_where_a_later_run_found_it_unchanged(loaded):
    lake, simulator, _ = loaded
    chart = simulator.world.day(SECOND).playlist("chart")
    status, snapshot_id, _, _, entries, _ = listings(lake, SECOND)[chart.playlist_id]
    assert (status, snapshot_id) == ("ok", chart.snapshot_id)
    assert [entry["item_id"] for entry in entries] == chart.song_ids


def test_a_library_read_up_to_what_is_known_and_one_that_broke_off_are_no_whole_listings(loaded):
    lake, simulator, _ = loaded
    second = listings(lake, SECOND)
    whole = len(simulator.world.day(FIRST).saved_tracks(USER))
    assert (listings(lake, FIRST)["saved_tracks"][0], len(listings(lake, FIRST)["saved_tracks"][4])) == ("ok", whole)
    assert (second["saved_tracks"][0], second["saved_tracks"][3], len(second["saved_tracks"][4])) == ("ok", False, 50)
    assert (second["saved_albums"][0], second["saved_albums"][3]) == ("not_found", False)


def test_every_entry_is_accounted_for_in_what_was_landed(loaded):
    lake, _, lines = loaded
    told = [sum(one["entries"] for one in line["sources"]) for line in lines if line["kind"] == "summary"]
    columns = ("entries", "accepted", "rejected_entries", "is_complete", "account")
    rows = lake.rows("raw_object", *columns)
    assert sorted(row[0] for row in rows) == sorted(told)
    assert sum(row[2] for row in rows) == 1, "the song without an id in the playlist of traps, read once"
    assert sorted(row[3] for row in rows) == [False, True, True]
    assert {row[4] for row in rows} == {USER}
    aside = lake.rows("rejected_record", "reason")
    assert (len(aside), aside.count("error_body")) == (2, 1), "that song, and the answer 404"


def test_plays_and_albums_are_those_the_simulator_served(loaded):
    lake, simulator, _ = loaded
    days = [simulator.world.day(date) for date in (FIRST, SECOND)]
    plays = {play.song_id for day in days for play in day.plays(USER)}
    assert set(lake.rows("play", "song_id")) == plays
    served = {saved.item_id for saved in days[0].saved_albums(USER)}
    assert served <= set(lake.rows("album", "album_id", where=f"extraction_date = date'{FIRST}'"))
