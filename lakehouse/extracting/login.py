"""Log in to Spotify once, in the browser, and keep what the extractor needs.

It is kept in a file of one's own or, with a name, in Secrets Manager, where the Lambda function reads it.
"""

import contextlib
import datetime as dt
import json
import os
import secrets
import stat
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from lakehouse.aws.region import require_region
from lakehouse.console import PlainConsole
from lakehouse.defaults import LOGIN
from lakehouse.errors import UserError
from lakehouse.extracting.callback import listen, name_redirect
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
    prove_key,
    quiet_libraries,
    require_token,
)
from lambda_extract.spotify.secret import SCOPES, Secret, parse_secret, write_rotated
from lambda_extract.spotify.throttle import Throttle

PORT = 8888
PATIENCE = 300.0
PARTS = ("client_id", "client_secret", "refresh_token")
STEPS = """{missing}. How to get them, once:
  1. Open https://developer.spotify.com/dashboard and choose Create app (the app's owner needs Premium).
  2. As redirect URI enter {redirect} exactly like this, as API choose Web API, save.
  3. If the music is another account's: add it under User Management.
  4. Under Settings copy Client ID and Client secret, then:
     export SPOTIFY_CLIENT_ID=… SPOTIFY_CLIENT_SECRET=…
     {command}"""
ELSEWHERE = """The browser runs on another machine? After you agree it cannot show the page it is sent to:
copy the whole address of that page, paste it here and press Enter."""


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
    """Read the environment; the file may hold the parts of the secret instead."""
    try:
        service, now = read_service(environment), read_now(environment)
    except ValueError as error:
        raise UserError(f"{error}. Nothing was done.") from error
    values = {name: environment.get(f"SPOTIFY_{name.upper()}", "").strip() for name in PARTS}
    return Environment({name: value for name, value in values.items() if value}, service, now)


def read_secret(path: Path, environment: Environment, port: int = PORT) -> Secret:
    """Read the secret from the file and the environment; a login may be missing."""
    return build_secret(_read_fields(path), environment, str(path), port)


def build_secret(
    known: JsonObject, environment: Environment, place: str, port: int, command: str = "lakehouse login"
) -> Secret:
    """Build the secret of what is kept and of the environment, which counts first."""
    fields = known | dict(environment.given)
    if known.get("client_secret") != fields.get("client_secret"):
        fields.pop("client_secret_date", None)
    missing = [name for name in PARTS[:2] if not fields.get(name)]
    if missing:
        raise UserError(describe_steps(missing, place, port, command))
    try:
        return parse_secret(json.dumps(fields), place)
    except ExtractError as error:
        raise UserError(str(error)) from error


def describe_steps(missing: Sequence[str], place: str, port: int, command: str) -> str:
    """Say what is missing and how a person gets it."""
    names = " and ".join(f"SPOTIFY_{name.upper()}" for name in missing)
    verb = "is" if len(missing) == 1 else "are"
    missing_names = f"{names} {verb} not set, and {place} does not have them"
    return STEPS.format(missing=missing_names, redirect=name_redirect(port), command=command)


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
        """Read what is there; nothing if the secret does not exist yet."""
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
    auth = build_user_auth(secret, environment.service, login, Throttle(environment.clock), name_redirect(port))
    challenge = prove_key(auth, environment.service)
    with listen(port, state) as server:
        show(f"{auth.get_authorize_url(state=state)}&{urlencode(challenge)}")
        code = server.wait(patience)
        try:
            require_token(auth, code)
            account = _keep_login(secret, login, environment, keeper)
        except ExtractError as error:
            raise UserError(f"{error} The login is not kept.") from error
        server.tell(f"Logged in as {account}.")
    return account


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
    account = Client(kept, environment.service, Throttle(environment.clock), newest.append).find_account()
    keeper.keep(write_rotated(kept, newest[-1]))
    return account


def show_address(address: str, console: Console, with_browser: bool) -> None:
    """Print the address to log in at, and open it."""
    console.print(f"Log in at Spotify:\n{address}\n{ELSEWHERE}")
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
        require_region("Nothing was kept.")
        keeper = SecretInAws(secret_name)
        command = f"lakehouse login --secret {secret_name}"
        secret = build_secret(keeper.read(), environment, keeper.place, port, command)
    else:
        keeper, secret = SecretFile(path), read_secret(path, environment, port)
    account = log_in(secret, environment, keeper, port, lambda address: show_address(address, console, with_browser))
    console.print(f"Logged in as {mask_text(account)}. The login is kept in {keeper.place}; it lasts six months.")
