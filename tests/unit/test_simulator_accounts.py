"""The simulator's accounts service, over HTTP: logins, the three grants, rotation, and what a token opens."""

import datetime as dt
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import spotipy
from spotipy.oauth2 import SpotifyClientCredentials, SpotifyOAuth, SpotifyOauthError

from lakehouse.simulator.accounts import FIRST, SCOPES, SECOND
from lakehouse.simulator.running import running_simulator

REDIRECT = "http://127.0.0.1:8765/callback?from=app"


@pytest.fixture(scope="module")
def simulator():
    with running_simulator() as running:
        yield running


@pytest.fixture(scope="module")
def rotating():
    with running_simulator(rotate=True) as running:
        yield running


def get(url, **kwargs):
    """Return the answer to a GET, without following redirects."""
    return requests.get(url, allow_redirects=False, timeout=10, **kwargs)


def ask_token(simulator, secret=None, **form):
    """Return the answer of the token endpoint."""
    return requests.post(
        f"{simulator.accounts_url}/api/token",
        data=form,
        auth=(simulator.client_id, secret or simulator.client_secret),
        timeout=10,
    )


def authorize(simulator, **changed):
    """Return the answer of the login page."""
    query = {
        **{"client_id": simulator.client_id, "response_type": "code", "redirect_uri": REDIRECT},
        **{"scope": "user-library-read user-top-read", "state": "s&1", **changed},
    }
    return get(f"{simulator.accounts_url}/authorize", params=query)


def code_of(simulator, **changed):
    """Return the code of a login that is agreed to."""
    answer = authorize(simulator, answer="agree", **changed)
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def bearer(body):
    """Return the header that carries an answer's access token."""
    return {"Authorization": f"Bearer {body['access_token']}"}


def test_client_credentials_open_the_catalogue_and_nobodys_library(simulator):
    body = ask_token(simulator, grant_type="client_credentials").json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert get(f"{simulator.api_url}search?q=a&type=track", headers=bearer(body)).status_code == 200
    for path in ("me", "me/tracks", "me/top/artists"):
        refused = get(simulator.api_url + path, headers=bearer(body))
        assert refused.status_code == 403
        assert refused.json() == {"error": {"status": 403, "message": "Insufficient client scope"}}


def test_client_credentials_work_through_spotipy(simulator):
    auth = SpotifyClientCredentials(
        simulator.client_id, simulator.client_secret, cache_handler=spotipy.MemoryCacheHandler()
    )
    auth.OAUTH_TOKEN_URL = f"{simulator.accounts_url}/api/token"
    client = spotipy.Spotify(auth_manager=auth)
    client.prefix = simulator.api_url
    assert client.search("paper", limit=10)["tracks"]["items"]


@pytest.mark.parametrize("account", [FIRST, SECOND])
def test_the_login_page_leads_to_tokens_of_the_account_that_agreed(simulator, account):
    page = authorize(simulator)
    assert page.status_code == 200
    links = [unescape(link) for link in re.findall(r'id="agree" href="([^"]+)"', page.text)]
    assert len(links) == 2
    link = next(link for link in links if f"account={account}" in link)
    answer = get(simulator.accounts_url + link)
    assert answer.headers["Location"].startswith(f"{REDIRECT}&code=")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["s&1"]
    form = {"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": REDIRECT}
    body = ask_token(simulator, **form).json()
    assert body["scope"].split() == ["user-library-read", "user-top-read"]
    assert body["refresh_token"]
    assert get(f"{simulator.api_url}me", headers=bearer(body)).json()["id"] == account
    assert get(f"{simulator.api_url}me/playlists", headers=bearer(body)).status_code == 403


def test_spotipy_exchanges_the_code(simulator):
    auth = SpotifyOAuth(
        simulator.client_id,
        simulator.client_secret,
        REDIRECT,
        scope=["user-library-read"],
        open_browser=False,
        cache_handler=spotipy.MemoryCacheHandler(),
    )
    auth.OAUTH_AUTHORIZE_URL = f"{simulator.accounts_url}/authorize"
    auth.OAUTH_TOKEN_URL = f"{simulator.accounts_url}/api/token"
    answer = get(f"{auth.get_authorize_url(state='x')}&answer=agree&account={SECOND}")
    auth.get_access_token(auth.parse_response_code(answer.headers["Location"]), as_dict=False, check_cache=False)
    client = spotipy.Spotify(auth_manager=auth)
    client.prefix = simulator.api_url
    assert client.me()["id"] == SECOND
    assert client.current_user_saved_tracks(limit=1)["total"] > 0


