"""The Lambda function over several runs: what it asks again and what not, limits, time, faults, accounts, rotation.

The function itself runs, over HTTP, against the simulator; only its secret lies on an AWS that moto serves.
"""

import contextlib
import datetime as dt
import io
import json
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest
from aws_lambda_powertools import Metrics

from lakehouse.simulator.playlists import SPOTIFYS_ID
from lakehouse.simulator.running import running_simulator
from lambda_extract import handler, job
from lambda_extract.errors import ExtractError
from lambda_extract.progress import reaches
from lambda_extract.settings import NUMBERS
from lambda_extract.spotify import client as client_module
from lambda_extract.spotify import throttle
from lambda_extract.spotify.client import Reply
from lambda_extract.spotify.shapes import count_entries
from tests.unit.test_extract_support import connect_aws, read_lines, running_aws

USER = "tin_kettle_31"
DAY = dt.date(2026, 11, 1)
MINE = {"playlists": {"all_mine": True}, "saved_tracks": {}, "recently_played": {}}
FOREVER = float("inf")


class Lake:
    """A simulator, a folder of raw objects, and the function that fills it."""

    def __init__(self, simulator, secrets, folder, monkeypatch):
        self.simulator, self.secrets, self.folder, self.monkeypatch = simulator, secrets, folder, monkeypatch
        self.secret = f"spotify/{folder.name}"
        simulator.set_faults()
        simulator.set_today(DAY)
        self.store(refresh_token=simulator.refresh_token())
        told = {
            "EXTRACT_SECRET": self.secret,
            "EXTRACT_RAW": str(folder / "raw"),
            "EXTRACT_SOURCES": str(folder / "sources.json"),
            "SPOTIFY_API_URL": simulator.api_url,
            "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url,
        }
        for name, value in told.items():
            monkeypatch.setenv(name, value)

    def store(self, name=None, **fields):
        app = {"client_id": self.simulator.client_id, "client_secret": self.simulator.client_secret}
        self.secrets.create_secret(Name=name or self.secret, SecretString=json.dumps({**app, **fields}))

    def stored(self, name=None):
        return json.loads(self.secrets.get_secret_value(SecretId=name or self.secret)["SecretString"])

    def run(self, document=None, at="2026-11-01T06:00:00Z", left=lambda: FOREVER, **event):
        """Run once; return what it told, the lines that landed, and the calls of the API it made."""
        if document is not None:
            (self.folder / "sources.json").write_text(json.dumps(document))
        self.monkeypatch.setenv("EXTRACT_NOW", at)
        self.simulator.forget_log()
        told = handler.handler(event, SimpleNamespace(get_remaining_time_in_millis=lambda: left() * 1000))
        lines = read_lines(Path(told["key"])) if told["key"] else []
        return told, lines, self.calls()

    def calls(self):
        return [record.path.removeprefix("/v1/").rstrip("/") for record in self.simulator.log if "/v1/" in record.path]

    def objects(self):
        return sorted(self.folder.rglob("*.ndjson.gz"))

    @property
    def state(self):
        return self.folder / "state"


@pytest.fixture(scope="module")
def secrets():
    with running_aws() as (url, variables), pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield connect_aws(url, "secretsmanager")


@pytest.fixture(scope="module")
def simulators():
    with contextlib.ExitStack() as stack:
        regimes = ("restricted", "legacy", "extended")
        yield {regime: stack.enter_context(running_simulator(regime=regime)) for regime in regimes}


@pytest.fixture
def make_lake(simulators, secrets, tmp_path, monkeypatch):
    monkeypatch.setattr(client_module, "BACKOFF", 0.0)
    monkeypatch.setattr(throttle.time, "sleep", lambda _: None)
    monkeypatch.chdir(tmp_path)

    def make(regime="restricted"):
        return Lake(simulators[regime], secrets, tmp_path, monkeypatch)

    yield make
    Metrics().clear_metrics()


@pytest.fixture
def lake(make_lake):
    return make_lake()


@pytest.fixture
def logs(monkeypatch):
    """Give what the function logs."""
    stream = io.StringIO()
    monkeypatch.setattr(handler.logger.handlers[0], "stream", stream)
    return stream


def by_source(lines):
    return {(one["kind"], one["id"]): one for one in lines[-1]["sources"]}


def statuses(lines):
    return {one["id"]: one["status"] for one in lines[-1]["sources"]}


def playlist_id(lake, key, day=DAY):
    return lake.simulator.world.day(day).playlist(key).playlist_id


def own_playlists(lake, day=DAY):
    return [one for one in lake.simulator.world.day(day).playlists_of(USER) if one.is_open_to(USER)]


# Every source


CATALOGUE = ("album", "artist", "track")


