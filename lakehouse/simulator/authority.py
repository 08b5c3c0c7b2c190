"""The accounts service: logins, codes and tokens, in memory."""

import datetime as dt
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from lakehouse.simulator.accounts import ACCOUNTS, SCOPES
from lakehouse.simulator.regimes import Json

TOKEN_SECONDS = 3600
LOGIN_DAYS = 183
Value = TypeVar("Value")


class AuthorityError(Exception):
    """A refusal of the accounts service, always a 400."""

    def __init__(self, error: str, description: str) -> None:
        """Remember the two texts that the service answers with."""
        super().__init__(f"{error}: {description}")
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True)
class Login:
    """What a listener agreed to, and when by the simulator's day."""

    account_id: str
    scopes: frozenset[str]
    logged_in_on: dt.date
    redirect_uri: str = ""
    challenge: str = ""
    """Of a login with PKCE: the hash of the key that comes with the code."""


@dataclass(frozen=True)
class Access:
    """What an access token opens, and until when; without an account it comes from client credentials."""

    account_id: str | None
    scopes: frozenset[str]
    expires_at: float


class Authority:
    """Gives and takes codes and tokens for one app."""

    def __init__(self, client_id: str, client_secret: str, rotate: bool, today: Callable[[], dt.date]) -> None:
        """Start without any login."""
        self.client_id, self.client_secret, self.rotate, self.today = client_id, client_secret, rotate, today
        self.codes: dict[str, Login] = {}
        self.refreshes: dict[str, Login] = {}
        self.accesses: dict[str, Access] = {}

    def log_in(self, account_id: str, scopes: frozenset[str], redirect_uri: str = "", challenge: str = "") -> Login:
        """Return a login of this day."""
        if account_id not in ACCOUNTS or not scopes <= SCOPES:
            raise ValueError(f"unknown account {account_id} or scopes {sorted(scopes - SCOPES)}")
        return Login(account_id, scopes, self.today(), redirect_uri, challenge)

    def add_code(self, login: Login) -> str:
        """Return a code that is good for one exchange."""
        return add_token(self.codes, login)

    def add_refresh_token(self, login: Login) -> str:
        """Return a refresh token."""
        return add_token(self.refreshes, login)

    def expire_access_tokens(self) -> None:
        """End every access token, as an hour would."""
        for token, access in list(self.accesses.items()):
            self.accesses[token] = Access(access.account_id, access.scopes, monotonic())

    def answer(self, credentials: tuple[str, str] | None, form: Mapping[str, str]) -> Json:
        """Return tokens for a grant."""
        self.require_client(credentials)
        grants = {
            "client_credentials": lambda _form: self.give(None),
            "authorization_code": self.exchange_code,
            "refresh_token": self.refresh,
        }
        if form.get("grant_type") not in grants:
            raise AuthorityError("unsupported_grant_type", "grant_type must be known")
        return grants[form["grant_type"]](form)

    def require_client(self, credentials: tuple[str, str] | None) -> None:
        """Refuse whoever is not the app."""
        if credentials is None or credentials[0] != self.client_id:
            raise AuthorityError("invalid_client", "Invalid client")
        if not secrets.compare_digest(credentials[1].encode(), self.client_secret.encode()):
            raise AuthorityError("invalid_client", "Invalid client secret")

    def exchange_code(self, form: Mapping[str, str]) -> Json:
        """Return the first tokens of a login."""
        login = self.codes.pop(form.get("code", ""), None)
        if login is None:
            raise AuthorityError("invalid_grant", "Invalid authorization code")
        if login.redirect_uri != form.get("redirect_uri"):
            raise AuthorityError("invalid_grant", "Invalid redirect URI")
        if login.challenge and not secrets.compare_digest(login.challenge, challenge_of(form.get("code_verifier", ""))):
            raise AuthorityError("invalid_grant", "code_verifier was incorrect")
        return {**self.give(login), "refresh_token": self.add_refresh_token(login)}

    def refresh(self, form: Mapping[str, str]) -> Json:
        """Return a new access token; with rotation also a new refresh token, and the old one is dead."""
        token = form.get("refresh_token", "")
        login = self.refreshes.get(token)
        if login is None:
            raise AuthorityError("invalid_grant", "Invalid refresh token")
        if (self.today() - login.logged_in_on).days > LOGIN_DAYS:
            raise AuthorityError("invalid_grant", "Refresh token expired")
        if not self.rotate:
            return self.give(login)
        if self.refreshes.pop(token, None) is None:
            raise AuthorityError("invalid_grant", "Refresh token revoked")
        return {**self.give(login), "refresh_token": self.add_refresh_token(login)}

    def give(self, login: Login | None) -> Json:
        """Return an access token: a listener's, or with client credentials the app's own."""
        scopes = login.scopes if login else frozenset[str]()
        access = Access(login.account_id if login else None, scopes, monotonic() + TOKEN_SECONDS)
        body: Json = {
            "access_token": add_token(self.accesses, access),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
        }
        return {**body, "scope": " ".join(sorted(scopes))} if login else body


def add_token(known: dict[str, Value], value: Value) -> str:
    """Remember a value under a new token, and return the token."""
    token = secrets.token_urlsafe(24)
    known[token] = value
    return token


def challenge_of(verifier: str) -> str:
    """Return the challenge that belongs to a verifier (RFC 7636, S256)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def is_secure(redirect_uri: str) -> bool:
    """Return whether an app may register an address: https, or http to a loopback address, never localhost."""
    try:
        parts = urlsplit(redirect_uri)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return host not in ("", "localhost") and not parts.fragment
        return parts.scheme == "http" and not parts.fragment and host in ("127.0.0.1", "::1")
    except ValueError:
        return False


def with_query(address: str, added: Mapping[str, str]) -> str:
    """Return an address with more in its query."""
    parts = urlsplit(address)
    query = "&".join(filter(None, [parts.query, urlencode(added)]))
    return urlunsplit(parts._replace(query=query))