def test_the_first_account_agrees_where_nobody_is_named(simulator):
    form = {"grant_type": "authorization_code", "code": code_of(simulator), "redirect_uri": REDIRECT}
    body = ask_token(simulator, **form).json()
    assert get(f"{simulator.api_url}me", headers=bearer(body)).json()["id"] == FIRST


def test_a_refusal_goes_back_without_a_code(simulator):
    query = parse_qs(urlsplit(authorize(simulator, answer="cancel").headers["Location"]).query)
    assert query == {"from": ["app"], "error": ["access_denied"], "state": ["s&1"]}


@pytest.mark.parametrize(
    "uri", ["https://app.example/cb", "http://127.0.0.1:1/", "http://[::1]:8000/cb", "http://127.0.0.1/cb"]
)
def test_secure_redirect_addresses_are_taken(simulator, uri):
    assert authorize(simulator, redirect_uri=uri).status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        *("http://localhost:8765/cb", "https://localhost/cb", "http://app.example/cb", "http://127.0.0.1.example/"),
        *("", "app://cb", "javascript:alert(1)", "http://[::1/", "http://127.0.0.1@app.example/"),
    ],
)
def test_insecure_redirect_addresses_are_refused_without_going_there(simulator, uri):
    answer = authorize(simulator, redirect_uri=uri, answer="agree")
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "Insecure redirect URI" in answer.text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"client_id": "x"}, "Invalid client", id="unknown app"),
        pytest.param({"response_type": "token"}, "response_type", id="other flow"),
        pytest.param({"scope": "user-library-read everything"}, "everything", id="unknown scope"),
        pytest.param({"account": "nobody"}, "no such account", id="unknown account"),
        pytest.param({"answer": "perhaps"}, "agree or cancel", id="unknown answer"),
    ],
)
def test_a_wrong_login_request_is_said_on_the_page(simulator, changed, message):
    answer = authorize(simulator, **changed)
    assert answer.status_code == 400
    assert message in answer.text


def test_the_login_page_escapes_what_it_was_sent(simulator):
    answer = authorize(simulator, state='"><script>alert(1)</script>')
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert "<b>" not in authorize(simulator, scope="<b>").text


