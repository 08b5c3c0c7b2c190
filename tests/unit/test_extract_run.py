"""A whole run over HTTP: the lines it writes, the calls it makes, and what becomes of sources that fail."""

import contextlib
import datetime as dt
import json
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
import requests

from lakehouse.simulator.running import RunningSimulator, running_simulator
from lambda_extract.raw_format import Source
from lambda_extract.run import Outcome, run_extraction
from lambda_extract.settings import Service, build_clock
from lambda_extract.sources.plan import parse_sources
from lambda_extract.spotify import client as client_module
from lambda_extract.spotify import endpoints
from lambda_extract.spotify.endpoints import EMPTY_PAGES
from lambda_extract.spotify.shapes import count_entries
from lambda_extract.state.run_state import RunState
from tests.unit.test_extract_support import (
    APP_SECRET,
    HIDDEN,
    NOW,
    USER_SECRET,
    FakeTime,
    error,
    make_client,
    make_throttle,
    running_fake,
)

TODAY = dt.date(2026, 11, 1)
USER = "tin_kettle_31"
PLAYLIST, OTHER = "p" * 22, "q" * 22


def run(service, document, secret=USER_SECRET, throttle=None, run_state=None):
    """Run a document; return the outcome, its lines and what was reported."""
    written: list[bytes] = []
    told: list[tuple[Source, str, str | None]] = []
    throttle = throttle or make_throttle()
    outcome = run_extraction(
        parse_sources(json.dumps(document), "test"),
        make_client(service, secret, throttle=throttle),
        throttle.clock,
        written.append,
        lambda result, trouble: told.append((result.source, result.status, trouble)),
        recall=lambda _: run_state or RunState(),
    )
    lines = [json.loads(line) for line in written]
    return outcome, lines, told


@contextlib.contextmanager
def simulated(regime, **changed):
    """Run a simulator; give it, where it is, and a user's secret for it."""
    with running_simulator(regime=regime, today=TODAY, **changed) as simulator:
        secret = {
            "client_id": simulator.client_id,
            "client_secret": simulator.client_secret,
            "refresh_token": simulator.refresh_token(),
        }
        yield simulator, Service(simulator.api_url, f"{simulator.accounts_url}/"), secret


