"""The client over HTTP: what is asked, what is kept of the answer, and what each failure becomes."""

import logging

import pytest
from urllib3 import Retry

from lambda_extract import client as client_module
from lambda_extract import faults
from lambda_extract.client import quiet_libraries
from lambda_extract.faults import ExtractError, SourceError
from lambda_extract.settings import Service
from tests.unit.test_extract_support import APP_SECRET, HIDDEN, TOKEN, error, make_client, running_fake

TRACKS = "/v1/me/tracks"


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
    assert caught.value.reason == faults.LOGIN
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
            (400, {"error": "invalid_grant", "error_description": "Refresh token expired"}), faults.LOGIN,
            "the login is dead (Refresh token expired)", id="an expired login",
        ),
        pytest.param(
            (400, {"error": "invalid_client", "error_description": "Invalid client secret"}), faults.LOGIN,
            "Spotify does not know the app (Invalid client secret)", id="a wrong client secret",
        ),
        pytest.param((500, b"oh no"), faults.UNREACHABLE, "no access token from Spotify (oh no)", id="5xx"),
        pytest.param({"scope": "x"}, faults.UNREACHABLE, "api/token: KeyError", id="no token in the answer"),
        pytest.param(b"<html>", faults.UNREACHABLE, "api/token: JSONDecodeError", id="no JSON"),
        pytest.param((0, b""), faults.UNREACHABLE, "api/token: ", id="a dropped connection"),
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


def test_a_failing_service_is_asked_again_but_a_limit_is_not(fake):
    fake.replies[TRACKS] = [(503, b""), (500, b""), {"items": []}]
    assert ask_tracks(make_client(fake.service)).status == 200
    assert len(fake.paths()) == 3
    fake.replies[TRACKS] = [error(429, "API rate limit exceeded"), {"items": []}]
    assert ask_tracks(make_client(fake.service)).status == 429
    assert len(fake.paths()) == 4


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


@pytest.mark.parametrize("link", ["http://127.0.0.1:1/v1/me/tracks?offset=50", "https://api.spotify.com/v1/x", 7])
def test_the_token_goes_to_no_other_host(fake, link):
    with pytest.raises(SourceError, match="the next link is"):
        make_client(fake.service).ask_next({"next": link})
    assert fake.asked == []


def test_a_next_link_on_the_same_host_is_followed(fake):
    fake.replies[TRACKS] = [{"items": []}]
    reply = make_client(fake.service).ask_next({"next": f"{fake.service.api_url}me/tracks?offset=50&limit=50"})
    assert reply.params == {"offset": "50", "limit": "50"}


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


def test_a_proxy_of_the_environment_is_not_for_a_simulator(fake, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    fake.replies[TRACKS] = [{"items": []}]
    assert ask_tracks(make_client(fake.service)).status == 200
    assert client_module.RecordingSession("https://api.spotify.com/v1/").trust_env is True


def test_the_retries_are_those_that_do_not_sleep_out_a_limit(monkeypatch):
    monkeypatch.undo()
    retry = client_module.build_retry()
    assert isinstance(retry, Retry)
    assert (retry.total, retry.respect_retry_after_header, retry.backoff_factor) == (3, False, 0.5)
    assert 429 not in retry.status_forcelist


def test_libraries_that_would_print_tokens_are_kept_quiet():
    quiet_libraries(logging.WARNING)
    assert {logging.getLogger(name).level for name in ("spotipy", "urllib3", "botocore")} == {logging.WARNING}


def test_the_real_addresses_are_what_spotipy_is_given():
    client = make_client(Service())
    assert client._spotify.prefix == "https://api.spotify.com/v1/"
    assert client._auth.OAUTH_TOKEN_URL == "https://accounts.spotify.com/api/token"
