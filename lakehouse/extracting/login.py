"""Log in to Spotify once, in the browser, and keep what the extractor needs.

It is kept in a file of one's own or, with a name, in Secrets Manager, where the Lambda function reads it.
"""

import contextlib
import datetime as dt
import html
import json
import os
import secrets
import stat
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from lakehouse.console import PlainConsole
from lakehouse.errors import UserError
from lakehouse.paths import LOGIN
from lambda_extract import errors
from lambda_extract.aws import SecretStore
from lambda_extract.errors import ExtractError
from lambda_extract.plain_text import mask_text
from lambda_extract.raw_format import JsonObject
from lambda_extract.settings import Clock, Service, build_clock, read_now, read_service
from lambda_extract.spotify.client import (
    SILENT,
    Client,
    MemoryLogin,
    build_user_auth,
    quiet_libraries,
    require_token,
    shorten,
)
from lambda_extract.spotify.secret import SCOPES, Secret, parse_secret, write_rotated
from lambda_extract.spotify.throttle import Gate

PORT = 8888
PATIENCE = 300.0
PARTS = ("client_id", "client_secret", "refresh_token")
STEPS = """{missing}. How to get them, once:
  1. Open https://developer.spotify.com/dashboard and choose Create app (the app's owner needs Premium).
  2. As redirect URI enter {redirect} exactly like this, as API choose Web API, save.
  3. If the music is another account's: add it under User Management.
  4. Under Settings copy Client ID and Client secret, then:
     export SPOTIFY_CLIENT_ID=… SPOTIFY_CLIENT_SECRET=…
     lakehouse login"""
DONE = "<!doctype html><meta charset=utf-8><title>Spotify lakehouse</title><p>{text} You can close this window."


@dataclass(frozen=True)
class Environment:
    """What the programs run by hand take from the environment."""

    given: Mapping[str, str]
    """The parts of the secret that the environment has; they count before the file's."""

    service: Service
    now: dt.datetime | None

    @property
    def clock(self) -> Clock:
        """Build the run's clock."""
        return build_clock(self.now)


def read_environment(environment: Mapping[str, str]) -> Environment:
    """Read the environment; the parts of the secret may stand in the file instead."""
    try:
        service, now = read_service(environment), read_now(environment)
    except ValueError as error:
        raise UserError(f"{error}. Nothing was done.") from error
    found = {name: environment.get(f"SPOTIFY_{name.upper()}", "").strip() for name in PARTS}
    return Environment({name: value for name, value in found.items() if value}, service, now)


def read_secret(path: Path, environment: Environment, port: int = PORT) -> Secret:
    """Read the secret from the file and the environment; a login may be missing."""
    return build_secret(_read_fields(path), environment, str(path), port)


def build_secret(known: JsonObject, environment: Environment, place: str, port: int) -> Secret:
    """Build the secret of what is kept and of the environment, which counts first."""
    fields = known | dict(environment.given)
    if known.get("client_secret") != fields.get("client_secret"):
        fields.pop("client_secret_date", None)
    missing = [name for name in PARTS[:2] if not fields.get(name)]
    if missing:
        raise UserError(describe_steps(missing, place, port))
    try:
        return parse_secret(json.dumps(fields), place)
    except ExtractError as error:
        raise UserError(str(error)) from error


def describe_steps(missing: Sequence[str], place: str, port: int) -> str:
    """Say what is missing and how a person gets it."""
    names = " and ".join(f"SPOTIFY_{name.upper()}" for name in missing)
    verb = "is" if len(missing) == 1 else "are"
    seen = f"{names} {verb} not set, and {place} does not have them"
    return STEPS.format(missing=seen, redirect=name_redirect(port))


def name_redirect(port: int) -> str:
    """Name the address that Spotify sends the browser back to; it must be registered exactly so."""
    return f"http://127.0.0.1:{port}/callback"