def count_pages(entries: int) -> int:
    """Count the pages of fifty that so many entries fill."""
    return max(0, -(-entries // 50))


class Whole(NamedTuple):
    """A run of every kind of source, and what the simulator knows of it."""

    regime: str
    simulator: RunningSimulator
    outcome: Outcome
    lines: list[dict[str, Any]]
    calls: list[tuple[str, dict[str, str]]]
    again: list[requests.Response]
    foreign: str

    @property
    def answers(self) -> list[dict[str, Any]]:
        return self.lines[:-1]

    @property
    def sources(self) -> list[dict[str, Any]]:
        return self.lines[-1]["sources"]

    @property
    def day(self):
        return self.simulator.world.day(TODAY)


@pytest.fixture(scope="module", params=["restricted", "legacy", "extended"])
def whole_run(request):
    """Run every kind of source in a regime, then ask the simulator for each answer once more, past spotipy."""
    with simulated(request.param) as (simulator, service, secret):
        catalogue = simulator.world.day(TODAY).catalogue
        album = next(album for album in catalogue.albums.values() if len(album.songs) > 50)
        artist, track = next(iter(catalogue.artists)), album.songs[0].song_id
        foreign = simulator.world.day(TODAY).playlist("foreign").playlist_id
        document = {
            "saved_tracks": {},
            "top_tracks": {},
            "top_artists": {},
            "recently_played": {},
            "albums": {"ids": [album.album_id]},
            "artists": {"ids": [artist]},
            "tracks": {"ids": [track]},
            "playlists": {"all_mine": True, "ids": [foreign, OTHER]},
        }
        outcome, lines, _ = run(service, document, secret)
        calls = [(record.path, record.params) for record in simulator.log]
        token = next(reversed(simulator.simulator.authority.accesses))
        again = [ask_past_spotipy(simulator, line["request"], token) for line in lines[:-1]]
        yield Whole(request.param, simulator, outcome, lines, calls, again, foreign)


def ask_past_spotipy(simulator, request, token):
    """Ask the simulator for the same again."""
    url = f"{simulator.accounts_url}{request['path']}?{urlencode(request['params'])}"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)


def test_each_line_holds_what_spotify_sent(whole_run):
    assert len(whole_run.answers) > 25
    for line, reply in zip(whole_run.answers, whole_run.again, strict=True):
        assert line["response"] == reply.json(), line["request"]
        assert line["status"] == reply.status_code
        assert "response_text" not in line


def test_all_lines_belong_to_the_run_and_the_account(whole_run):
    lines, key = whole_run.lines, whole_run.outcome.key
    assert [line["kind"] for line in lines] == ["answer"] * (len(lines) - 1) + ["summary"]
    assert {(line["account"], line["run_id"], line["extracted_at"]) for line in lines} == {
        ("tin_kettle_31", key.split("-")[-1].split(".")[0], "2026-11-05T06:00:00Z")
    }
    assert key.startswith("extraction_date=2026-11-05/20261105T060000Z-")
    moments = [line["fetched_at"] for line in lines]
    assert moments == sorted(moments)
    assert len(moments[0]) == len("2026-11-05T06:00:00.123Z")


def test_the_users_own_object_and_the_list_of_playlists_are_not_landed(whole_run):
    assert not {"/v1/me", "/v1/me/", "/v1/me/playlists"} & {line["request"]["path"] for line in whole_run.answers}


def test_the_summary_says_how_far_each_source_came(whole_run):
    results = {(one["kind"], one["id"]): one for one in whole_run.sources}
    assert results["saved_tracks", "saved_tracks"]["is_complete"] is True
    assert results["playlist", OTHER] == {
        "kind": "playlist", "id": OTHER, "status": "not_found", "pages": 1, "entries": 0, "total": None,
        "is_complete": False,
    }  # fmt: skip
    foreign, is_restricted = results["playlist", whole_run.foreign], whole_run.regime == "restricted"
    assert (foreign["name"], foreign["status"]) == ("Oar Songs", "forbidden" if is_restricted else "ok")
    assert sum(one["status"] != "ok" for one in results.values()) == 1 + is_restricted
    assert whole_run.lines[-1]["is_complete"] is whole_run.outcome.is_complete is False
    assert "stopped_by" not in whole_run.lines[-1]


def test_entries_are_those_of_the_landed_answers(whole_run):
    for one in whole_run.sources:
        own = [line for line in whole_run.answers if line["source"] == {"kind": one["kind"], "id": one["id"]}]
        assert one["pages"] == len(own)
        assert one["entries"] == sum(count_entries(line["response"]) for line in own)


def test_a_playlists_facts_stand_in_the_summary(whole_run):
    for playlist in whole_run.day.playlists_of(USER):
        if playlist.plan.owner == USER:
            one = next(one for one in whole_run.sources if one["id"] == playlist.playlist_id)
            assert (one["name"], one["owner"], one["snapshot_id"], one["total"], one["entries"]) == (
                playlist.plan.name, USER, playlist.snapshot_id, playlist.total, len(playlist.entries),
            )  # fmt: skip
            assert one["url"] == f"https://open.spotify.com/playlist/{playlist.playlist_id}"


def test_positions_follow_from_the_pages(whole_run):
    attic = whole_run.day.playlist("attic")
    pages = [line["response"] for line in whole_run.answers if line["source"]["id"] == attic.playlist_id]
    inner = pages[0]["items"] if "items" in pages[0] else pages[0]["tracks"]
    positions = [page["offset"] + index for page in (inner, *pages[1:]) for index, _ in enumerate(page["items"])]
    assert positions == list(range(len(attic.entries)))


def test_the_fewest_calls_are_made(whole_run):
    asked = [path.removeprefix("/v1/") for path, _ in whole_run.calls]
    for once in ("/api/token", "me/", "me/playlists", "me/player/recently-played"):
        assert asked.count(once) == 1
    assert asked.count("me/tracks") == count_pages(len(whole_run.day.saved_tracks(USER)))
    assert asked.count("me/top/tracks") == 3 * count_pages(len(whole_run.day.top_tracks(USER, "long_term")))
    assert whole_run.outcome.calls == len(asked) - 1


def test_a_playlist_costs_one_call_and_those_for_what_comes_after_its_first_hundred(whole_run):
    asked = [path for path, _ in whole_run.calls]
    for playlist in whole_run.day.playlists_of(USER):
        own = [path for path in asked if playlist.playlist_id in path]
        if playlist.plan.owner == USER or playlist.plan.is_collaborative:
            assert len(own) == 1 + count_pages(len(playlist.entries) - 100), playlist.plan.key
        elif playlist.playlist_id != whole_run.foreign:
            assert own == []


def test_every_call_asks_for_the_greatest_page(whole_run):
    assert {params["limit"] for _, params in whole_run.calls if "limit" in params} == {"50"}
    assert not any({"access_token", "token", "fields"} & set(params) for _, params in whole_run.calls)


def test_a_great_album_is_read_to_its_last_track(whole_run):
    album = next(one for one in whole_run.day.catalogue.albums.values() if len(one.songs) > 50)
    own = [line for line in whole_run.answers if line["source"]["kind"] == "album"]
    assert [line["request"]["params"].get("offset") for line in own] == [None, "50"]
    tracks = own[0]["response"]["tracks"]["items"] + own[1]["response"]["items"]
    assert [track["track_number"] for track in tracks] == [song.number for song in album.songs]


def test_the_app_alone_reads_the_catalogue_with_the_market(tmp_path):
    with simulated("restricted") as (simulator, service, secret):
        album = next(iter(simulator.world.day(TODAY).catalogue.albums.values()))
        document = {
            "albums": {"ids": [album.album_id]},
            "tracks": {"ids": [album.songs[0].song_id]},
            "artists": {"ids": [album.artist_ids[0]]},
            "market": "IS",
        }
        del secret["refresh_token"]
        outcome, lines, _ = run(service, document, secret)
        calls = [(record.path, record.params) for record in simulator.log]
    assert outcome.is_complete
    assert {line["account"] for line in lines} == {None}
    assert [params.get("market") for _, params in calls[1:]] == ["IS", "IS", None]
    assert len(calls) == 4


def test_an_access_token_that_ends_in_mid_run_costs_one_call():
    with simulated("restricted", rotate=True) as (simulator, service, secret):
        client = make_client(service, secret, [].append)
        client.find_account()
        simulator.expire_access_tokens()
        told = []
        plan = parse_sources('{"saved_tracks": {}, "recently_played": {}}', "test")
        outcome = run_extraction(plan, client, build_clock(NOW), lambda line: None, lambda *one: told.append(one))
        statuses = [record.status for record in simulator.log]
    assert outcome.is_complete
    assert statuses.count(401) == 1
    assert len(told) == 2


# What fails


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(client_module, "BACKOFF", 0.0)
    with running_fake() as server:
        server.replies["/v1/me/tracks"] = [{"items": [{"n": 1}], "next": None, "total": 1}]
        yield server


FAILURES = [
    pytest.param(error(403, "Insufficient client scope"), "forbidden", "403 (Insufficient client scope)", id="403"),
    pytest.param(error(404, "Resource not found"), "not_found", "404 (Resource not found)", id="404"),
    pytest.param(error(429, "API rate limit exceeded"), "quota", "429 (API rate limit exceeded)", id="429"),
    pytest.param((500, b""), "error", "500 (no message)", id="500"),
    pytest.param(b"", "error", "a body that is not a JSON object", id="an empty 200"),
    pytest.param([1], "error", "a body that is not a JSON object", id="a list"),
    pytest.param({"total": 3}, "error", "without a list of items (fields total)", id="no items"),
]
LINKS = [
    pytest.param({"items": [], "next": 7}, "error", "the next link is not a string", id="a link that is none"),
    pytest.param({"items": [], "next": "http://127.0.0.1:1/x"}, "error", "expected one to", id="another host"),
    pytest.param({"items": [], "next": "http://[x"}, "error", "the next link is not a valid address", id="no address"),
]


@pytest.mark.parametrize(
    ("section", "reply", "status", "said"),
    [
        pytest.param(section, *one.values, id=f"{section}: {one.id}")
        for section, ones in (("top_tracks", FAILURES + LINKS), ("recently_played", FAILURES))
        for one in ones
    ],
)
def test_a_failing_source_is_landed_as_far_as_it_came_and_the_others_go_on(fake, section, reply, status, said):
    path = {"top_tracks": "/v1/me/top/tracks", "recently_played": "/v1/me/player/recently-played"}[section]
    fake.replies[path] = [reply]
    outcome, lines, told = run(fake.service, {section: {}, "saved_tracks": {}})
    assert outcome.error is None
    results = {one["kind"]: one for one in lines[-1]["sources"]}
    assert results[section]["status"] == status
    assert results[section]["is_complete"] is False
    assert results["saved_tracks"]["status"] == "ok"
    assert lines[-1]["is_complete"] is False
    assert said in str(told[0][2])
    expected = None if isinstance(reply, bytes) else reply[1] if isinstance(reply, tuple) else reply
    assert lines[0]["response"] == (None if expected == b"" else expected)
    assert ("response_text" in lines[0]) is (lines[0]["response"] is None)


def test_a_list_that_fails_half_way_keeps_its_first_pages(fake):
    link = f"{fake.service.api_url}me/tracks?offset=50&limit=50"
    fake.replies["/v1/me/tracks"] = [{"items": [1, 2], "next": link, "total": 70}, error(404, "gone")]
    outcome, lines, _ = run(fake.service, {"saved_tracks": {}})
    assert lines[-1]["sources"] == [
        {"kind": "saved_tracks", "id": "saved_tracks", "status": "not_found", "pages": 2, "entries": 2, "total": 70,
         "is_complete": False}
    ]  # fmt: skip
    assert (outcome.answers, outcome.entries) == (2, 2)


def test_a_next_link_that_points_back_ends_the_source(fake):
    link = f"{fake.service.api_url}me/tracks?offset=0"
    fake.replies["/v1/me/tracks"] = [{"items": [1], "next": link}]
    _, lines, told = run(fake.service, {"saved_tracks": {}})
    assert (lines[-1]["sources"][0]["status"], lines[-1]["sources"][0]["pages"]) == ("error", 2)
    assert "leads back: expected another page" in str(told[0][2])


def test_links_that_go_round_end_the_source(fake):
    links = [f"{fake.service.api_url}me/tracks?offset={offset}&limit=50" for offset in (50, 100, 50)]
    fake.replies["/v1/me/tracks"] = [{"items": [1], "next": link} for link in links]
    _, lines, told = run(fake.service, {"saved_tracks": {}})
    assert (lines[-1]["sources"][0]["status"], lines[-1]["sources"][0]["pages"]) == ("error", 3)
    assert "leads back: expected another page" in str(told[0][2])


def test_a_list_without_end_and_without_entries_ends(fake):
    def page(number, *items):
        link = f"{fake.service.api_url}me/tracks?offset={50 * number}&limit=50"
        return {"items": list(items), "next": link, "total": 10**9}

    fake.replies["/v1/me/tracks"] = [page(1), page(2), page(3, 1), *[page(number) for number in range(4, 99)]]
    _, lines, told = run(fake.service, {"saved_tracks": {}, "recently_played": {}})
    assert (lines[-1]["sources"][0]["status"], lines[-1]["sources"][0]["pages"]) == ("error", 3 + EMPTY_PAGES)
    assert "20 pages in a row have no entries: expected some" in str(told[0][2])


def test_a_list_without_end_is_given_up_and_what_came_is_kept(fake, monkeypatch):
    monkeypatch.setattr(endpoints, "MOST_PAGES", 7)
    links = [f"{fake.service.api_url}me/tracks?offset={50 * number}&limit=50" for number in range(1, 99)]
    fake.replies["/v1/me/tracks"] = [{"items": [1], "next": link} for link in links]
    _, lines, told = run(fake.service, {"saved_tracks": {}, "recently_played": {}})
    assert (lines[-1]["sources"][0]["status"], lines[-1]["sources"][0]["pages"], len(lines)) == ("error", 7, 9)
    assert "the list goes on after 7 pages: expected its end" in str(told[0][2])


def test_a_next_link_to_the_users_own_data_is_not_followed(fake):
    fake.replies["/v1/me"] = [{"id": "user-201", "email": "one@mail.example", "items": []}]
    fake.replies["/v1/me/tracks"] = [{"items": [1], "next": f"{fake.service.api_url}me"}]
    _, lines, told = run(fake.service, {"saved_tracks": {}})
    assert "mail.example" not in json.dumps(lines)
    assert "the next link is to /v1/me: expected one to /v1/me/tracks" in str(told[0][2])


def test_what_answers_repeat_of_the_secret_is_nowhere_and_counted(fake):
    fake.replies["/v1/me/tracks"] = [error(400, "sent: Bearer hidden-access-1")]
    fake.replies["/v1/me/playlists"] = [{"items": [
        {"id": PLAYLIST, "name": "hidden-refresh-1", "owner": {"id": "user-201"}, "snapshot_id": "hidden-secret-1"}
    ]}]  # fmt: skip
    fake.replies[f"/v1/playlists/{PLAYLIST}"] = [{"id": PLAYLIST, "name": "hidden-refresh-1", "items": {"items": []}}]
    outcome, lines, told = run(fake.service, {"saved_tracks": {}, "playlists": {"all_mine": True}})
    for kept in (lines, told, outcome):
        assert not any(word in repr(kept) for word in HIDDEN[:3])
    assert (outcome.redacted, lines[-1]["redacted_answers"]) == (2, 2)


def test_a_limit_says_until_when(fake):
    fake.replies["/v1/me/tracks"] = [(429, {"error": {"status": 429, "message": "no"}}, {"Retry-After": "763"})]
    _, _, told = run(fake.service, {"saved_tracks": {}})
    assert told[0][1:] == (
        "quota", "Spotify answers 429 (no): me/tracks is closed until 2026-11-05T06:12:43Z, as Spotify said"
    )  # fmt: skip


def test_what_came_before_ctrl_c_is_landed(fake):
    def interrupt(self):
        raise KeyboardInterrupt

    throttle = make_throttle()
    link = f"{fake.service.api_url}me/tracks?offset=50&limit=50"
    fake.replies["/v1/me/tracks"] = [{"items": [1], "next": link}]
    fake.replies["/v1/me/top/tracks"] = [{"items": []}]
    ask = throttle.enter
    throttle.enter = lambda url: interrupt(throttle) if "offset=50" in url else ask(url)
    outcome, lines, _ = run(fake.service, {"saved_tracks": {}, "top_tracks": {}}, throttle=throttle)
    assert (outcome.error.reason, lines[-1]["stopped_by"], outcome.answers) == ("stopped", "stopped", 1)
    assert [one["status"] for one in lines[-1]["sources"]] == ["error"] * 4
    assert lines[0]["response"]["items"] == [1]


@pytest.mark.parametrize(("total", "pages"), [(0, 2), (-7, 2), (51, 2), (None, 2), ("many", 2)])
def test_a_total_that_is_too_low_ends_no_list(fake, total, pages):
    link = f"{fake.service.api_url}me/tracks?offset=50&limit=50"
    page = {"limit": 50, "total": total}
    fake.replies["/v1/me/tracks"] = [
        {**page, "items": [None] * 50, "next": link, "offset": 0},
        {**page, "items": [None] * 9, "next": None, "offset": 50},
    ]
    _, lines, _ = run(fake.service, {"saved_tracks": {}})
    one = lines[-1]["sources"][0]
    assert (one["status"], one["pages"], one["entries"], one["is_complete"]) == ("ok", pages, 59, True)


ALBUM = {"id": PLAYLIST, "type": "album", "name": "n", "album_type": "album", "total_tracks": 60}
FIRST_TRACKS = {"items": [None] * 50, "limit": 50, "offset": 0, "total": 60, "next": None}


@pytest.mark.parametrize(
    ("tracks", "status", "asked"),
    [
        pytest.param({}, "ok", ["limit=50&offset=0"], id="no page of tracks: all are asked for"),
        pytest.param({"tracks": FIRST_TRACKS | {"next": "more"}}, "ok", ["limit=50&offset=50"], id="more tracks"),
        pytest.param({"tracks": FIRST_TRACKS}, "error", [], id="no next page where the total says there is one"),
        pytest.param({"tracks": FIRST_TRACKS | {"total": 50}}, "ok", [], id="all tracks"),
    ],
)
def test_an_album_is_whole_with_all_its_tracks_only(fake, tracks, status, asked):
    fake.replies[f"/v1/albums/{PLAYLIST}"] = [ALBUM | tracks]
    fake.replies[f"/v1/albums/{PLAYLIST}/tracks/"] = [{"items": [None] * 10, "next": None}]
    _, lines, told = run(fake.service, {"albums": {"ids": [PLAYLIST]}}, APP_SECRET)
    assert lines[-1]["sources"][0]["status"] == status, told
    assert [query for path, query in fake.asked if path.endswith("/tracks/")] == asked


def save_albums(fake, *names):
    """Let the library hold albums of 60 tracks each."""
    page = FIRST_TRACKS | {"next": "more"}
    saved = [{"added_at": "2026-11-01T06:00:00Z", "album": ALBUM | {"id": name * 22, "tracks": page}} for name in names]
    fake.replies["/v1/me/albums"] = [{"items": saved, "next": None, "total": len(names), "limit": 50, "offset": 0}]
    for name in names:
        fake.replies[f"/v1/albums/{name * 22}/tracks/"] = [{"items": [None] * 10, "next": None}]


def asked_of_albums(fake):
    found = [(path.split("/")[3][0], query) for path, query in fake.asked if path.startswith("/v1/albums/")]
    fake.asked.clear()
    return found


REST = "limit=50&offset=50"


def test_saved_albums_come_with_fifty_tracks_unless_all_are_wanted(fake):
    save_albums(fake, "a", "b")
    outcome, _, _ = run(fake.service, {"saved_albums": {}})
    assert (outcome.is_complete, asked_of_albums(fake)) == (True, [])
    outcome, lines, _ = run(fake.service, {"saved_albums": {"all_tracks": True}})
    assert asked_of_albums(fake) == [("a", REST), ("b", REST)]
    assert [(one["kind"], one["id"][0], one["status"], one["entries"]) for one in lines[-1]["sources"]] == [
        ("saved_albums", "s", "ok", 2),
        ("album", "a", "ok", 10),
        ("album", "b", "ok", 10),
    ]
    assert [line["source"]["kind"] for line in lines[:-1]] == ["saved_albums", "album", "album"]


def test_other_tracks_of_saved_albums_are_read_once_in_a_while_and_not_where_the_album_is_named(fake):
    save_albums(fake, "a", "b")
    document = {"saved_albums": {"all_tracks": True}, "albums": {"ids": ["b" * 22]}, "full_walk_days": 3}
    fake.replies["/v1/albums/" + "b" * 22] = [ALBUM | {"tracks": FIRST_TRACKS | {"total": 50}}]
    run_state, found = RunState(), []
    for day in (0, 2, 3):
        time = FakeTime()
        time.now += dt.timedelta(days=day)
        outcome, _, _ = run(fake.service, document, throttle=make_throttle(time), run_state=run_state)
        run_state.learn(outcome.learned)
        found.append(asked_of_albums(fake))
    assert found == [[("b", ""), ("a", REST)], [("b", "")], [("b", ""), ("a", REST)]]


def test_an_album_whose_other_tracks_fail_costs_no_other_and_is_tried_again(fake):
    save_albums(fake, "a", "b")
    fake.replies[f"/v1/albums/{'a' * 22}/tracks/"] = [error(404, "gone")]
    outcome, lines, _ = run(fake.service, {"saved_albums": {"all_tracks": True}})
    assert [one["status"] for one in lines[-1]["sources"]] == ["ok", "not_found", "ok"]
    assert outcome.is_complete is False
    assert set(outcome.learned) == {Source("saved_albums", "saved_albums"), Source("album", "b" * 22)}


def test_a_query_that_cannot_be_sent_costs_its_source_only(fake):
    document = {"searches": [{"query": "\ud800", "types": ["track"]}], "saved_tracks": {}}
    _, lines, _ = run(fake.service, document)
    assert [one["status"] for one in lines[-1]["sources"]] == ["error", "ok"]


def test_no_answer_costs_the_source_only(fake):
    fake.replies["/v1/me/player/recently-played"] = [(0, b"")]
    _, lines, told = run(fake.service, {"recently_played": {}, "saved_tracks": {}})
    assert [one["status"] for one in lines[-1]["sources"]] == ["error", "ok"]
    assert lines[-1]["sources"][0]["pages"] == 0
    assert "no answer from" in str(told[0][2])


def listed(*playlists, next_link=None):
    return {"items": list(playlists), "next": next_link, "total": len(playlists)}


def own(playlist_id, **changed):
    given = {"id": playlist_id, "type": "playlist", "name": "n", "owner": {"id": "user-201"}, "snapshot_id": "s1",
             "external_urls": {"spotify": "https://open.spotify.com/playlist/x"}}  # fmt: skip
    return given | changed


def test_all_mine_are_the_owned_and_the_collaborative_each_once(fake):
    fake.replies["/v1/me/playlists"] = [
        listed(
            own(PLAYLIST),
            None,
            own("f" * 22, owner={"id": "else"}),
            own("n" * 22, owner=None),
            own("c" * 22, owner={"id": "else"}, collaborative=True),
            own(None),
            own(PLAYLIST),
            own(OTHER),
        )
    ]
    page = {"items": [], "next": None, "total": 0, "offset": 0}
    for one in (PLAYLIST, "c" * 22, OTHER):
        fake.replies[f"/v1/playlists/{one}"] = [own(one, items=page)]
    _, lines, _ = run(fake.service, {"playlists": {"all_mine": True, "ids": [OTHER]}})
    assert [(one["id"], one["status"]) for one in lines[-1]["sources"]] == [
        (PLAYLIST, "ok"),
        ("c" * 22, "ok"),
        (OTHER, "ok"),
    ]
    assert len(fake.paths()) == 4


def test_playlists_listed_before_the_list_failed_are_read(fake):
    link = f"{fake.service.api_url}me/playlists?offset=50"
    fake.replies["/v1/me/playlists"] = [listed(own(PLAYLIST), next_link=link), error(403, "Forbidden")]
    fake.replies[f"/v1/playlists/{PLAYLIST}"] = [own(PLAYLIST, items={"items": [], "next": None, "total": 0})]
    _, lines, _ = run(fake.service, {"playlists": {"all_mine": True}})
    assert [(one["id"], one["status"], one["is_complete"]) for one in lines[-1]["sources"]] == [
        ("all_mine", "forbidden", False),
        (PLAYLIST, "ok", True),
    ]


def test_a_playlist_that_cannot_be_read_is_still_called_by_its_name(fake):
    fake.replies["/v1/me/playlists"] = [listed(own(PLAYLIST, name="Ночь", external_urls=None))]
    fake.replies[f"/v1/playlists/{PLAYLIST}"] = [error(404, "Resource not found")]
    _, lines, _ = run(fake.service, {"playlists": {"all_mine": True}})
    assert lines[-1]["sources"] == [
        {"kind": "playlist", "id": PLAYLIST, "status": "not_found", "pages": 1, "entries": 0, "total": None,
         "is_complete": False, "name": "Ночь", "owner": "user-201", "snapshot_id": "s1", "url": None}
    ]  # fmt: skip


def test_the_page_inside_a_playlist_stays_where_its_items_are_forbidden(fake):
    page = {"items": [None] * 100, "next": f"{fake.service.api_url}x", "total": 130, "offset": 0}
    fake.replies[f"/v1/playlists/{PLAYLIST}"] = [own(PLAYLIST, items=page)]
    fake.replies[f"/v1/playlists/{PLAYLIST}/items"] = [error(403, "Forbidden")]
    _, lines, _ = run(fake.service, {"playlists": {"ids": [PLAYLIST]}})
    one = lines[-1]["sources"][0]
    assert (one["status"], one["entries"], one["total"], one["is_complete"]) == ("forbidden", 100, 130, False)
    assert fake.asked[-1] == (f"/v1/playlists/{PLAYLIST}/items", "limit=50&offset=100&additional_types=track%2Cepisode")


def test_a_playlist_without_its_page_is_read_from_the_start(fake):
    fake.replies[f"/v1/playlists/{PLAYLIST}"] = [own(PLAYLIST)]
    fake.replies[f"/v1/playlists/{PLAYLIST}/items"] = [{"items": [None, None], "next": None, "total": 2, "offset": 0}]
    _, lines, _ = run(fake.service, {"playlists": {"ids": [PLAYLIST]}})
    assert (lines[-1]["sources"][0]["status"], lines[-1]["sources"][0]["total"]) == ("ok", 2)
    assert "offset=0&" in fake.asked[-1][1]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(
            error(403, "Active premium subscription required for the owner of the app"), "premium", id="premium"
        ),
        pytest.param(error(401, "The access token expired"), "login", id="login"),
    ],
)
def test_what_no_call_can_get_past_ends_the_run_and_keeps_what_came(fake, reply, reason):
    fake.replies["/v1/me/player/recently-played"] = [reply]
    document = {"saved_tracks": {}, "recently_played": {}, "top_tracks": {"time_ranges": ["long_term"]}}
    outcome, lines, told = run(fake.service, {**document, "playlists": {"all_mine": True}})
    assert outcome.error is not None
    assert (outcome.error.reason, lines[-1]["stopped_by"], lines[-1]["is_complete"]) == (reason, reason, False)
    assert [(one["kind"], one["status"], one["pages"]) for one in lines[-1]["sources"]] == [
        ("saved_tracks", "ok", 1),
        ("recently_played", "error", 1 if reason == "premium" else 0),
        ("top_tracks", "error", 0),
        ("playlist", "error", 0),
    ]
    assert len(told) == 4
    assert "/v1/me/top/tracks" not in fake.paths()


def test_the_outcome_is_complete_only_where_every_source_is(fake):
    outcome, lines, _ = run(fake.service, {"saved_tracks": {}})
    assert outcome.is_complete is lines[-1]["is_complete"] is True
    assert replace(outcome, results=[replace(outcome.results[0], is_complete=False)]).is_complete is False


def test_the_app_alone_is_not_asked_who_it_is(fake):
    fake.replies[f"/v1/artists/{PLAYLIST}"] = [{"id": PLAYLIST, "type": "artist", "name": "n"}]
    run(fake.service, {"artists": {"ids": [PLAYLIST]}}, APP_SECRET)
    assert [path for path, _ in fake.asked] == ["/api/token", f"/v1/artists/{PLAYLIST}"]
