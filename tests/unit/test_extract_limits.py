"""What is remembered of limits and sources: counted over runs side by side, forgotten in time, safe when broken."""

import datetime as dt
import json

import pytest

from lambda_extract.raw_format import Source
from lambda_extract.settings import BUDGETS, read_settings
from lambda_extract.spotify.limits import Limits, find_family, read_limits
from lambda_extract.state.run_state import RunState, SourceState, read_run_state
from lambda_extract.state.store import Store
from tests.unit.test_extract_support import NOW

HOUR = dt.timedelta(hours=1)
API = "https://api.spotify.com/v1/"
TOLD = {"EXTRACT_SECRET": "app/one", "EXTRACT_SOURCES": "s.json", "EXTRACT_RAW": "s3://b/raw"}


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("me", "me"),
        ("me/", "me"),
        ("me/tracks?limit=50", "me/tracks"),
        ("me/top/artists", "me/top"),
        ("me/player/recently-played", "me/player"),
        ("playlists/x", "playlists"),
        ("playlists/x/items?offset=3", "playlists"),
        ("albums/x/tracks/", "albums"),
        ("artists/x", "artists"),
        ("artists/x/albums?limit=10", "artists/albums"),
        ("search?q=a/b", "search"),
    ],
)
def test_an_address_belongs_to_a_family(path, family):
    assert find_family(API + path) == family


def test_the_accounts_service_has_no_family():
    assert find_family("https://accounts.spotify.com/api/token") is None


def test_calls_count_for_twenty_four_hours_by_the_hour():
    limits = Limits({"search": 2})
    limits.count("search", NOW)
    assert limits.refuse("search", NOW) is None
    limits.count("search", NOW + HOUR)
    assert "search has had its 2 calls of 24 hours" in str(limits.refuse("search", NOW + 24 * HOUR))
    assert limits.refuse("search", NOW + 25 * HOUR) is None
    assert limits.write(NOW + 25 * HOUR)["hours"] == {"search": {"2026-11-05T07": 1}}
    assert limits.write(NOW + 26 * HOUR) == {"closed": {}, "hours": {}}
    assert limits.refuse("artists", NOW) is None


def test_a_family_is_closed_until_its_time_and_the_later_of_two_counts():
    limits = Limits()
    limits.close("search", NOW + 2 * HOUR)
    limits.close("search", NOW + HOUR)
    assert limits.refuse("search", NOW) == "search is closed until 2026-11-05T08:00:00Z, as Spotify said"
    assert limits.refuse("search", NOW + 2 * HOUR) is None
    assert limits.write(NOW)["closed"] == {"search": "2026-11-05T08:00:00Z"}
    assert limits.write(NOW + 2 * HOUR)["closed"] == {}


@pytest.mark.parametrize(
    "document",
    [None, [], "x", {"closed": 1, "hours": 2}, {"closed": {"a": 7, "b": "soon", "c": "2026-11-05"}, "hours": {"a": 1}}],
    ids=str,
)
def test_what_cannot_be_understood_is_forgotten(document):
    limits = read_limits(document, {"a": 1}, NOW)
    assert (limits.closed, limits.sum_calls("a", NOW), limits.refuse("a", NOW)) == ({}, 0, None)


def test_hours_that_are_none_or_yet_to_come_do_not_count():
    hours = {"zzz": 9, "2026-11-05T7": 9, "2099-01-01T00": 9, "2026-11-05T06": 2, "2026-11-04T20": True}
    limits = read_limits({"hours": {"a": hours}}, {"a": 4}, NOW)
    assert (limits.sum_calls("a", NOW), limits.refuse("a", NOW)) == (3, None)
    assert set(limits.write(NOW)["hours"]["a"]) == {"2026-11-05T06", "2026-11-04T20"}


def test_a_time_that_cannot_be_closes_for_two_days_at_most():
    limits = read_limits({"closed": {"a": "2099-01-01T00:00:00Z"}}, {}, NOW)
    assert limits.closed == {"a": NOW + 48 * HOUR}


def open_store(folder, client_id="app-101", raw="raw"):
    return Store(str(folder / "state"), raw, client_id, lambda: NOW, lambda *told: pytest.fail(str(told)))


def test_two_runs_of_one_app_side_by_side_both_count(tmp_path):
    first, second, other = open_store(tmp_path), open_store(tmp_path), open_store(tmp_path, "app-102")
    limits = first.read_limits({}), second.read_limits({})
    for one, calls in zip(limits, (2, 3), strict=True):
        for _ in range(calls):
            one.count("search", NOW)
    limits[0].close("artists", NOW + HOUR)
    first.write_limits(limits[0])
    second.write_limits(limits[1])
    known = open_store(tmp_path).read_limits({})
    assert (known.sum_calls("search", NOW), known.closed) == (5, {"artists": NOW + HOUR})
    assert other.read_limits({}).sum_calls("search", NOW) == 0
    first.write_limits(known)
    assert [path.suffix for path in (tmp_path / "state").iterdir()] == [".json"]