def _read_fields(path: Path) -> JsonObject:
    """Read the file; one that others may read is refused."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UserError(f"{path} can be read by others: expected only its owner to. Do: chmod 600 {path}")
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; expected the file of `lakehouse login`.") from error
    except ValueError as error:
        raise UserError(
            f"{path} is not valid JSON: expected the file of `lakehouse login`. Remove it and log in again."
        ) from error
    return fields if isinstance(fields, dict) else {}


def write_secret(path: Path, text: str) -> None:
    """Write the file whole, readable by its owner only, in a folder that git ignores."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.parent.name == LOGIN.parent.name:
            (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
        partial.replace(path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; expected to write it. The login is not kept.") from error


@dataclass
class TokenFile:
    """Keeps a new refresh token in the file the secret came from; a file that cannot be written costs no run."""

    path: Path
    secret: Secret
    environment: Environment
    show: Callable[[str], None]

    def keep(self, refresh_token: str) -> None:
        """Store the token beside the rest, in the file also where the old one came from the environment."""
        try:
            write_secret(self.path, write_rotated(self.secret, refresh_token))
        except UserError as error:
            self.show(f"Spotify gave a new refresh token, and it could not be kept: {error}")
            return
        if "refresh_token" in self.environment.given:
            self.show(f"Spotify gave a new refresh token, now in {self.path}: unset SPOTIFY_REFRESH_TOKEN.")


class _Callback(BaseHTTPRequestHandler):
    """Takes the browser's return from Spotify."""

    server: "_CallbackServer"
    timeout = 5

    def do_GET(self) -> None:
        """Take the code, or the refusal; whatever does not belong to this login is turned away."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path != "/callback":
            self._say(404, "There is nothing here.")
        elif not secrets.compare_digest(query.get("state", "").encode(), self.server.state.encode()):
            self._say(400, "This does not belong to the login that is waiting.")
        elif "code" in query:
            self.server.code = query["code"]
            self._say(200, "Logged in.")
        else:
            self.server.refusal = shorten(query.get("error", "no code came"))
            self._say(200, f"Spotify says: {self.server.refusal}.")

    def _say(self, status: int, text: str) -> None:
        body = DONE.format(text=html.escape(text)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the line would show the code."""


class _CallbackServer(HTTPServer):
    """Waits on this machine for the browser's return."""

    timeout = 0.2

    def __init__(self, port: int, state: str) -> None:
        """Take the port, before the browser is opened."""
        self.state = state
        self.code: str | None = None
        self.refusal: str | None = None
        super().__init__(("127.0.0.1", port), _Callback)

    def wait(self, patience: float) -> str:
        """Wait for the code."""
        end = monotonic() + patience
        while self.code is None and self.refusal is None:
            if monotonic() > end:
                raise UserError(
                    f"no login within {patience:.0f} s: expected the browser to come back. Nothing was kept."
                )
            self.handle_request()
        if self.code is None:
            raise UserError(f"Spotify says {self.refusal}: expected a login. Nothing was kept.")
        return self.code


@contextlib.contextmanager
def _listen(port: int, state: str) -> Iterator[_CallbackServer]:
    """Listen on the port; one that is taken is said with the way out."""
    try:
        server = _CallbackServer(port, state)
    except OSError as error:
        raise UserError(
            f"port {port}: {error.strerror}; expected it to be free. Take another with --port, and register"
            " http://127.0.0.1:<port>/callback in the dashboard."
        ) from error
    with server:
        yield server


@dataclass(frozen=True)
class SecretFile:
    """The login in a file of one's own."""

    path: Path

    @property
    def place(self) -> str:
        """Say where it is."""
        return f"{self.path}, readable only by you"

    def keep(self, text: str) -> None:
        """Write it."""
        write_secret(self.path, text)


@dataclass(frozen=True)
class SecretInAws:
    """The login in Secrets Manager, which the Lambda function reads."""

    name: str

    @property
    def place(self) -> str:
        """Say where it is."""
        return f"Secrets Manager as {self.name}"

    def read(self) -> JsonObject:
        """Read what is there; nothing where there is no such secret yet."""
        try:
            fields = json.loads(SecretStore(self.name).read())
        except ExtractError as error:
            if error.reason == errors.SECRET:
                return {}
            raise
        except ValueError:
            return {}
        return fields if isinstance(fields, dict) else {}

    def keep(self, text: str) -> None:
        """Store a new version, or the first one."""
        store = SecretStore(self.name)
        try:
            try:
                store.write(text)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != "ResourceNotFoundException":
                    raise
                store.create(text)
        except (ClientError, BotoCoreError) as error:
            raise UserError(f"{self.place}: {error}; expected to write it. The login is not kept.") from error


def log_in(
    secret: Secret, environment: Environment, keeper: SecretFile | SecretInAws, port: int,
    show: Callable[[str], None], patience: float = PATIENCE,
) -> str:  # fmt: skip
    """Have a person log in, keep the secret, and return whose it is."""
    login, state = MemoryLogin(secret, None, lambda _: None), secrets.token_urlsafe(16)
    gate = Gate(environment.clock)
    auth = build_user_auth(secret, environment.service, login, gate, name_redirect(port))
    with _listen(port, state) as server:
        show(str(auth.get_authorize_url(state=state)))
        code = server.wait(patience)
    try:
        require_token(auth, code)
        return _keep_login(secret, login, environment, keeper)
    except ExtractError as error:
        raise UserError(f"{error} The login is not kept.") from error


def _keep_login(secret: Secret, login: MemoryLogin, environment: Environment, keeper: SecretFile | SecretInAws) -> str:
    """Try the login with one call, as the extractor will, then write it down."""
    today = environment.clock().date().isoformat()
    refresh_token = str((login.token or {}).get("refresh_token") or "")
    fields: JsonObject = {
        "client_id": secret.client_id,
        "client_secret": secret.client_secret,
        "client_secret_date": secret.fields.get("client_secret_date") or today,
        "refresh_token": refresh_token,
        "login_date": today,
        "scope": " ".join(SCOPES),
    }
    newest = [refresh_token]
    kept = parse_secret(json.dumps(fields), "of this login")
    account = Client(kept, environment.service, Gate(environment.clock), newest.append).find_account()
    keeper.keep(write_rotated(kept, newest[-1]))
    return account


def show_address(address: str, console: Console, with_browser: bool) -> None:
    """Print the address to log in at, and open it."""
    console.print(f"Log in at Spotify:\n{address}")
    if with_browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(address)


def build_console() -> Console:
    """Return a console that prints lines as they are."""
    return PlainConsole()


def run_login(path: Path, port: int, with_browser: bool, secret_name: str = "") -> None:
    """Log in and say as whom."""
    quiet_libraries(SILENT)
    environment, console = read_environment(os.environ), build_console()
    keeper: SecretFile | SecretInAws
    if secret_name:
        keeper = SecretInAws(secret_name)
        secret = build_secret(keeper.read(), environment, keeper.place, port)
    else:
        keeper, secret = SecretFile(path), read_secret(path, environment, port)
    account = log_in(secret, environment, keeper, port, lambda address: show_address(address, console, with_browser))
    console.print(f"Logged in as {mask_text(account)}. The login is kept in {keeper.place}; it lasts six months.")