def whole_document(simulator):
    catalogue = simulator.world.day(DAY).catalogue
    album = next(album for album in catalogue.albums.values() if len(album.songs) > 50)
    return {
        "//": "every section there is",
        "$schema": "../lambda_extract/sources/sources.schema.json",
        "market": "IS",
        "playlists": {"all_mine": True},
        **{name: {} for name in ("saved_tracks", "saved_albums", "top_tracks", "top_artists", "recently_played")},
        "followed_artists": {"albums": {"max_calls": 3}},
        "albums": {"ids": [f"https://open.spotify.com/intl-de/album/{album.album_id}?si=1"]},
        "artists": {"ids": [f"spotify:artist:{album.artist_ids[0]}"]},
        "tracks": {"ids": [album.songs[0].song_id]},
        "searches": [{"query": "a", "types": ["track", "album"], "count": 25}],
    }


@pytest.mark.parametrize("regime", ["restricted", "legacy", "extended"])
def test_every_source_in_every_regime_lands_what_the_simulator_serves(make_lake, regime):
    lake = make_lake(regime)
    told, lines, calls = lake.run(whole_document(lake.simulator))
    day, found = lake.simulator.world.day(DAY), by_source(lines)
    assert told["is_complete"] is lines[-1]["is_complete"] is True
    assert {one["status"] for one in found.values()} == {"ok"}
    served = {
        "saved_tracks": len(day.saved_tracks(USER)),
        "saved_albums": len(day.saved_albums(USER)),
        "recently_played": len(day.plays(USER)),
        "followed_artists": len(day.followed(USER)),
    }
    assert {name: found[name, name]["entries"] for name in served} == served
    for playlist in own_playlists(lake):
        assert found["playlist", playlist.playlist_id]["entries"] == len(playlist.entries)
    assert found["search", "track,album: a"]["entries"] == 2 * 25
    for line in lines[:-1]:
        assert line["status"] == 200
    own = [line for line in lines if line.get("source", {}).get("kind") == "saved_tracks"]
    assert sum(count_entries(line["response"]) for line in own) == served["saved_tracks"]
    assert calls.count("me/albums") == calls.count("me/following") == 2
    assert told["entries"] == sum(one["entries"] for one in found.values())


@pytest.mark.parametrize(("regime", "pages"), [("restricted", ["25", "10", "10", "5"]), ("legacy", ["25"])])
def test_a_limit_that_is_refused_is_asked_for_once_and_remembered(make_lake, regime, pages):
    lake = make_lake(regime)
    document = {"searches": [{"query": "a", "types": ["track"], "count": 25}]}
    _, lines, _ = lake.run(document)
    asked = [record.params["limit"] for record in lake.simulator.log if record.path == "/v1/search"]
    assert asked == pages
    assert {line["status"] for line in lines[:-1]} == {200}
    lake.run(document, at="2026-11-01T07:00:00Z")
    again = [record.params["limit"] for record in lake.simulator.log if record.path == "/v1/search"]
    assert again == (pages[1:] if regime == "restricted" else pages)


