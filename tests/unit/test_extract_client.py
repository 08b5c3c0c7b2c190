"""The client over HTTP: what is asked, what is kept of the answer, and what each failure becomes."""

import contextlib
import datetime as dt
import gzip
import logging
import socket
import sys
import tracemalloc
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

import pytest
import requests

from lambda_extract import errors
from lambda_extract.errors import ExtractError, SourceError
from lambda_extract.raw_format import encode_json
from lambda_extract.settings import Service
from lambda_extract.spotify import client as client_module
from lambda_extract.spotify import whole_answer
from lambda_extract.spotify.client import quiet_libraries
from lambda_extract.spotify.limits import Limits
from tests.unit.test_extract_support import (
    APP_SECRET,
    HIDDEN,
    NOW,
    TOKEN,
    FakeTime,
    error,
    make_client,
    make_throttle,
    running_fake,
)

TRACKS = "/v1/me/tracks"
DIGITS = b'{"n": ' + b"9" * 5000 + b"}"
DEEP = b'{"n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(client_module, "BACKOFF", 0.0)


@pytest.fixture
def fake():
    with running_fake() as server:
        yield server


def ask_tracks(client):
    return client.ask(lambda spotify: spotify.current_user_saved_tracks(limit=50))


def test_a_reply_is_what_was_asked_and_what_came(fake):
    fake.replies[TRACKS] = [{"items": [{"n": 1.5, "name": "Ночь"}], "next": None}]
    client = make_client(fake.service)
    reply = ask_tracks(client)
    assert (reply.path, reply.params, reply.status) == (TRACKS, {"limit": "50", "offset": "0"}, 200)
    assert (reply.body, reply.text) == ({"items": [{"n": 1.5, "name": "Ночь"}], "next": None}, None)
    assert client.calls == 1


def test_one_access_token_serves_all_calls(fake):
    fake.replies[TRACKS] = [{"items": []}]
    client = make_client(fake.service)
    for _ in range(3):
        ask_tracks(client)
    assert [path for path, _ in fake.asked] == ["/api/token", TRACKS, TRACKS, TRACKS]


def test_an_old_access_token_is_refreshed_once_and_the_call_repeated(fake):
    fake.replies["/api/token"] = [TOKEN, {**TOKEN, "access_token": "hidden-access-2"}]
    fake.replies[TRACKS] = [error(401, "The access token expired"), {"items": []}]
    assert ask_tracks(make_client(fake.service)).status == 200
    assert [path for path, _ in fake.asked] == ["/api/token", TRACKS, "/api/token", TRACKS]
    assert [headers["Authorization"] for headers in fake.headers][1::2] == [
        "Bearer hidden-access-1",
        "Bearer hidden-access-2",
    ]


def test_a_new_access_token_that_is_refused_ends_the_run(fake):
    fake.replies[TRACKS] = [error(401, "Bad access token")]
    with pytest.raises(ExtractError, match=r"answers 401 to a new access token \(Bad access token\)") as caught:
        ask_tracks(make_client(fake.service))
    assert caught.value.reason == errors.LOGIN
    assert fake.paths() == [TRACKS, TRACKS]


def test_a_rotated_refresh_token_is_handed_on_once(fake):
    fake.replies["/api/token"] = [{**TOKEN, "refresh_token": "hidden-refresh-2"}]
    fake.replies[TRACKS] = [{"items": []}]
    kept: list[str] = []
    client = make_client(fake.service, keep=kept.append)
    ask_tracks(client)
    ask_tracks(client)
    assert kept == ["hidden-refresh-2"]


def test_a_refresh_token_that_stays_is_not_handed_on(fake):
    fake.replies["/api/token"] = [{**TOKEN, "refresh_token": "hidden-refresh-1"}]
    fake.replies[TRACKS] = [{"items": []}]
    kept: list[str] = []
    ask_tracks(make_client(fake.service, keep=kept.append))
    assert kept == []