def test_accounts_do_not_share_a_memory_whatever_they_are_called(tmp_path):
    store = open_store(tmp_path)
    found = {Source("saved_tracks", "saved_tracks"): SourceState(completed_at=NOW, full_read_at=NOW)}
    for account in ("../a/b", "ключ", None):
        store.write_run_state(account, RunState(), found)
        assert store.read_run_state(account).sources == {
            "saved_tracks:saved_tracks": found[Source(*["saved_tracks"] * 2)]
        }
    assert len(list((tmp_path / "state").iterdir())) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
    assert open_store(tmp_path, raw="other").read_run_state("ключ") == RunState()
    assert store.read_run_state("a") == RunState()


def test_a_memory_is_written_and_read_whole():
    whole = SourceState(NOW, NOW - HOUR, "s1", 7, "2026 a", "2027 b", True)
    run_state = RunState(
        {"playlist:p": whole, "old:o": SourceState(completed_at=NOW - dt.timedelta(days=401))}, {"search"}
    )
    written = json.loads(json.dumps(run_state.write("raw", NOW)))
    assert read_run_state(written, "raw", NOW) == RunState({"playlist:p": whole}, {"search"})


@pytest.mark.parametrize(
    "moment",
    ["2099-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "2026-11-04", "soon", 7],
)
def test_a_moment_that_cannot_be_is_forgotten_and_the_source_read(moment):
    known = {"completed_at": moment, "walked_at": moment, "snapshot_id": "s1"}
    run_state = read_run_state({"version": 1, "raw": "raw", "sources": {"playlist:p": known}}, "raw", NOW)
    earlier = run_state.find(Source("playlist", "p"))
    assert earlier == SourceState(snapshot_id="s1")
    assert earlier.is_due(NOW.date(), 365)
    assert run_state.write("raw", NOW)["sources"] == {}


def test_two_runs_of_one_account_side_by_side_are_both_remembered(tmp_path):
    first, second = open_store(tmp_path), open_store(tmp_path)
    memories = first.read_run_state("a"), second.read_run_state("a")
    earlier = SourceState(completed_at=NOW, full_read_at=NOW)
    memories[1].small_pages.add("search")
    first.write_run_state("a", memories[0], {Source("playlist", "p"): earlier})
    second.write_run_state("a", memories[1], {Source("playlist", "q"): earlier})
    known = open_store(tmp_path).read_run_state("a")
    assert known == RunState({"playlist:p": earlier, "playlist:q": earlier}, {"search"})


def test_a_list_that_was_refused_a_great_page_is_asked_for_one_again():
    written = RunState(small_pages={"search", "artist_albums", "saved_tracks"}).write("raw", NOW)
    assert read_run_state(written, "raw", NOW).small_pages == {"search", "artist_albums"}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"version": 1' + "0" * 5000 + "}"], ids=["deep", "digits"])
def test_a_state_that_python_cannot_read_counts_as_none(tmp_path, text):
    told = []
    store = Store(str(tmp_path), "raw", "app-101", lambda: NOW, lambda *one: told.append(one))
    (tmp_path / "sources-a.json").write_text(text)
    assert store.read_run_state("a") == RunState()
    assert "this run starts without" in told[0][1]


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ("s3://b/raw", "s3://b/state"),
        ("s3://b/a/raw/", "s3://b/a/state"),
        ("s3://b", "s3://b/state"),
        ("data/raw", "data/state"),
        ("raw", "state"),
        ("/data/raw", "/data/state"),
    ],
)
def test_the_state_is_beside_the_raw_place(raw, state):
    assert read_settings({**TOLD, "EXTRACT_RAW": raw}).state == state
    assert read_settings({**TOLD, "EXTRACT_RAW": raw, "EXTRACT_STATE": "s3://c/x"}).state == "s3://c/x"


def test_numbers_and_budgets_are_read_over_their_defaults():
    settings = read_settings({**TOLD, "EXTRACT_PACE": "7", "EXTRACT_BUDGETS": "search=5 artists=0 me/tracks=9"})
    assert (settings.numbers.pace, settings.numbers.reserve) == (7, 20)
    assert settings.budgets == {**{k: v for k, v in BUDGETS.items() if k != "artists"}, "search": 5, "me/tracks": 9}


def test_wrong_numbers_and_budgets_are_said_together():
    wrong = {"EXTRACT_PACE": "0", "EXTRACT_RESERVE": "x", "EXTRACT_BUDGETS": "search=5 artists =3 me=x"}
    with pytest.raises(Exception, match="environment: ") as caught:
        read_settings({**TOLD, **wrong})
    for said in (
        "EXTRACT_PACE=0: expected a whole number from 1 (calls in any 30 seconds)",
        "EXTRACT_RESERVE=x: expected a whole number from 1",
        "artists, =3, me=x; expected families like search=200 artists=0",
    ):
        assert said in str(caught.value)