def test_any_list_falls_back_to_ten_entries_a_page(lake):
    lake.simulator.set_faults("me/tracks:400:times=1")
    _, lines, calls = lake.run({"saved_tracks": {}})
    saved = len(lake.simulator.world.day(DAY).saved_tracks(USER))
    assert by_source(lines)["saved_tracks", "saved_tracks"]["entries"] == saved
    assert calls.count("me/tracks") == 1 + -(-saved // 10)


def test_albums_of_followed_artists_come_by_and_by_within_their_calls(lake):
    document = {"followed_artists": {"albums": {"max_calls": 30, "max_age_days": 3}}}
    read, waiting = [], []
    for day in range(1, 6):
        _, lines, calls = lake.run(document, at=f"2026-11-0{day}T06:00:00Z")
        read.append([one["id"] for one in lines[-1]["sources"] if one["kind"] == "artist_albums"])
        waiting.append(lines[-1].get("artists_waiting", 0))
        assert sum(call.endswith("/albums") for call in calls) <= 30 + 5
    followed = lake.simulator.world.day(DAY).followed(USER)
    assert waiting[0] == len(followed) - len(read[0])
    together = [one for ids in read[:3] for one in ids]
    assert len(together) == len(set(together))
    assert read[3][0] in (read[0][0], *[one for one in followed if one not in together])


def test_playlists_of_spotify_cost_only_themselves_where_they_are_not_there(lake):
    spotifys = "37i9dQZEVXbMDoHDwVN2tF"
    _, lines, _ = lake.run({"playlists": {"ids": [spotifys], "allow_spotify_owned": True}, "recently_played": {}})
    assert statuses(lines) == {spotifys: "not_found", "recently_played": "ok"}
    with pytest.raises(ExtractError, match="Spotify's own playlists are closed"):
        lake.run({"playlists": {"ids": [spotifys]}})


def test_charts_of_spotify_are_read_daily_with_popularity_by_those_who_may(make_lake):
    lake, found = make_lake("extended"), []
    document = {"playlists": {"ids": [SPOTIFYS_ID], "allow_spotify_owned": True}, "full_walk_days": 7}
    for at in ("2026-11-01T06", "2026-11-01T07", "2026-11-02T06"):
        lake.simulator.set_today(dt.date.fromisoformat(at[:10]))
        _, lines, _ = lake.run(document, at=f"{at}:00:00Z")
        entries = lines[0]["response"]["tracks"]["items"]
        chart = lake.simulator.world.day(lake.simulator.today).chart
        assert [entry["track"]["id"] for entry in entries] == list(chart)
        assert all(isinstance(entry["track"]["popularity"], int) for entry in entries)
        found.append([(one["status"], one["owner"], one["is_complete"]) for one in lines[-1]["sources"]])
    assert found == [[("ok", "spotify", True)]] * 3


# Least calls


def test_what_did_not_change_is_not_walked_again(lake):
    lake.run(MINE)
    told, lines, calls = lake.run(at="2026-11-01T07:00:00Z")
    assert calls == ["me", "me/playlists", *["me/tracks"] * 4, "me/player/recently-played"]
    found = by_source(lines)
    for playlist in own_playlists(lake):
        one = found["playlist", playlist.playlist_id]
        assert one == {
            **{"kind": "playlist", "id": playlist.playlist_id, "status": "unchanged", "pages": 0, "entries": 0},
            **{"total": playlist.total, "is_complete": True, "name": playlist.plan.name, "owner": playlist.plan.owner},
            "snapshot_id": playlist.snapshot_id,
            "url": f"https://open.spotify.com/playlist/{playlist.playlist_id}",
        }
    assert told["is_complete"] is lines[-1]["is_complete"] is True


def test_what_changed_is_walked_and_nothing_else(lake):
    lake.run({"playlists": {"all_mine": True}})
    tomorrow = DAY + dt.timedelta(days=1)
    lake.simulator.set_today(tomorrow)
    _, lines, calls = lake.run(at="2026-11-02T06:00:00Z")
    before = {one.playlist_id: one.snapshot_id for one in own_playlists(lake)}
    changed = [one for one in own_playlists(lake, tomorrow) if before[one.playlist_id] != one.snapshot_id]
    assert 0 < len(changed) < len(before)
    ok = {playlist for playlist, status in statuses(lines).items() if status == "ok"}
    assert ok == {one.playlist_id for one in changed}
    assert len(calls) == 2 + sum(1 + max(0, -(-(len(one.entries) - 100) // 50)) for one in changed)


def test_a_walk_is_forced_after_so_many_days(lake):
    document = {"playlists": {"all_mine": True}, "full_walk_days": 3}
    lake.run(document)
    found = [set(statuses(lake.run(at=f"2026-11-0{day}T05:00:00Z")[1]).values()) for day in (2, 3, 4, 5)]
    assert found == [{"unchanged"}, {"unchanged"}, {"ok"}, {"unchanged"}]


def test_where_popularity_is_given_the_first_run_of_a_day_walks(make_lake):
    lake = make_lake("legacy")
    lake.run({"playlists": {"all_mine": True}})
    found = []
    for at in ("2026-11-01T23:00:00Z", "2026-11-02T00:10:00Z", "2026-11-02T01:10:00Z"):
        lines = lake.run(at=at)[1]
        found.append({one["status"] for one in lines[-1]["sources"] if one["total"]})
    assert found == [{"unchanged"}, {"ok"}, {"unchanged"}]


def test_a_playlist_by_its_id_costs_one_call_where_it_did_not_change(lake):
    attic, still = playlist_id(lake, "attic"), playlist_id(lake, "still")
    _, _, calls = lake.run({"playlists": {"ids": [attic, still]}})
    assert calls == ["me", f"playlists/{attic}", f"playlists/{attic}/items", f"playlists/{still}"]
    _, lines, calls = lake.run(at="2026-11-01T07:00:00Z")
    assert calls == ["me", f"playlists/{attic}", f"playlists/{still}"]
    assert statuses(lines) == {attic: "unchanged", still: "ok"}
    assert [line["source"]["id"] for line in lines[:-1]] == [still]


def test_the_list_of_playlists_tells_of_those_by_id_as_well(lake):
    attic = playlist_id(lake, "attic")
    document = {"playlists": {"all_mine": True, "ids": [attic]}}
    lake.run(document)
    _, lines, calls = lake.run(at="2026-11-01T07:00:00Z")
    assert calls == ["me", "me/playlists"]
    assert statuses(lines)[attic] == "unchanged"
    assert len(lines[-1]["sources"]) == len(own_playlists(lake))


def test_objects_by_id_are_not_asked_for_again_within_their_age(lake):
    catalogue = lake.simulator.world.day(DAY).catalogue
    artist, album = next(iter(catalogue.artists)), next(iter(catalogue.albums))
    document = {"artists": {"ids": [artist], "max_age_days": 3}, "albums": {"ids": [album], "max_age_days": 0}}
    found = []
    for at in ("2026-11-01T06", "2026-11-01T07", "2026-11-03T23", "2026-11-04T00"):
        _, lines, calls = lake.run(document, at=f"{at}:00:00Z")
        found.append((statuses(lines)[artist], calls[1:]))
    album_call, artist_call = f"albums/{album}", f"artists/{artist}"
    assert found == [
        ("ok", [artist_call, album_call]),
        ("unchanged", [album_call]),
        ("unchanged", [album_call]),
        ("ok", [artist_call, album_call]),
    ]


@pytest.mark.parametrize("regime", ["restricted", "legacy"])
def test_saved_tracks_may_stop_at_what_is_known(make_lake, regime):
    lake = make_lake(regime)
    document = {"saved_tracks": {"stop_at_known": True}, "full_walk_days": 9}
    lake.run(document)
    found = []
    for day in (1, 2, 3, 9, 10):
        lake.simulator.set_today(dt.date(2026, 11, day))
        told, lines, calls = lake.run(at=f"2026-11-{day:02}T23:00:00Z")
        one = lines[-1]["sources"][0]
        found.append((one["status"], len(calls) - 1, one["is_complete"], one.get("stopped_at_known")))
        assert told["is_complete"] is True
    assert found == [
        ("unchanged", 1, True, None),
        ("ok", 1, False, True),
        ("ok", 1, False, True),
        ("ok", 1, False, True),
        ("ok", 4, True, None),
    ]


def test_a_saved_track_without_a_date_does_not_end_what_is_new(lake):
    day = {"added_at": "2026-11-02T06:00:00Z", "track": {"uri": "new"}}
    odd = {"added_at": None, "track": {"uri": "odd"}}
    page = Reply("/v1/me/tracks", {}, 200, {"items": [day, odd]}, None, dt.datetime.now(dt.UTC))
    assert reaches(page, "2026-11-01T06:00:00Z known") is False
    assert reaches(page, "2026-11-02T06:00:00Z new") is reaches(page, "2026-11-03T06:00:00Z gone") is True


def test_an_unchanged_library_points_to_its_walk(lake):
    document = {"saved_albums": {"stop_at_known": True}}
    walk = lake.run(document)[1][-1]["sources"][0]
    again = lake.run(at="2026-11-01T07:00:00Z")[1][-1]["sources"][0]
    assert (walk["status"], again["status"], again["total"]) == ("ok", "unchanged", walk["total"])
    assert walk["snapshot_id"] == again["snapshot_id"] != None  # noqa: E711
    lake.simulator.set_today(dt.date(2026, 11, 20))
    other = lake.run({"saved_albums": {}}, at="2026-11-20T07:00:00Z")[1][-1]["sources"][0]
    assert other["snapshot_id"] != walk["snapshot_id"]


def test_what_was_read_longest_ago_comes_first(lake):
    document = {"recently_played": {}, "saved_tracks": {}, "saved_albums": {}}
    lake.simulator.set_faults("me/tracks:404")
    assert list(statuses(lake.run(document)[1])) == ["recently_played", "saved_tracks", "saved_albums"]
    lake.simulator.set_faults("me/albums:404")
    assert list(statuses(lake.run(at="2026-11-01T07:00:00Z")[1])) == ["saved_tracks", "recently_played", "saved_albums"]
    assert list(statuses(lake.run(at="2026-11-01T08:00:00Z")[1])) == ["saved_albums", "recently_played", "saved_tracks"]


# What is remembered


def test_what_is_remembered_is_lost_or_broken_without_harm(lake, capsys):
    first = lake.run(MINE)
    for text in ("", "{", "[1]", '{"version": 9}', '{"version": 1, "raw": "%s", "sources": {"a": 1}}', "\xff"):
        for path in lake.state.iterdir():
            path.write_bytes(text.replace("%s", str(lake.folder / "raw")).encode("latin-1"))
        told, _, calls = lake.run(at="2026-11-01T07:00:00Z")
        assert (told["is_complete"], len(calls)) == (True, len(first[2]))


def test_what_is_remembered_of_another_raw_place_does_not_count(lake, monkeypatch):
    lake.run(MINE)
    monkeypatch.setenv("EXTRACT_RAW", str(lake.folder / "raw2"))
    assert "unchanged" not in statuses(lake.run(at="2026-11-01T07:00:00Z")[1]).values()


def test_nothing_is_remembered_of_what_did_not_land(lake, monkeypatch):
    (lake.folder / "file").write_text("")
    monkeypatch.setenv("EXTRACT_RAW", str(lake.folder / "file" / "raw"))
    monkeypatch.setenv("EXTRACT_STATE", str(lake.state))
    with pytest.raises(ExtractError, match="expected to write the raw object"):
        lake.run(MINE)
    assert [path.name.split("-")[0] for path in lake.state.iterdir()] == ["limits"]
    monkeypatch.setenv("EXTRACT_RAW", str(lake.folder / "raw"))
    assert "unchanged" not in statuses(lake.run(at="2026-11-01T07:00:00Z")[1]).values()


def test_a_run_goes_on_where_nothing_can_be_remembered(lake, monkeypatch, capsys):
    (lake.folder / "file").write_text("")
    monkeypatch.setenv("EXTRACT_STATE", str(lake.folder / "file"))
    assert lake.run(MINE)[0]["is_complete"] is True
    assert '"StateTrouble":[1.0' in capsys.readouterr().out.replace(" ", "")


def test_a_source_that_broke_off_is_read_again_whole(lake):
    attic = playlist_id(lake, "attic")
    lake.simulator.set_faults(f"playlists/{attic}/items:404")
    _, lines, _ = lake.run({"playlists": {"all_mine": True}})
    assert (statuses(lines)[attic], by_source(lines)["playlist", attic]["entries"]) == ("not_found", 100)
    lake.simulator.set_faults()
    _, lines, calls = lake.run(at="2026-11-01T07:00:00Z")
    assert calls == ["me", "me/playlists", f"playlists/{attic}", f"playlists/{attic}/items"]
    assert statuses(lines)[attic] == "ok"


# Limits


def test_a_quota_stops_its_family_for_this_run_and_the_next_until_its_time(lake):
    lake.simulator.set_faults("playlists/*:quota=7200:after=2")
    told, lines, calls = lake.run(MINE)
    assert sum(call.startswith("playlists/") for call in calls) == 3
    found = statuses(lines)
    assert found["saved_tracks"] == found["recently_played"] == "ok"
    assert list(found.values()).count("quota") == len(own_playlists(lake)) - 2
    assert (told["is_complete"], told["stopped_by"]) == (False, None)
    lake.simulator.set_faults()
    _, lines, calls = lake.run(at="2026-11-01T07:59:00Z")
    assert not any(call.startswith("playlists/") for call in calls)
    assert list(statuses(lines).values()).count("unchanged") == 2
    told, lines, calls = lake.run(at="2026-11-01T08:01:00Z")
    assert told["is_complete"] is True
    assert list(statuses(lines).values()).count("unchanged") == 2
    assert statuses(lake.run(at="2026-11-01T09:00:00Z")[1])[playlist_id(lake, "attic")] == "unchanged"


def test_a_quota_on_the_question_who_the_user_is_ends_the_run_without_a_retry(lake):
    lake.simulator.set_faults("me:quota=3600:times=1")
    assert lake.run(MINE)[0]["stopped_by"] == "limit"
    told, _, calls = lake.run(at="2026-11-01T06:30:00Z")
    assert (told["stopped_by"], calls, lake.objects()) == ("limit", [], [])
    assert lake.run(at="2026-11-01T07:01:00Z")[0]["is_complete"] is True


def test_a_budget_holds_over_the_runs_of_twenty_four_hours(lake, monkeypatch):
    monkeypatch.setenv("EXTRACT_BUDGETS", "me/tracks=5")
    found = []
    for at in ("2026-11-01T06", "2026-11-01T07", "2026-11-01T08", "2026-11-02T07", "2026-11-02T08"):
        _, lines, calls = lake.run({"saved_tracks": {}}, at=f"{at}:30:00Z")
        found.append((statuses(lines)["saved_tracks"], calls.count("me/tracks")))
    assert found == [("ok", 4), ("quota", 1), ("quota", 0), ("ok", 4), ("quota", 1)]


def test_two_accounts_of_one_app_share_its_budget_and_nothing_else(lake, monkeypatch):
    monkeypatch.setenv("EXTRACT_BUDGETS", "me/tracks=5")
    other = f"{lake.secret}/other"
    lake.store(other, refresh_token=lake.simulator.refresh_token("paperoar"))
    document = {"saved_tracks": {}, "playlists": {"all_mine": True}}
    _, first, _ = lake.run(document)
    _, second, _ = lake.run(secret=other)
    assert (first[-1]["account"], second[-1]["account"]) == (USER, "paperoar")
    assert (statuses(first)["saved_tracks"], statuses(second)["saved_tracks"]) == ("ok", "quota")
    assert "unchanged" not in statuses(second).values()
    assert sorted(path.name for path in lake.state.iterdir())[1:] == ["sources-paperoar.json", f"sources-{USER}.json"]


def test_an_event_may_name_a_document_of_its_own(lake):
    (lake.folder / "own.json").write_text('{"recently_played": {}}')
    assert list(statuses(lake.run(MINE, document_name=1)[1])) != ["recently_played"]
    told = handler.handler({"document": str(lake.folder / "own.json")}, None)
    assert [one["kind"] for one in told["sources"]] == ["recently_played"]
    with pytest.raises(ExtractError, match="event: secret: expected a text"):
        handler.handler({"secret": 7}, None)


def test_at_the_default_pace_a_thousand_calls_fit_a_quarter_of_an_hour():
    pace, reserve = NUMBERS["EXTRACT_PACE"][0], NUMBERS["EXTRACT_RESERVE"][0]
    assert 1000 / pace * throttle.WINDOW.total_seconds() < 15 * 60 - reserve - 100


# Time


@pytest.mark.parametrize("sections", [("playlists", "saved_tracks"), ("followed_artists", "albums", "searches")])
def test_the_run_stops_in_time_at_whatever_page_and_the_next_goes_on(lake, sections):
    document = {name: part for name, part in whole_document(lake.simulator).items() if name in sections}
    document |= {"followed_artists": {}} if "followed_artists" in document else {}
    whole = len(lake.run(document)[2])
    for path in lake.state.iterdir():
        path.unlink()
    for last in range(1, whole):
        told, lines, calls = lake.run(
            at="2026-11-01T07:00:00Z", left=lambda last=last: 900 if len(lake.calls()) < last else 15
        )
        assert len(calls) == last
        assert told["is_complete"] is lines[-1]["is_complete"] is False
        assert "time" in statuses(lines).values()
        assert set(statuses(lines).values()) <= {"ok", "unchanged", "time"}
        for one in lines[-1]["sources"]:
            own = [line for line in lines[:-1] if line["source"] == {"kind": one["kind"], "id": one["id"]}]
            assert (one["pages"], one["is_complete"]) == (len(own), one["status"] in ("ok", "unchanged"))
        for path in lake.state.iterdir():
            path.unlink()


def test_a_run_that_is_cut_short_again_and_again_reads_everything_in_the_end(lake):
    done = set()
    for hour in range(10):
        told, lines, _ = lake.run(
            {"playlists": {"all_mine": True}}, at=f"2026-11-01T{hour:02}:00:00Z",
            left=lambda: 900 if len(lake.calls()) < 5 else 15,
        )  # fmt: skip
        done |= {source for source, status in statuses(lines).items() if status == "ok"}
        if told["is_complete"]:
            break
    assert done == {one.playlist_id for one in own_playlists(lake)}
    assert hour < 4


def test_a_function_that_has_no_time_left_at_all_lands_nothing(lake):
    with pytest.raises(ExtractError, match="no time is left"):
        lake.run(MINE, left=lambda: 5)
    assert lake.objects() == []


# Faults


ENDS = {"premium": "premium", "user": "user", "401": "login"}
COSTS_NOTHING = {"500:times=2", "503=1:times=3", "drop:times=3", "truncated:times=1", "cut:times=2", "html:times=1",
                 "empty:times=3", "slow=0.01", "429:times=2", "429=3:times=4", "401:times=1"}  # fmt: skip
COSTS_THE_SOURCE = {
    **{"500": "error", "502": "error", "504": "error", "503=100": "error", "drop": "error", "truncated": "error"},
    **{"cut": "error", "html": "error", "empty": "error", "400": "error", "403": "forbidden", "scope": "forbidden"},
    **{"404": "not_found", "429": "quota", "429=90": "quota", "quota": "quota", "back": "error", "elsewhere": "error"},
    **{"end": "error", "total": "error"},
}


@pytest.mark.parametrize("kind", sorted(COSTS_NOTHING))
def test_a_fault_that_passes_costs_no_source(lake, kind):
    lake.simulator.set_faults(f"me/tracks:{kind}", "me/tracks:" + kind.split(":")[0] + ":after=9:times=1")
    told, lines, _ = lake.run({"saved_tracks": {}})
    assert told["is_complete"] is True
    assert lines[-1]["sources"][0]["entries"] == len(lake.simulator.world.day(DAY).saved_tracks(USER))


@pytest.mark.parametrize(("kind", "status"), sorted(COSTS_THE_SOURCE.items()))
@pytest.mark.parametrize("after", [0, 1])
def test_a_fault_that_stays_costs_its_source_and_no_other(lake, kind, status, after):
    lake.simulator.set_faults(f"me/tracks:{kind}:after={after}")
    told, lines, _ = lake.run({"saved_tracks": {}, "recently_played": {}})
    assert statuses(lines) == {"saved_tracks": status, "recently_played": "ok"}
    assert (told["is_complete"], told["stopped_by"]) == (False, None)
    assert lines[-1]["sources"][0]["entries"] >= 50 * after
    lake.simulator.set_faults()
    assert lake.run(at="2026-11-03T06:00:00Z")[0]["is_complete"] is True


@pytest.mark.parametrize(("kind", "reason"), sorted(ENDS.items()))
def test_a_fault_that_no_call_gets_past_ends_the_run_after_landing(lake, kind, reason):
    lake.simulator.set_faults(f"me/player/*:{kind}")
    told, lines, calls = lake.run({"saved_tracks": {}, "recently_played": {}, "saved_albums": {}})
    assert told["stopped_by"] == lines[-1]["stopped_by"] == reason
    assert statuses(lines) == {"saved_tracks": "ok", "recently_played": "error", "saved_albums": "error"}
    assert "me/albums" not in calls


@pytest.mark.parametrize(
    ("path", "section", "status"),
    [
        ("me/following", "followed_artists", "error"),
        ("me/albums", "saved_albums", "error"),
        ("me/top/artists", "top_artists", "error"),
        ("search", "searches", "ok"),
    ],
)
def test_an_end_before_the_end_is_seen_wherever_a_list_says_how_long_it_is(lake, path, section, status):
    lake.simulator.set_faults(f"{path}:end")
    document = {section: [{"query": "a", "types": ["track"], "count": 30}] if section == "searches" else {}}
    _, lines, _ = lake.run(document)
    assert {one["status"] for one in lines[-1]["sources"]} == {status}


def test_an_answer_that_drips_costs_its_source_and_no_more_than_its_time(lake, monkeypatch):
    monkeypatch.setattr(throttle, "ANSWER", 0.3)
    lake.simulator.set_faults("me/tracks:drip=2:times=1")
    assert lake.run({"saved_tracks": {}})[0]["is_complete"] is True
    lake.simulator.set_faults("me/tracks:drip=2")
    start = monotonic()
    _, lines, calls = lake.run({"saved_tracks": {}, "recently_played": {}}, at="2026-11-01T07:00:00Z")
    assert statuses(lines) == {"saved_tracks": "error", "recently_played": "ok"}
    assert calls.count("me/tracks") == client_module.ATTEMPTS
    assert monotonic() - start < 4 * 2


def test_a_list_that_changes_while_it_is_read_is_not_taken_for_whole(lake):
    lake.simulator.set_faults("me/tracks:shift:after=1")
    told, lines, _ = lake.run({"saved_tracks": {}, "recently_played": {}})
    one = by_source(lines)["saved_tracks", "saved_tracks"]
    assert (one["status"], one["is_complete"], told["is_complete"]) == ("ok", False, False)
    lake.simulator.set_faults()
    assert lake.run(at="2026-11-01T07:00:00Z")[0]["is_complete"] is True


def test_faults_of_the_token_service_are_tried_again_and_then_raised(lake):
    lake.simulator.set_faults("api/token:503:times=2")
    assert lake.run(MINE)[0]["is_complete"] is True
    lake.simulator.set_faults("api/token:503")
    with pytest.raises(ExtractError, match="no access token from Spotify"):
        lake.run(at="2026-11-01T07:00:00Z")


def test_a_landing_that_failed_is_tried_again_without_doubling_anything(lake, monkeypatch):
    land, failed = job.land, []

    def fail_once(*told):
        if not failed:
            failed.append(told)
            raise ExtractError("no", "landing")
        return land(*told)

    monkeypatch.setattr(job, "land", fail_once)
    with pytest.raises(ExtractError):
        lake.run(MINE)
    told, _, _ = lake.run()
    assert len(lake.objects()) == 1
    assert told["is_complete"] is True


# The secret


def test_a_token_that_changes_at_each_refresh_is_always_the_stored_one(make_lake, secrets, tmp_path, monkeypatch):
    lake = make_lake()
    monkeypatch.setattr(lake.simulator.simulator.authority, "rotate", True)
    before = lake.stored()["refresh_token"]
    for hour in (6, 7, 8):
        assert lake.run({"recently_played": {}}, at=f"2026-11-01T0{hour}:00:00Z")[0]["is_complete"] is True
        after = lake.stored()["refresh_token"]
        assert after != before
        before = after


def test_a_token_that_was_not_stored_at_once_is_stored_at_the_end(lake, monkeypatch, capsys):
    monkeypatch.setattr(lake.simulator.simulator.authority, "rotate", True)
    write, failed = handler.SecretStore.write, []

    def fail_once(store, text):
        if not failed:
            failed.append(1)
            store._provider.client.put_secret_value(SecretId="gone", SecretString="{}")
        write(store, text)

    monkeypatch.setattr(handler.SecretStore, "write", fail_once)
    lake.run({"recently_played": {}})
    assert lake.run(at="2026-11-01T07:00:00Z")[0]["is_complete"] is True
    assert "TokenNotStored" not in capsys.readouterr().out


def test_a_rotation_does_not_undo_what_a_person_has_changed_since(lake, monkeypatch):
    monkeypatch.setattr(lake.simulator.simulator.authority, "rotate", True)
    fetch = job.run_extraction

    def change_then_fetch(*told):
        lake.secrets.put_secret_value(
            SecretId=lake.secret,
            SecretString=json.dumps({**lake.stored(), "note": "mine", "client_secret_date": "2026-11-01"}),
        )
        return fetch(*told)

    monkeypatch.setattr(job, "run_extraction", change_then_fetch)
    old = lake.stored()["refresh_token"]
    lake.run({"recently_played": {}})
    assert lake.stored()["note"] == "mine"
    assert lake.stored()["refresh_token"] != old


def test_a_token_that_another_run_took_at_the_same_time_costs_no_run(lake, monkeypatch, capsys):
    monkeypatch.setattr(lake.simulator.simulator.authority, "rotate", True)
    read, old = handler.SecretStore.read, [json.dumps(lake.stored())]
    lake.run({"recently_played": {}})
    monkeypatch.setattr(handler.SecretStore, "read", lambda store: old.pop() if old else read(store))
    told, _, calls = lake.run({"recently_played": {}}, at="2026-11-01T07:00:00Z")
    assert (told["is_complete"], told["stopped_by"]) == (True, None)
    assert calls == ["me", "me/player/recently-played"]
    assert [record.status for record in lake.simulator.log if record.path == "/api/token"] == [400, 200]
    assert "DeadLogin" not in capsys.readouterr().out


def test_a_token_that_is_never_stored_is_told_at_each_run_and_the_old_one_stays(lake, monkeypatch, capsys, logs):
    monkeypatch.setattr(lake.simulator.simulator.authority, "rotate", True)
    before = lake.stored()

    def fail(store, text):
        store._provider.client.put_secret_value(SecretId="gone", SecretString="{}")

    monkeypatch.setattr(handler.SecretStore, "write", fail)
    assert lake.run({"recently_played": {}})[0]["is_complete"] is True
    assert lake.stored() == before
    told, _, _ = lake.run(at="2026-11-01T07:00:00Z")
    assert (told["stopped_by"], len(lake.objects())) == ("login", 1)
    printed = capsys.readouterr().out
    assert ('"TokenNotStored":[1.0]' in printed, '"DeadLogin":[1.0]' in printed) == (True, True)
    assert logs.getvalue().count("refresh token not stored") == 2


def test_an_access_token_that_ends_twice_in_a_run_costs_a_call_each_time(lake, monkeypatch):
    monkeypatch.setattr(lake.simulator.simulator.authority, "rotate", True)
    lake.simulator.set_faults("me/tracks:401:after=1:times=1", "me/albums:401:times=1")
    told, lines, calls = lake.run({"saved_tracks": {}, "saved_albums": {}})
    assert (told["is_complete"], set(statuses(lines).values())) == (True, {"ok"})
    assert len(calls) == 1 + 4 + 2 + 2
    tokens = [record.status for record in lake.simulator.log if record.path == "/api/token"]
    assert tokens == [200, 200, 200]
    lake.simulator.set_faults()
    assert lake.run(at="2026-11-01T07:00:00Z")[0]["is_complete"] is True


def test_a_new_login_of_a_person_stays_before_a_rotated_token(lake, monkeypatch):
    monkeypatch.setattr(lake.simulator.simulator.authority, "rotate", True)
    fetch = job.run_extraction

    def log_in_then_fetch(*told):
        lake.secrets.put_secret_value(
            SecretId=lake.secret, SecretString=json.dumps({**lake.stored(), "refresh_token": "new"})
        )
        return fetch(*told)

    monkeypatch.setattr(job, "run_extraction", log_in_then_fetch)
    lake.run({"recently_played": {}})
    assert lake.stored()["refresh_token"] == "new"


@pytest.mark.parametrize(
    ("at", "warned"),
    [
        ("2026-03-30", []),
        ("2026-03-31", ["Login"]),
        ("2026-04-29", ["Login"]),
        ("2026-04-30", ["ClientSecret", "Login"]),
    ],
)
def test_an_old_login_and_an_old_client_secret_are_metrics_and_warnings(lake, logs, capsys, monkeypatch, at, warned):
    monkeypatch.setenv("EXTRACT_METRICS", "all")
    lake.simulator.set_today(dt.date(2025, 11, 1))
    name = f"{lake.secret}/old"
    lake.store(name, refresh_token=lake.simulator.refresh_token(), login_date="2025-11-01",
               client_secret_date="2025-11-01")  # fmt: skip
    lake.simulator.set_today(dt.date(2026, 4, 1))
    lake.run({"recently_played": {}}, at=f"{at}T06:00:00Z", secret=name)
    printed = capsys.readouterr().out
    counted = {
        key: value for line in printed.splitlines() if '"_aws"' in line for key, value in json.loads(line).items()
    }
    days = (dt.date.fromisoformat(at) - dt.date(2025, 11, 1)).days
    assert (counted["LoginAgeDays"], counted["ClientSecretAgeDays"]) == ([days], [days])
    assert sorted(key.removesuffix("Old") for key in counted if key.endswith("Old")) == warned
    assert logs.getvalue().count("a login or secret is old") == len(warned)


def test_a_login_that_ended_is_told_in_one_sentence_and_not_retried(lake, logs):
    lake.simulator.set_today(DAY + dt.timedelta(days=200))
    told, _, calls = lake.run(MINE)
    assert (told["stopped_by"], told["key"], calls) == ("login", None, [])
    assert "the login is dead (Refresh token expired)" in logs.getvalue()
    assert len([record for record in lake.simulator.log if record.path == "/api/token"]) == 1


# Logs


def test_a_line_per_source_and_one_per_run_and_metrics_of_all_that_counts(lake, logs, capsys, monkeypatch):
    monkeypatch.setenv("EXTRACT_METRICS", "all")
    lake.simulator.set_faults("me/tracks:429=3:times=1", "me/player/*:quota")
    lake.run({"saved_tracks": {}, "recently_played": {}, "saved_albums": {}})
    printed = [json.loads(line) for line in (logs.getvalue() + capsys.readouterr().out).splitlines()]
    messages = [line["message"] for line in printed if "message" in line]
    assert messages == ["source read", "source not read to its end", "source read", "run landed"]
    [run] = [line for line in printed if line.get("message") == "run landed"]
    counted = {
        key: value[0] for line in printed if "_aws" in line for key, value in line.items() if isinstance(value, list)
    }
    size = lake.objects()[0].stat().st_size
    expected = {"Calls": 9, "Waits": 1, "WaitSeconds": 3, "QuotaStops": 1, "LandedBytes": size, "SourcesNotOk": 1}
    expected |= {"SourcesOk": 2, "SourcesQuota": 1, "SourcesUnchanged": 0, "SourcesNotFound": 0, "SourcesTime": 0}
    assert {name: counted[name] for name in expected} == expected
    assert (run["Calls"], run["bytes"], run["SourcesQuota"]) == (9, size, 1)