def test_the_app_alone_gets_in_with_client_credentials(fake):
    fake.replies["/v1/artists/" + "1" * 22] = [{"id": "1" * 22}]
    client = make_client(fake.service, APP_SECRET)
    assert client.has_login is False
    assert client.ask(lambda spotify: spotify.artist("1" * 22)).body == {"id": "1" * 22}


@pytest.mark.parametrize(
    ("reply", "reason", "said"),
    [
        pytest.param(
            (400, {"error": "invalid_grant", "error_description": "Refresh token expired"}), errors.LOGIN,
            "the login is dead (Refresh token expired)", id="an expired login",
        ),
        pytest.param(
            (400, {"error": "invalid_client", "error_description": "Invalid client secret"}), errors.LOGIN,
            "Spotify does not know the app (Invalid client secret)", id="a wrong client secret",
        ),
        pytest.param((500, b"oh no"), errors.UNREACHABLE, "no access token from Spotify (oh no)", id="5xx"),
        pytest.param({"scope": "x"}, errors.UNREACHABLE, "api/token: KeyError", id="no token in the answer"),
        pytest.param(b"<html>", errors.UNREACHABLE, "api/token: JSONDecodeError", id="no JSON"),
        pytest.param((400, [1]), errors.UNREACHABLE, "api/token: AttributeError", id="an error that is a list"),
        pytest.param(
            (400, {"error": "invalid_grant", "error_description": "no hidden-refresh-1,\nand hidden-secret-1"}),
            errors.LOGIN, "the login is dead (no [redacted], and [redacted])", id="an answer that repeats it",
        ),
        pytest.param(
            (502, b"grant_type=refresh_token&refresh_token=hidden-refresh-1"), errors.UNREACHABLE,
            "(grant_type=refresh_token&refresh_token=[redacted])", id="a gateway that does so",
        ),
        pytest.param((500, b"x" * 9000), errors.UNREACHABLE, f"({'x' * 200}…)", id="an answer without end"),
        pytest.param((0, b""), errors.UNREACHABLE, "api/token: ", id="a dropped connection"),
    ],
)  # fmt: skip
def test_no_access_token_ends_the_run_with_one_line(fake, reply, reason, said):
    fake.replies["/api/token"] = [reply]
    with pytest.raises(ExtractError) as caught:
        ask_tracks(make_client(fake.service))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not any(word in str(caught.value) for word in HIDDEN)
    assert caught.value.reason == reason
    assert fake.paths() == []


def test_a_dead_login_is_asked_for_once(fake):
    fake.replies["/api/token"] = [(400, {"error": "invalid_grant"})]
    with pytest.raises(ExtractError):
        ask_tracks(make_client(fake.service))
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("reply", "status", "body", "text"),
    [
        pytest.param(b"", 200, None, "", id="an empty body"),
        pytest.param(b"<html>oops", 200, None, "<html>oops", id="no JSON"),
        pytest.param(b'{"n": NaN}', 200, None, '{"n": NaN}', id="what only Python takes for JSON"),
        pytest.param(b'{"name": "NaN"}', 200, {"name": "NaN"}, None, id="a song of that name"),
        pytest.param(b'{"n": 1e999}', 200, None, '{"n": 1e999}', id="a number beyond all"),
        pytest.param(b'{"n": 1e+007 , "m": -2.5E3}', 200, {"n": 1e7, "m": -2500.0}, None, id="great numbers"),
        pytest.param(DIGITS, 200, None, DIGITS.decode(), id="more digits than Python reads"),
        pytest.param(DEEP, 200, None, DEEP.decode(), id="lists in lists in lists"),
        pytest.param(b"null", 200, None, None, id="null"),
        pytest.param(error(404, "Resource not found"), 404, error(404, "Resource not found")[1], None, id="not found"),
        pytest.param((403, {"error": "a text"}), 403, {"error": "a text"}, None, id="an error that is a text"),
        pytest.param((403, [1]), 403, [1], None, id="an error that is a list"),
        pytest.param((502, b"bad gateway"), 502, None, "bad gateway", id="5xx"),
        pytest.param((302, b"http://127.0.0.1:1/elsewhere"), 302, None, "http://127.0.0.1:1/elsewhere", id="3xx"),
    ],
)  # fmt: skip
def test_whatever_comes_is_kept(fake, reply, status, body, text):
    fake.replies[TRACKS] = [reply]
    kept = ask_tracks(make_client(fake.service))
    assert (kept.status, kept.body, kept.text) == (status, body, text)


