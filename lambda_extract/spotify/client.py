"""Ask Spotify through spotipy, with custom sessions that keep every answer unchanged.

spotipy's own retries would sleep out a Retry-After of hours, and know nothing of the time a Lambda function has left.
"""

import base64
import datetime as dt
import hashlib
import json
import logging
import math
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from spotipy import (  # type: ignore[import-untyped]
    CacheHandler,
    Spotify,
    SpotifyClientCredentials,
    SpotifyException,
    SpotifyOAuth,
    SpotifyOauthError,
)

from lambda_extract import errors
from lambda_extract.errors import ExtractError, SourceError
from lambda_extract.plain_text import mask_text
from lambda_extract.raw_format import Json, JsonObject
from lambda_extract.settings import Service
from lambda_extract.spotify.redaction import Redactor
from lambda_extract.spotify.secret import SCOPES, Secret
from lambda_extract.spotify.throttle import SHORT, Throttle
from lambda_extract.spotify.whole_answer import AnswerTooLargeError, WholeAnswerAdapter, read_body

BACKOFF = 0.5
ATTEMPTS = 4
"""How many times a call is made if it fails for a temporary reason."""

SHORT_LIMITS = 5
"""How many short limits in a row are waited out for one call."""

FAILING = frozenset({500, 502, 503, 504})
PASSING = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
LOOPBACK = frozenset({"127.0.0.1", "::1"})
UNUSED_REDIRECT = "http://127.0.0.1:8888/callback"
TALKATIVE = ("urllib3", "botocore")
SILENT = 100
"""Above every level of logging."""

NO_JSON = re.compile(rb"NaN|Infinity|[0-9][eE]\+?[0-9]{3,}\s*[,}\]]")
"""Matches what Python reads as a number and JSON does not allow: NaN or Infinity."""

SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
E_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
LONGEST_SAID = 200
"""Longest part of Spotify's text that a message repeats."""

NAMELESS = {429: errors.LIMIT, 400: errors.LOGIN, 403: errors.LOGIN, 404: errors.LOGIN}
"""Why Spotify does not say who the user is, by status."""

Call = Callable[[Spotify], Any]


@dataclass(frozen=True)
class Reply:
    """Spotify's answer to one call: the body as a JSON value or, if it is not valid JSON, as text."""

    path: str
    params: dict[str, Json]
    status: int
    body: Json
    text: str | None
    moment: dt.datetime
    retry_after: float | None = None
    is_redacted: bool = False
    """Whether the answer repeated a secret of this run, which was replaced."""

    closed: str = ""
    """For a 429: until when its endpoint family is not called, as a sentence."""

    @property
    def is_over_quota(self) -> bool:
        """Return whether an endpoint family has used up its calls of the day."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return self.status == 429 and isinstance(error, dict) and error.get("reason") == "QUOTA_EXCEEDED"

    @property
    def message(self) -> str:
        """Return the message of an error body, for people."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        message = error.get("message") if isinstance(error, dict) else error
        return shorten(message or "no message")


