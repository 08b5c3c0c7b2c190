"""Ask Spotify through spotipy, with sessions of our own, and keep every answer as it came.

spotipy's own retries would sleep out a Retry-After of hours; here a 429 comes back at once and 5xx are tried again.
"""

import datetime as dt
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter
from spotipy import (  # type: ignore[import-untyped]
    CacheHandler,
    Spotify,
    SpotifyClientCredentials,
    SpotifyException,
    SpotifyOAuth,
    SpotifyOauthError,
)
from urllib3 import Retry

from lambda_extract import faults
from lambda_extract.faults import ExtractError, SourceError
from lambda_extract.raw_object import Json, JsonObject
from lambda_extract.secret import SCOPES, Secret
from lambda_extract.settings import Clock, Service

TIMEOUT = (5, 30)
BACKOFF = 0.5
LOOPBACK = frozenset({"127.0.0.1", "::1"})
UNUSED_REDIRECT = "http://127.0.0.1:8888/callback"
TALKATIVE = ("spotipy", "urllib3", "botocore")
NO_JSON = (b"NaN", b"Infinity")
NAMELESS = {429: faults.LIMIT, 400: faults.LOGIN, 403: faults.LOGIN, 404: faults.LOGIN}
"""What it means that Spotify does not say who the user is, by status."""

Call = Callable[[Spotify], Any]


@dataclass(frozen=True)
class Reply:
    """What Spotify said to one call: the body as a JSON value or, if it is none, as text."""

    path: str
    params: dict[str, Json]
    status: int
    body: Json
    text: str | None
    moment: dt.datetime

    @property
    def message(self) -> str:
        """Give the message of an error body, for people."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        message = error.get("message") if isinstance(error, dict) else error
        return str(message or "no message")


class RecordingSession(requests.Session):
    """A session that keeps its last answer, never follows a redirect, and tries again what may pass."""

    def __init__(self, url: str) -> None:
        """Mount the retries; a proxy of the environment is not for a simulator on this machine."""
        super().__init__()
        self.last: requests.Response | None = None
        self.trust_env = urlsplit(url).hostname not in LOOPBACK
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=build_retry()))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and keep the answer; a redirect would carry the token elsewhere."""
        self.last = None
        self.last = super().request(*args, **{**kwargs, "allow_redirects": False})
        return self.last


class MemoryLogin(CacheHandler):  # type: ignore[misc]
    """Keeps the access token in memory, and hands a new refresh token to where the secret came from."""

    def __init__(self, token: dict[str, Any] | None, keep_refresh_token: Callable[[str], None]) -> None:
        """Start with a token that must be refreshed, or with none."""
        self.token = token
        self.keep_refresh_token = keep_refresh_token

    def get_cached_token(self) -> dict[str, Any] | None:
        """Give spotipy the token."""
        return self.token

    def save_token_to_cache(self, token_info: dict[str, Any]) -> None:
        """Take a token from spotipy."""
        before = (self.token or {}).get("refresh_token")
        self.token = token_info
        after = token_info.get("refresh_token")
        if after and after != before:
            self.keep_refresh_token(after)

    def expire(self) -> None:
        """Have the access token refreshed before the next call."""
        if self.token:
            self.token["expires_at"] = 0


class Client:
    """Spotify for one account or one app; counts the calls."""

    def __init__(self, secret: Secret, service: Service, clock: Clock, keep_token: Callable[[str], None]) -> None:
        """Connect to nothing yet."""
        self.has_login = secret.refresh_token is not None
        self.calls = 0
        self._service = service
        self._clock = clock
        self._login = MemoryLogin(_build_stale_token(secret), keep_token)
        self._auth = build_auth(secret, service, self._login)
        self._session = RecordingSession(service.api_url)
        self._spotify = Spotify(auth_manager=self._auth, requests_session=self._session, requests_timeout=TIMEOUT)
        self._spotify.prefix = service.api_url

    def ask(self, call: Call) -> Reply:
        """Make one call; when Spotify takes the access token for old, get a new one and ask once more."""
        reply = self._ask_once(call)
        if reply.status == 401:
            self._login.expire()
            reply = self._ask_once(call)
        if reply.status == 401:
            raise ExtractError(
                f"Spotify answers 401 to a new access token ({reply.message}): expected it to be taken.", faults.LOGIN
            )
        return reply

    def ask_next(self, page: JsonObject) -> Reply:
        """Ask for the page after this one; the token goes to no other host."""
        link = page.get("next")
        if not isinstance(link, str) or _name_origin(link) != _name_origin(self._service.api_url):
            raise SourceError(f"the next link is {link!r}: expected one to {self._service.api_url}")
        return self.ask(lambda spotify: spotify.next(page))

    def find_account(self) -> str:
        """Ask who the user is."""
        try:
            reply = self.ask(lambda spotify: spotify.me())
        except SourceError as error:
            raise ExtractError(f"{error}: expected to learn who the user is.", faults.UNREACHABLE) from error
        require_no_end(reply)
        account = reply.body.get("id") if isinstance(reply.body, dict) else None
        if reply.status == 200 and isinstance(account, str) and account:
            return account
        raise ExtractError(
            f"Spotify answers {reply.status} ({reply.message}) to the question who the user is: expected an id.",
            NAMELESS.get(reply.status, faults.UNREACHABLE),
        )

    def _ask_once(self, call: Call) -> Reply:
        """Make one call and give back what came, whatever it is."""
        require_token(self._auth)
        self.calls += 1
        self._session.last = None
        body: Json = None
        try:
            body = call(self._spotify)
        except (SpotifyException, AttributeError):
            # AttributeError: spotipy stumbles over an error body whose `error` is a text.
            body = None
        except requests.RequestException as error:
            raise SourceError(f"no answer from {self._service.api_url}: {describe(error)}") from error
        if self._session.last is None:
            raise SourceError(f"spotipy did not send the call to {self._service.api_url}: expected an answer")
        return _build_reply(self._session.last, body, self._clock())