ECHOED = {"access": "hidden-access-1", "refresh": "hidden-refresh-1", "app": "hidden-secret-1"}


@pytest.mark.parametrize("secret", ECHOED.values(), ids=ECHOED)
@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda secret: {"items": [{"name": f"x{secret}"}]}, id="a value"),
        pytest.param(lambda secret: {"items": [{f"x{secret}": 1}]}, id="the name of a field"),
        pytest.param(lambda secret: error(500, f"Authorization: Bearer {secret}"), id="an error's message"),
        pytest.param(lambda secret: (404, f"<html>{secret}".encode()), id="a text that is not JSON"),
        pytest.param(lambda secret: b'{"name": "' + "".join(f"\\u{ord(one):04x}" for one in secret).encode() + b'"}',
                     id="written as escapes"),
        pytest.param(lambda secret: f'{{"name": "{secret}"}}'.encode("utf-16"), id="in another encoding"),
    ],
)  # fmt: skip
def test_a_secret_that_an_answer_repeats_is_replaced(fake, secret, build):
    fake.replies[TRACKS] = [build(secret)]
    reply = ask_tracks(make_client(fake.service))
    assert reply.is_redacted
    assert "[redacted]" in repr((reply.body, reply.text))
    assert not any(word in repr(reply) for word in ECHOED.values())


def test_an_answer_too_deep_to_be_written_is_kept_as_text_without_secrets(fake):
    depth = sys.getrecursionlimit() - 200
    fake.replies[TRACKS] = [b'{"n": ' + b"[" * depth + b'"hidden-access-1"' + b"]" * depth + b"}"]
    reply = ask_tracks(make_client(fake.service))
    assert "hidden-access-1" not in repr(reply)
    assert encode_json({"response": reply.body, "response_text": reply.text})


def test_an_answer_without_secrets_is_not_marked(fake):
    fake.replies[TRACKS] = [{"items": ["hidden", "app-101"]}]
    assert not ask_tracks(make_client(fake.service)).is_redacted


BOMB = gzip.compress(b'{"n": "' + b"x" * (whole_answer.LARGEST + 1) + b'"}')


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        pytest.param(BOMB, {"Content-Encoding": "gzip"}, "the body is over 16 MB unpacked", id="a bomb"),
        pytest.param(gzip.compress(gzip.compress(b"x" * 2**28)), {"Content-Encoding": "gzip, gzip"},
                     "the body is over 16 MB unpacked", id="a bomb in a bomb"),
        pytest.param(b'{"n": [' + b"{}," * 750_001 + b"1]}", {}, "has over 1,500,000 values", id="many values"),
    ],
)  # fmt: skip
def test_an_answer_too_large_costs_its_source_and_little_memory(fake, body, headers, said):
    fake.replies[TRACKS] = [(200, body, headers)]
    client = make_client(fake.service)
    tracemalloc.start()
    with pytest.raises(SourceError, match=said):
        ask_tracks(client)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * whole_answer.LARGEST
    assert len(fake.paths()) == 1