@pytest.mark.parametrize(
    ("form", "error", "description"),
    [
        pytest.param(
            {"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant", "refresh", id="refresh token"
        ),
        pytest.param({"grant_type": "authorization_code", "code": "x"}, "invalid_grant", "code", id="code"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", "grant_type", id="grant"),
        pytest.param({}, "unsupported_grant_type", "grant_type", id="nothing"),
    ],
)
def test_what_the_service_does_not_know_is_a_400(simulator, form, error, description):
    answer = ask_token(simulator, **form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert description in answer.json()["error_description"]


def test_a_code_is_good_once_and_for_its_redirect_address_only(simulator):
    form = {"grant_type": "authorization_code", "code": code_of(simulator), "redirect_uri": REDIRECT}
    assert ask_token(simulator, **form).status_code == 200
    assert ask_token(simulator, **form).json()["error"] == "invalid_grant"
    other = {**form, "code": code_of(simulator), "redirect_uri": "http://127.0.0.1:9/"}
    assert ask_token(simulator, **other).json() == {
        "error": "invalid_grant",
        "error_description": "Invalid redirect URI",
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic Zm9v"},
        {"Authorization": "Bearer x"},
    ],
    ids=["none", "no base64", "no colon", "bearer"],
)
def test_who_is_not_the_app_gets_no_token(simulator, headers):
    form = {"grant_type": "client_credentials"}
    answer = requests.post(f"{simulator.accounts_url}/api/token", data=form, headers=headers, timeout=10)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_client", "error_description": "Invalid client"}


def test_a_wrong_secret_is_an_invalid_client(simulator):
    answer = ask_token(simulator, secret="wrong", grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


def test_without_rotation_a_refresh_token_stays(simulator):
    token = simulator.refresh_token(SECOND)
    for _ in range(2):
        body = ask_token(simulator, grant_type="refresh_token", refresh_token=token).json()
        assert "refresh_token" not in body
        assert body["scope"].split() == sorted(SCOPES)
        assert get(f"{simulator.api_url}me", headers=bearer(body)).json()["id"] == SECOND


def test_with_rotation_each_refresh_brings_a_new_token_and_ends_the_old(rotating):
    first = rotating.refresh_token()
    second = ask_token(rotating, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert second != first
    assert ask_token(rotating, grant_type="refresh_token", refresh_token=first).json()["error"] == "invalid_grant"
    assert ask_token(rotating, grant_type="refresh_token", refresh_token=second).status_code == 200


def test_refreshing_does_not_put_off_the_end_of_a_login(rotating):
    start = rotating.today
    token = rotating.refresh_token()
    rotating.set_today(start + dt.timedelta(days=180))
    token = ask_token(rotating, grant_type="refresh_token", refresh_token=token).json()["refresh_token"]
    rotating.set_today(start + dt.timedelta(days=184))
    answer = ask_token(rotating, grant_type="refresh_token", refresh_token=token)
    rotating.set_today(start)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": "Refresh token expired"}


def test_spotipy_reads_the_reason_of_a_dead_refresh_token(simulator):
    auth = SpotifyOAuth(
        simulator.client_id, simulator.client_secret, REDIRECT, cache_handler=spotipy.MemoryCacheHandler()
    )
    auth.OAUTH_TOKEN_URL = f"{simulator.accounts_url}/api/token"
    with pytest.raises(SpotifyOauthError) as failed:
        auth.refresh_access_token("gone")
    assert failed.value.error == "invalid_grant"


@pytest.mark.parametrize(
    ("header", "status", "message"),
    [
        pytest.param(None, 401, "No token provided", id="no token"),
        pytest.param("Bearer unknown", 401, "Invalid access token", id="unknown token"),
        pytest.param("Basic Zm9vOmJhcg==", 400, "Only valid bearer authentication supported", id="no bearer token"),
    ],
)
def test_a_call_without_a_good_token_is_refused(simulator, header, status, message):
    answer = get(f"{simulator.api_url}me", headers={"Authorization": header} if header else {})
    assert answer.status_code == status
    assert answer.json() == {"error": {"status": status, "message": message}}


def test_an_expired_token_is_a_401_until_it_is_refreshed():
    with running_simulator() as simulator:
        form = {"grant_type": "refresh_token", "refresh_token": simulator.refresh_token()}
        old = ask_token(simulator, **form).json()
        simulator.expire_access_tokens()
        refused = get(f"{simulator.api_url}me", headers=bearer(old))
        assert refused.json() == {"error": {"status": 401, "message": "The access token expired"}}
        assert get(f"{simulator.api_url}me", headers=bearer(ask_token(simulator, **form).json())).status_code == 200


def test_the_log_tells_who_asked_for_what_and_keeps_no_secret():
    with running_simulator() as simulator:
        refresh_token, code = simulator.refresh_token(SECOND), code_of(simulator)
        body = ask_token(simulator, grant_type="refresh_token", refresh_token=refresh_token).json()
        get(f"{simulator.api_url}me/tracks?limit=2&market=JP", headers=bearer(body))
        last = simulator.log[-1]
        assert (last.method, last.path, last.params) == ("GET", "/v1/me/tracks", {"limit": "2", "market": "JP"})
        assert (last.status, last.account, last.day) == (200, SECOND, "2026-11-01")
        told = get(f"{simulator.accounts_url}/_simulator/log").json()
        assert [record["path"] for record in told] == ["/authorize", "/api/token", "/v1/me/tracks"]
        for secret in (refresh_token, code, body["access_token"], simulator.client_secret):
            assert secret not in str(told)


def test_an_unknown_account_or_scope_is_refused_in_python(simulator):
    with pytest.raises(ValueError, match="nobody"):
        simulator.refresh_token("nobody")
    with pytest.raises(ValueError, match="everything"):
        simulator.refresh_token(scopes=["everything"])