def build_retry() -> Retry:
    """Try dropped connections and 5xx again, a few times; a 429 and its Retry-After come back at once."""
    return Retry(
        total=3, connect=3, read=2, status=3,
        backoff_factor=BACKOFF, status_forcelist=(500, 502, 503, 504), respect_retry_after_header=False,
        allowed_methods={"GET", "POST"}, raise_on_status=False,
    )  # fmt: skip


def build_auth(secret: Secret, service: Service, login: CacheHandler) -> SpotifyClientCredentials | SpotifyOAuth:
    """Build spotipy's way in: the user's with a refresh token, else the app's."""
    if secret.refresh_token:
        return build_user_auth(secret, service, login)
    auth = SpotifyClientCredentials(
        client_id=secret.client_id, client_secret=secret.client_secret,
        requests_session=RecordingSession(service.accounts_url), requests_timeout=TIMEOUT, cache_handler=login,
    )  # fmt: skip
    auth.OAUTH_TOKEN_URL = f"{service.accounts_url}api/token"
    return auth


def build_user_auth(
    secret: Secret, service: Service, login: CacheHandler, redirect: str = UNUSED_REDIRECT
) -> SpotifyOAuth:
    """Build the user's way in; the redirect address counts only in the login itself."""
    auth = SpotifyOAuth(
        client_id=secret.client_id, client_secret=secret.client_secret, redirect_uri=redirect, scope=list(SCOPES),
        requests_session=RecordingSession(service.accounts_url), requests_timeout=TIMEOUT, open_browser=False,
        cache_handler=login,
    )  # fmt: skip
    auth.OAUTH_TOKEN_URL = f"{service.accounts_url}api/token"
    auth.OAUTH_AUTHORIZE_URL = f"{service.accounts_url}authorize"
    return auth


def require_token(auth: SpotifyClientCredentials | SpotifyOAuth, code: str | None = None) -> None:
    """Have an access token at hand, at a login for its code; say in one line why there is none."""
    try:
        if code is None:
            auth.get_access_token(as_dict=False)
        else:
            auth.get_access_token(code, as_dict=False, check_cache=False)
    except SpotifyOauthError as error:
        raise explain_refusal(error) from error
    except (requests.RequestException, KeyError, TypeError) as error:
        raise ExtractError(
            f"no access token from {auth.OAUTH_TOKEN_URL}: {describe(error)}; expected one.", faults.UNREACHABLE
        ) from error


def explain_refusal(error: SpotifyOauthError) -> ExtractError:
    """Say what it means that Spotify refuses a token, and what to do."""
    seen = error.error_description or error.error or "no reason given"
    if error.error == "invalid_grant":
        return ExtractError(
            f"the login is dead ({seen}): expected a refresh token that lives. Log in again with make login.",
            faults.LOGIN,
        )
    if error.error in ("invalid_client", "unauthorized_client"):
        return ExtractError(
            f"Spotify does not know the app ({seen}): expected client_id and client_secret of the developer dashboard.",
            faults.LOGIN,
        )
    return ExtractError(f"no access token from Spotify ({str(seen)[:200]}): expected one.", faults.UNREACHABLE)


def require_no_end(reply: Reply) -> None:
    """Raise where an answer means that no other call of this run can succeed."""
    message = reply.message.lower()
    if reply.status == 403 and "premium" in message:
        raise ExtractError(
            f"Spotify answers 403 ({reply.message}): expected the app's owner to have Premium.", faults.PREMIUM
        )
    if reply.status == 403 and "register" in message:
        raise ExtractError(
            f"Spotify answers 403 ({reply.message}): expected the user on the app's list (developer dashboard, User"
            " Management).",
            faults.USER,
        )


def quiet_libraries(level: int) -> None:
    """Keep libraries from logging below a level: at DEBUG spotipy prints tokens, botocore the stored secret."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(level)


def describe(error: Exception) -> str:
    """Name an error of the network without its addresses and parameters."""
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    reason = getattr(cause, "reason", None) or cause
    return type(reason).__name__


def _build_stale_token(secret: Secret) -> dict[str, Any] | None:
    """Give spotipy something to refresh: with a narrower scope it would ask a person at the terminal."""
    if secret.refresh_token is None:
        return None
    return {
        "access_token": "",
        "refresh_token": secret.refresh_token,
        "expires_at": 0,
        "scope": " ".join(SCOPES),
    }


def _build_reply(response: requests.Response, body: Json, moment: dt.datetime) -> Reply:
    """Keep what was asked and what came; spotipy gives nothing for an error, and None for a body that is no JSON."""
    text = None
    if body is None or any(word in response.content for word in NO_JSON):
        body, text = _read_body(response)
    url = urlsplit(str(response.request.url))
    params: dict[str, Json] = dict(parse_qsl(url.query, keep_blank_values=True))
    return Reply(url.path, params, response.status_code, body, text, moment)


def _read_body(response: requests.Response) -> tuple[Json, str | None]:
    """Read a body strictly: NaN and Infinity, which Python would take, are no JSON."""
    try:
        return json.loads(response.content, parse_constant=_refuse_constant), None
    except ValueError:
        return None, response.text


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON")


def _name_origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