def test_an_answer_without_end_is_given_up(fake, monkeypatch):
    monkeypatch.setattr(whole_answer, "LARGEST", 300_000)
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with dripping(endless, *[b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 99, pause=0.01) as (service, began):
        session = client_module.RecordingSession(service.api_url, make_throttle())
        with pytest.raises(whole_answer.AnswerTooLargeError):
            session.request("GET", f"{service.api_url}me/tracks")
    assert len(began) == 1


def test_the_token_service_is_bounded_too(fake):
    fake.replies["/api/token"] = [(200, BOMB, {"Content-Encoding": "gzip"})]
    with pytest.raises(ExtractError, match=r"no access token from .*: the body is over 16 MB unpacked"):
        ask_tracks(make_client(fake.service))


def test_a_failing_service_is_asked_again(fake):
    fake.replies[TRACKS] = [(503, b""), (500, b""), {"items": []}]
    assert ask_tracks(make_client(fake.service)).status == 200
    assert len(fake.paths()) == 3


def limited(seconds=None, **given):
    """Answer 429 with seconds to wait, or without."""
    status, body = error(429, "API rate limit exceeded")
    body["error"] |= given
    return (status, body, {"Retry-After": str(seconds)} if seconds is not None else {})


def sum_up(waits):
    return dt.timedelta(seconds=sum(waits))


def test_a_short_limit_is_waited_out(fake):
    fake.replies[TRACKS] = [limited(7), limited(), limited("soon"), {"items": []}]
    time = FakeTime()
    assert ask_tracks(make_client(fake.service, throttle=make_throttle(time))).status == 200
    assert time.waits == [7, 2, 4]


DATED = "Thu, 05 Nov 2026 06:00:{:02} GMT"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        pytest.param({"Retry-After": DATED.format(12), "Date": DATED.format(3)}, 9, id="a date, by the server's clock"),
        pytest.param({"Retry-After": DATED.format(3), "Date": DATED.format(12)}, 0, id="a date that is over"),
        pytest.param({"Retry-After": DATED.format(12), "Date": "today"}, None, id="a date without another"),
        pytest.param({"Retry-After": "Thu, 05 Nov 2026 06:00:12 -0000", "Date": DATED.format(3)}, None, id="no zone"),
        pytest.param({"Retry-After": "2.5"}, 2.5, id="a part of a second"),
        pytest.param({"Retry-After": " 7 "}, 7, id="with spaces"),
        pytest.param({"Retry-After": "9" * 400}, float("inf"), id="for ever"),
        pytest.param({"Retry-After": "-5"}, None, id="less than nothing"),
        pytest.param({"Retry-After": "soon"}, None, id="a word"),
        pytest.param({"Retry-After": "\u0663"}, None, id="a digit of another script"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_how_long_to_stay_away_is_read_or_counts_as_unsaid(given, seconds):
    response = requests.Response()
    response.headers.update(given)
    assert client_module.read_retry_after(response) == seconds


@pytest.mark.parametrize(
    ("reply", "calls", "hours"),
    [
        pytest.param(limited(61), 1, 61 / 3600, id="a long limit"),
        pytest.param(limited(50_000, reason="QUOTA_EXCEEDED"), 1, 50_000 / 3600, id="a quota"),
        pytest.param(limited(5, reason="QUOTA_EXCEEDED"), 1, 5 / 3600, id="a quota that says a short time"),
        pytest.param(limited(reason="QUOTA_EXCEEDED"), 1, 24, id="a quota that says no time"),
        pytest.param(limited(10**9), 1, 48, id="a time that cannot be"),
        pytest.param(limited(0), 6, 1 / 60, id="a limit that goes on after each wait"),
        pytest.param(limited(), 6, 1 / 60, id="one that says no time and goes on"),
    ],
)
def test_a_limit_that_is_not_short_closes_its_family_and_no_other(fake, reply, calls, hours):
    fake.replies[TRACKS], fake.replies["/v1/me/top/tracks"] = [reply], [{"items": []}]
    time = FakeTime()
    client = make_client(fake.service, throttle=make_throttle(time))
    start = time.now
    assert ask_tracks(client).status == 429
    assert len(fake.paths()) == calls
    assert client.throttle.limits.closed == {"me/tracks": start + sum_up(time.waits) + dt.timedelta(hours=hours)}
    assert client.ask(lambda spotify: spotify.current_user_top_tracks()).status == 200
    with pytest.raises(SourceError, match="me/tracks is closed until 2026-11-"):
        ask_tracks(client)
    time.now += dt.timedelta(hours=hours, seconds=1)
    fake.replies[TRACKS] = [{"items": []}]
    assert ask_tracks(client).status == 200


def test_a_limit_is_not_waited_out_beyond_the_time_that_is_left(fake):
    fake.replies[TRACKS] = [limited(30), {"items": []}]
    time = FakeTime(left=45)
    with pytest.raises(SourceError, match="no time is left: expected 20 s to land") as caught:
        ask_tracks(make_client(fake.service, throttle=make_throttle(time)))
    assert caught.value.status == "time"
    assert len(fake.paths()) == 1
    assert time.waits == []


def test_a_failing_service_is_not_waited_for_beyond_the_time_that_is_left(fake, monkeypatch):
    monkeypatch.setattr(client_module, "BACKOFF", 10.0)
    fake.replies[TRACKS] = [(503, b"")]
    time = FakeTime(left=35)
    assert ask_tracks(make_client(fake.service, throttle=make_throttle(time))).status == 503
    assert time.waits == [10]


def test_no_answer_may_take_longer_than_there_is_time():
    assert make_throttle(FakeTime(left=24)).find_timeout() == (4, 4)
    assert make_throttle(FakeTime(left=400)).find_timeout() == (5, 30)


def test_a_slow_answer_is_asked_for_again(fake, monkeypatch):
    monkeypatch.setattr(client_module.Throttle, "find_timeout", lambda self: (1, 0.1))
    fake.replies[TRACKS], fake.pauses = [{"items": []}], [0.3]
    assert ask_tracks(make_client(fake.service)).status == 200
    assert len(fake.paths()) == 2


@contextmanager
def dripping(*drops, pause):
    """Answer each connection with these bytes, one after the other with a pause."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = []

        def answer(connection):
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                for drop in drops:
                    connection.sendall(drop)
                    sleep(pause)

        def listen():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    began.append(monotonic())
                    Thread(target=answer, args=(connection,), daemon=True).start()

        Thread(target=listen, daemon=True).start()
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        yield Service(f"{base}v1/", base), began
        listener.shutdown(socket.SHUT_RDWR)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"


@pytest.mark.parametrize(
    "drops",
    [
        pytest.param([HEAD, *[b"{"] * 900], id="the body"),
        pytest.param([HEAD.replace(b"Content-Length: 900", b"Transfer-Encoding: chunked"), *[b"1\r\n{\r\n"] * 900],
                     id="a body in chunks"),
        pytest.param([bytes([one]) for one in HEAD * 20], id="the headers"),
    ],
)  # fmt: skip
def test_an_answer_that_drips_is_bounded_as_a_whole(drops, monkeypatch):
    monkeypatch.setattr(client_module.Throttle, "find_timeout", lambda self: (1, 0.2))
    with dripping(*drops, pause=0.02) as (service, began):
        session = client_module.RecordingSession(service.api_url, make_throttle())
        start = monotonic()
        with pytest.raises((requests.ConnectionError, requests.Timeout)):
            session.request("GET", f"{service.api_url}me/tracks")
    assert len(began) == client_module.ATTEMPTS
    assert monotonic() - start < 3


def test_both_ways_to_spotify_bound_their_answers():
    session = client_module.RecordingSession("https://api.spotify.com/v1/", make_throttle())
    for url in ("https://api.spotify.com/v1/me", "http://127.0.0.1:1/v1/me"):
        adapter = session.get_adapter(url)
        for manager in (adapter.poolmanager, adapter.proxy_manager_for("http://127.0.0.1:1")):
            connection = manager.connection_from_url(url).ConnectionCls
            assert connection.response_class.__name__ == "_Answer"


def test_calls_keep_the_pace_over_any_thirty_seconds(fake):
    fake.replies[TRACKS] = [{"items": []}]
    time = FakeTime()
    client = make_client(fake.service, throttle=make_throttle(time, pace=2))
    began = []
    for _ in range(5):
        ask_tracks(client)
        began.append((time.now - NOW).total_seconds())
        time.now += dt.timedelta(seconds=1)
    assert began == [0, 1, 30, 31, 60]
    assert (client.throttle.waits, client.throttle.waited) == (2, 28 + 28)


def test_a_family_that_had_its_calls_is_not_asked(fake):
    fake.replies[TRACKS] = [{"items": []}]
    limits = Limits({"me/tracks": 2})
    client = make_client(fake.service, throttle=make_throttle(limits=limits))
    ask_tracks(client)
    ask_tracks(client)
    with pytest.raises(SourceError, match=r"me/tracks has had its 2 calls of 24 hours \(EXTRACT_BUDGETS\)"):
        ask_tracks(client)
    assert (len(fake.paths()), client.throttle.stops) == (2, 1)


def test_a_limit_that_does_not_fit_the_time_closes_its_family_for_as_long(fake):
    fake.replies[TRACKS] = [limited(30), {"items": []}]
    client = make_client(fake.service, throttle=make_throttle(FakeTime(left=45)))
    for status in ("time", "quota"):
        with pytest.raises(SourceError) as caught:
            ask_tracks(client)
        assert caught.value.status == status
    assert client.throttle.limits.closed == {"me/tracks": NOW + dt.timedelta(seconds=30)}
    assert len(fake.paths()) == 1


def test_a_clock_that_is_set_back_does_not_hold_up_the_calls(fake):
    fake.replies[TRACKS] = [{"items": []}]
    time = FakeTime()
    client = make_client(fake.service, throttle=make_throttle(time, pace=2))
    for _ in range(2):
        ask_tracks(client)
    time.now -= dt.timedelta(hours=1)
    for _ in range(3):
        ask_tracks(client)
    assert time.waits == [30]


def test_calls_made_again_count(fake):
    fake.replies[TRACKS] = [(503, b""), (0, b""), {"items": []}]
    client = make_client(fake.service)
    ask_tracks(client)
    assert (client.calls, len(fake.paths())) == (3, 3)
    assert client.throttle.limits.sum_calls("me/tracks", NOW) == 3


def test_a_dropped_connection_is_asked_again(fake):
    fake.replies[TRACKS] = [(0, b""), {"items": []}]
    assert ask_tracks(make_client(fake.service)).status == 200


def test_no_answer_at_all_is_the_sources_failure(fake):
    fake.replies[TRACKS] = [(0, b"")]
    with pytest.raises(SourceError, match=r"^no answer from http://127\.0\.0\.1:\d+/v1/: \w+$"):
        ask_tracks(make_client(fake.service))


def test_a_call_that_spotipy_never_sends_is_a_failure(fake):
    with pytest.raises(SourceError, match="spotipy did not send the call"):
        make_client(fake.service).ask(lambda spotify: spotify.artist("no id"))


@pytest.mark.parametrize(
    "link",
    ["http://127.0.0.1:1/v1/me/tracks?offset=50", "https://api.spotify.com/v1/x", "http://[x", "//x", "", 7, None],
)
def test_the_token_goes_to_no_other_host(fake, link):
    with pytest.raises(SourceError, match="the next link is"):
        make_client(fake.service).ask_next({"next": link}, TRACKS)
    assert fake.asked == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param(TRACKS, "me", id="the user's own data"),
        pytest.param(TRACKS, "me/", id="the user's own data, with a slash"),
        pytest.param(TRACKS, "me/tracks/../albums", id="a path with dots"),
        pytest.param("/v1/playlists/a/items", "playlists/b/items", id="another playlist"),
        pytest.param("/v1/me/playlists", "users/a/b/playlists", id="more than a user's playlists"),
    ],
)
def test_a_next_link_to_another_endpoint_is_not_followed(fake, path, target):
    with pytest.raises(SourceError, match=f"expected one to {path}, as the page before"):
        make_client(fake.service).ask_next({"next": f"{fake.service.api_url}{target}?offset=50"}, path)
    assert fake.asked == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param(TRACKS, "me/tracks", id="the same"),
        pytest.param("/v1/me/playlists", "users/user-201/playlists", id="the user's playlists, by the user's id"),
        pytest.param("/v1/playlists/a/items", "playlists/a/tracks", id="a playlist's items by their name before 2026"),
    ],
)
def test_a_next_link_to_the_same_endpoint_is_followed(fake, path, target):
    fake.replies[f"/v1/{target}"] = [{"items": []}]
    page = {"next": f"{fake.service.api_url}{target}?offset=50&limit=50"}
    assert make_client(fake.service).ask_next(page, path).params == {"offset": "50", "limit": "50"}


@pytest.mark.parametrize(
    ("reply", "reason", "is_lasting"),
    [
        pytest.param(error(403, "Active premium subscription required for the owner of the app"), "premium", True,
                     id="no Premium"),
        pytest.param(error(403, "User not registered in the Developer Dashboard"), "user", True, id="not on the list"),
        pytest.param(error(403, "Forbidden"), "login", True, id="forbidden"),
        pytest.param(error(429, "API rate limit exceeded"), "limit", True, id="a limit"),
        pytest.param((500, b""), "unreachable", False, id="5xx"),
        pytest.param((0, b""), "unreachable", False, id="no answer"),
        pytest.param({"id": None}, "unreachable", False, id="no id"),
        pytest.param([], "unreachable", False, id="no object"),
    ],
)  # fmt: skip
def test_a_run_that_does_not_know_whose_it_is_ends(fake, reply, reason, is_lasting):
    fake.replies["/v1/me/"] = [reply]
    with pytest.raises(ExtractError) as caught:
        make_client(fake.service).find_account()
    assert (caught.value.reason, caught.value.is_lasting) == (reason, is_lasting)
    assert "\n" not in str(caught.value)


def test_what_spotify_says_is_repeated_on_one_line_not_at_any_length_and_without_addresses(fake):
    fake.replies[TRACKS] = [error(403, "User\n  one.two@mail.example is " + "no " * 500)]
    said = ask_tracks(make_client(fake.service)).message
    assert said.startswith("User … is no no")
    assert len(said) <= client_module.LONGEST_SAID + 1
    fake.replies[TRACKS] = [error(403, {"a": ["b"]})]
    assert ask_tracks(make_client(fake.service)).message == "{'a': ['b']}"


def test_a_proxy_of_the_environment_is_not_for_a_simulator(fake, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    fake.replies[TRACKS] = [{"items": []}]
    assert ask_tracks(make_client(fake.service)).status == 200
    assert client_module.RecordingSession("https://api.spotify.com/v1/", make_throttle()).trust_env is True


def test_libraries_that_would_print_tokens_are_kept_quiet():
    quiet_libraries(logging.WARNING)
    assert {logging.getLogger(name).level for name in ("urllib3", "botocore")} == {logging.WARNING}
    assert not logging.getLogger("spotipy.client").isEnabledFor(logging.CRITICAL)


def test_the_real_addresses_are_what_spotipy_is_given():
    client = make_client(Service())
    assert client._spotify.prefix == "https://api.spotify.com/v1/"
    assert client._auth.OAUTH_TOKEN_URL == "https://accounts.spotify.com/api/token"