class RecordingSession(requests.Session):
    """A session that obeys the throttle, keeps its last answer, follows no redirect, retries temporary failures."""

    def __init__(self, url: str, throttle: Throttle) -> None:
        """Connect to nothing yet; a simulator on this machine is not called through the environment's proxy."""
        super().__init__()
        self.last: requests.Response | None = None
        self.throttle = throttle
        self.trust_env = urlsplit(url).hostname not in LOOPBACK
        for scheme in ("http://", "https://"):
            self.mount(scheme, WholeAnswerAdapter())

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request until it is answered, a few times at most; a redirect would carry the token elsewhere."""
        self.last = None
        attempt = 0
        while True:
            self.throttle.enter(str(args[1]))
            attempt += 1
            pause = BACKOFF * 2 ** (attempt - 1)
            is_last = attempt == ATTEMPTS
            options = {**kwargs, "allow_redirects": False, "timeout": self.throttle.find_timeout(), "stream": True}
            try:
                self.last = read_body(super().request(*args, **options))
            except PASSING:
                if is_last or not self.throttle.has_time(pause):
                    raise
            else:
                pause = max(pause, read_retry_after(self.last) or 0.0)
                if is_last or is_sound(self.last) or pause > SHORT or not self.throttle.has_time(pause):
                    return self.last
            self.throttle.pause(pause)


class MemoryLogin(CacheHandler):  # type: ignore[misc]
    """Holds the access token, and hands a new refresh token to where the secret came from."""

    def __init__(self, secret: Secret, token: dict[str, Any] | None, keep_refresh_token: Callable[[str], None]) -> None:
        """Start with a token that must be refreshed, or without one."""
        self.redactor = Redactor(secret.client_id, secret.client_secret)
        self.redactor.add(secret.refresh_token)
        self.token = token
        self.keep_refresh_token = keep_refresh_token

    def get_cached_token(self) -> dict[str, Any] | None:
        """Give spotipy the token."""
        return self.token

    def save_token_to_cache(self, token_info: dict[str, Any]) -> None:
        """Take a token from spotipy."""
        before = (self.token or {}).get("refresh_token")
        self.token = token_info
        for name in ("access_token", "refresh_token"):
            self.redactor.add(str(token_info.get(name) or ""))
        after = token_info.get("refresh_token")
        if after and after != before:
            self.keep_refresh_token(after)

    def expire(self) -> None:
        """Have the access token refreshed before the next call."""
        if self.token:
            self.token["expires_at"] = 0


class Client:
    """Spotify for one account or one app; counts the calls."""

    def __init__(self, secret: Secret, service: Service, throttle: Throttle, keep_token: Callable[[str], None]) -> None:
        """Connect to nothing yet."""
        self.has_login = secret.refresh_token is not None
        self.small_pages: set[str] = set()
        self.throttle = throttle
        self._service = service
        self._login = MemoryLogin(secret, _build_stale_token(secret), keep_token)
        self._auth = build_auth(secret, service, self._login, throttle)
        self._session = RecordingSession(service.api_url, throttle)
        self._spotify = Spotify(auth_manager=self._auth, requests_session=self._session)
        self._spotify.prefix = service.api_url

    @property
    def calls(self) -> int:
        """Count the calls of the API, those made again included."""
        return self.throttle.calls

    def ask(self, call: Call) -> Reply:
        """Make one call; wait out short limits, and remember a long one or a quota that is used up."""
        reply = self._ask_fresh(call)
        for attempt in range(SHORT_LIMITS):
            if reply.status != 429 or reply.is_over_quota:
                break
            if not self.throttle.wait_out(reply.path, reply.retry_after, attempt):
                break
            reply = self._ask_fresh(call)
        if reply.status == 429:
            self.throttle.close(reply.path, reply.retry_after, reply.is_over_quota)
            return replace(reply, closed=self.throttle.describe_closed(reply.path))
        return reply

    def _ask_fresh(self, call: Call) -> Reply:
        """Make one call; if Spotify rejects the access token as expired, get a new one and retry once."""
        reply = self._ask_once(call)
        if reply.status == 401:
            self._login.expire()
            reply = self._ask_once(call)
        if reply.status == 401:
            raise ExtractError(
                f"Spotify answers 401 to a new access token ({reply.message}): expected it to be taken.", errors.LOGIN
            )
        return reply

    def ask_next(self, page: JsonObject, path: str) -> Reply:
        """Ask for the page after this one, which came from a path; the token goes to no other host or endpoint."""
        link = page.get("next")
        origin = _name_origin(link)
        if origin != _name_origin(self._service.api_url):
            raise SourceError(f"the next link is to {shorten(origin)}: expected one to {self._service.api_url}")
        target = urlsplit(str(link)).path
        if _name_endpoint(target) != _name_endpoint(path):
            raise SourceError(f"the next link is to {shorten(target)}: expected one to {path}, as the page before")
        return self.ask(lambda spotify: spotify.next(page))

    def find_account(self) -> str:
        """Ask who the user is."""
        try:
            reply = self.ask(lambda spotify: spotify.me())
        except SourceError as error:
            reason = errors.LIMIT if error.status == "quota" else errors.UNREACHABLE
            raise ExtractError(f"{error}: expected to learn who the user is.", reason) from error
        require_no_end(reply)
        account = reply.body.get("id") if isinstance(reply.body, dict) else None
        if reply.status == 200 and isinstance(account, str) and account:
            return account
        raise ExtractError(
            f"Spotify answers {reply.status} ({reply.message}) to the question who the user is: expected an id.",
            NAMELESS.get(reply.status, errors.UNREACHABLE),
        )

    def _ask_once(self, call: Call) -> Reply:
        """Make one call and return the answer, whatever it is."""
        require_token(self._auth)
        self._session.last = None
        body: Json = None
        try:
            body = call(self._spotify)
        except requests.RequestException as error:
            raise SourceError(f"no answer from {self._service.api_url}: {describe(error)}") from error
        except (SpotifyException, AttributeError, ValueError, RecursionError):
            # AttributeError: spotipy fails on an error body whose `error` is a string. The last two: what it is
            # given cannot be sent, or lists inside lists are more than Python's reader takes.
            body = None
        if self._session.last is None:
            raise SourceError(f"spotipy did not send the call to {self._service.api_url}: expected an answer")
        answer = self._session.last
        return _redact_reply(_build_reply(answer, body, self.throttle.clock()), self._login.redactor, answer)


def is_sound(response: requests.Response) -> bool:
    """Return whether an answer is final: not a temporary failure, and not a success with half a body."""
    if response.status_code != 200:
        return response.status_code not in FAILING
    body = response.content.strip()
    return body.startswith(b"{") and body.endswith(b"}")


def read_retry_after(response: requests.Response) -> float | None:
    """Read Retry-After as seconds or as a date; None if it is neither."""
    text = response.headers.get("Retry-After", "").strip()
    if SECONDS.fullmatch(text):
        return float(text)
    try:
        until, now = (parsedate_to_datetime(date) for date in (text, response.headers.get("Date", "")))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return None


def shorten(message: object) -> str:
    """Shorten Spotify's text to one line, without mail addresses."""
    text = mask_text(" ".join(str(message).split()))
    return E_MAIL.sub("…", text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…")


def build_auth(
    secret: Secret, service: Service, login: CacheHandler, throttle: Throttle
) -> SpotifyClientCredentials | SpotifyOAuth:
    """Build spotipy's authorization: the user's if there is a refresh token, else the app's."""
    if secret.refresh_token:
        return build_user_auth(secret, service, login, throttle)
    auth = SpotifyClientCredentials(
        client_id=secret.client_id, client_secret=secret.client_secret,
        requests_session=RecordingSession(service.accounts_url, throttle), cache_handler=login,
    )  # fmt: skip
    auth.OAUTH_TOKEN_URL = f"{service.accounts_url}api/token"
    return auth


def build_user_auth(
    secret: Secret, service: Service, login: CacheHandler, throttle: Throttle, redirect: str = UNUSED_REDIRECT
) -> SpotifyOAuth:
    """Build the user's authorization; the redirect address matters only in the login itself."""
    auth = SpotifyOAuth(
        client_id=secret.client_id, client_secret=secret.client_secret, redirect_uri=redirect, scope=list(SCOPES),
        requests_session=RecordingSession(service.accounts_url, throttle), open_browser=False, cache_handler=login,
    )  # fmt: skip
    auth.OAUTH_TOKEN_URL = f"{service.accounts_url}api/token"
    auth.OAUTH_AUTHORIZE_URL = f"{service.accounts_url}authorize"
    return auth


class KeyedSession(RecordingSession):
    """Proves, where it exchanges the code of a login, that the login was asked for here (PKCE)."""

    def __init__(self, url: str, throttle: Throttle, verifier: str) -> None:
        """Keep what proves it."""
        super().__init__(url, throttle)
        self.verifier = verifier

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send the proof beside the code."""
        data = kwargs.get("data")
        if isinstance(data, dict) and data.get("grant_type") == "authorization_code":
            kwargs["data"] = {**data, "code_verifier": self.verifier}
        return super().request(*args, **kwargs)


def prove_key(auth: SpotifyOAuth, service: Service) -> dict[str, str]:
    """Draw the PKCE key of a login and return its challenge: without the key a stolen code is useless.

    Source: https://datatracker.ietf.org/doc/html/rfc7636 (section 4)
    """
    verifier = secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode()).digest()
    auth._session = KeyedSession(service.accounts_url, auth._session.throttle, verifier)
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"code_challenge_method": "S256", "code_challenge": challenge}


def require_token(auth: SpotifyClientCredentials | SpotifyOAuth, code: str | None = None) -> None:
    """Have an access token at hand, at a login for its code; say in one line why there is none."""
    try:
        if code is None:
            auth.get_access_token(as_dict=False)
        else:
            auth.get_access_token(code, as_dict=False, check_cache=False)
    except SpotifyOauthError as error:
        raise explain_refusal(error, auth.cache_handler.redactor) from None
    except (requests.RequestException, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ExtractError(
            f"no access token from {auth.OAUTH_TOKEN_URL}: {describe(error)}; expected one.", errors.UNREACHABLE
        ) from error


def explain_refusal(error: SpotifyOauthError, redactor: Redactor) -> ExtractError:
    """Explain why Spotify refuses a token, and what to do; an answer may repeat what it was sent."""
    reason = shorten(redactor.redact_text(str(error.error_description or error.error or "no reason given")))
    if error.error == "invalid_grant":
        return ExtractError(
            f"the login is dead ({reason}): expected a valid refresh token. Log in again with `lakehouse login`.",
            errors.LOGIN,
        )
    if error.error in ("invalid_client", "unauthorized_client"):
        return ExtractError(
            f"Spotify does not know the app ({reason}): expected client_id and client_secret from the dashboard.",
            errors.LOGIN,
        )
    return ExtractError(f"no access token from Spotify ({reason}): expected one.", errors.UNREACHABLE)


def require_no_end(reply: Reply) -> None:
    """Raise if an answer means that no other call of this run can succeed."""
    message = reply.message.lower()
    if reply.status == 403 and "premium" in message:
        raise ExtractError(
            f"Spotify answers 403 ({reply.message}): expected the app's owner to have Premium.", errors.PREMIUM
        )
    if reply.status == 403 and "register" in message:
        raise ExtractError(
            f"Spotify answers 403 ({reply.message}): expected the user on the app's list (developer dashboard, User"
            " Management).",
            errors.USER,
        )


def quiet_libraries(level: int) -> None:
    """Keep libraries from logging below a level: at DEBUG urllib3 and botocore print addresses and the stored secret.

    spotipy says nothing at all: it prints tokens at DEBUG, and at ERROR whatever a broken answer holds.
    """
    logging.getLogger("spotipy").setLevel(SILENT)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(level)


def describe(error: Exception) -> str:
    """Name an error of the network without its addresses and parameters."""
    if isinstance(error, AnswerTooLargeError):
        return str(error)
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
    """Record request and answer; spotipy gives nothing for an error, and None for a body that is not valid JSON."""
    text = None
    if body is None or NO_JSON.search(response.content):
        body, text = _read_body(response)
    url = urlsplit(str(response.request.url))
    params: dict[str, Json] = dict(parse_qsl(url.query, keep_blank_values=True))
    return Reply(url.path, params, response.status_code, body, text, moment, read_retry_after(response))


def _redact_reply(reply: Reply, redactor: Redactor, response: requests.Response) -> Reply:
    """Replace the secrets that an answer repeats; whatever is landed, stored or logged comes from this copy."""
    try:
        # As deep as it will be in its line.
        if not redactor.has_secret([[reply.path, reply.params, reply.body, reply.text]]):
            return reply
        body = redactor.redact(reply.body)
    except RecursionError:
        # Lists inside lists are more than Python writes: it is kept as text.
        whole = redactor.redact_text(response.text)
        return replace(reply, body=None, text=whole, is_redacted=whole != response.text)
    path = redactor.redact_text(reply.path)
    params = {redactor.redact_text(name): redactor.redact(value) for name, value in reply.params.items()}
    text = None if reply.text is None else redactor.redact_text(reply.text)
    return replace(reply, path=path, params=params, body=body, text=text, is_redacted=True)


def _read_body(response: requests.Response) -> tuple[Json, str | None]:
    """Read a body strictly: NaN and Infinity, which Python accepts, are not valid JSON."""
    try:
        return json.loads(response.content, parse_constant=_read_finite, parse_float=_read_finite), None
    except (ValueError, RecursionError):
        return None, response.text


def _read_finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not valid JSON")
    return number


def _name_endpoint(path: str) -> str:
    """Name the endpoint of a path; Spotify writes two of them in two ways."""
    path = path.rstrip("/")
    path = re.sub(r"/users/[^/]+/playlists$", "/me/playlists", path)
    return re.sub(r"(/playlists/[^/]+)/tracks$", r"\1/items", path)


def _name_origin(url: Json) -> str:
    """Return the host and path of an address; empty if it is not valid."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        parts = None
    return f"{parts.scheme}://{parts.netloc}" if parts else "no address"
