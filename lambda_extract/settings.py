"""The one place where the extractor reads its environment."""

import datetime as dt
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from lambda_extract import errors
from lambda_extract.errors import ExtractError

REQUIRED = {
    "EXTRACT_SECRET": "name of the secret in Secrets Manager",
    "EXTRACT_SOURCES": "sources document, s3://… or a path",
    "EXTRACT_RAW": "where raw objects are landed, s3://bucket/raw or a folder",
}
NUMBERS = {
    "EXTRACT_PACE": (45, 1, "calls in any 30 seconds"),
    "EXTRACT_RESERVE": (20, 1, "seconds kept to land what came"),
    "EXTRACT_LOGIN_DAYS": (150, 1, "age of a login, in days, from which runs warn"),
    "EXTRACT_SECRET_DAYS": (180, 1, "age of the client secret, in days, from which runs warn"),
}
"""Settings that are numbers: default, least, and what they mean."""

BUDGETS = {"artists": 500, "artists/albums": 90, "playlists": 2000, "search": 200, "albums": 500, "tracks": 500}
"""Calls in 24 hours, below what apps in development mode report; a family without an entry has no budget."""

API_URL = "https://api.spotify.com/v1/"
ACCOUNTS_URL = "https://accounts.spotify.com/"
NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
"""Names of accounts, as Terraform takes them."""

Clock = Callable[[], dt.datetime]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Service:
    """Where Spotify is: the real one, or a simulator. Both addresses end in a slash."""

    api_url: str = API_URL
    accounts_url: str = ACCOUNTS_URL


@dataclass(frozen=True)
class Numbers:
    """How a run behaves."""

    pace: int = NUMBERS["EXTRACT_PACE"][0]
    reserve: int = NUMBERS["EXTRACT_RESERVE"][0]
    login_days: int = NUMBERS["EXTRACT_LOGIN_DAYS"][0]
    secret_days: int = NUMBERS["EXTRACT_SECRET_DAYS"][0]


@dataclass(frozen=True)
class Settings:
    """The settings of one run, from the environment."""

    secret: str
    sources: str
    raw: str
    state: str
    service: Service
    now: dt.datetime | None = None
    numbers: Numbers = field(default_factory=lambda: Numbers())
    budgets: Mapping[str, int] = field(default_factory=lambda: BUDGETS)
    name: str = ""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; one error names every variable that is missing or wrong."""
    given = {name: environment.get(name, "") for name in REQUIRED}
    problems = [f"{name} is not set ({REQUIRED[name]})" for name, value in given.items() if not value]
    service = _read_or_note(read_service, environment, problems) or Service()
    now = _read_or_note(read_now, environment, problems)
    numbers = _read_or_note(read_numbers, environment, problems) or Numbers()
    budgets = _read_or_note(read_budgets, environment, problems) or BUDGETS
    state = environment.get("EXTRACT_STATE") or place_beside(given["EXTRACT_RAW"])
    name = environment.get("EXTRACT_ACCOUNT", "")
    if name and not NAME.fullmatch(name):
        problems.append(f"EXTRACT_ACCOUNT={name}: expected up to 12 lower-case letters and digits")
    if problems:
        raise ExtractError(f"environment: {'; '.join(problems)}. Nothing was fetched.", errors.SETTINGS)
    return Settings(
        given["EXTRACT_SECRET"], given["EXTRACT_SOURCES"], given["EXTRACT_RAW"], state, service, now, numbers, budgets,
        name,
    )  # fmt: skip


def wants_details(environment: Mapping[str, str]) -> bool:
    """Return whether each run reports all its figures as metrics."""
    return environment.get("EXTRACT_METRICS") == "all"


def read_service(environment: Mapping[str, str]) -> Service:
    """Read where Spotify is; SPOTIFY_API_URL and SPOTIFY_ACCOUNTS_URL point at a simulator."""
    api = environment.get("SPOTIFY_API_URL") or API_URL
    accounts = environment.get("SPOTIFY_ACCOUNTS_URL") or ACCOUNTS_URL
    wrong = [
        f"{name}={url}: expected an address like {example}"
        for name, url, example in (
            ("SPOTIFY_API_URL", api, API_URL),
            ("SPOTIFY_ACCOUNTS_URL", accounts, ACCOUNTS_URL),
        )
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    return Service(api.rstrip("/") + "/", accounts.rstrip("/") + "/")


def place_beside(raw: str) -> str:
    """Return the place of the state: `state` beside the raw folder, or inside the bucket if that is the raw place."""
    start, slash, _ = raw.rstrip("/").rpartition("/")
    if raw.startswith("s3://") and start == "s3:/":
        return f"{raw.rstrip('/')}/state"
    return f"{start}{slash}state"


def read_numbers(environment: Mapping[str, str]) -> Numbers:
    """Read the settings that are numbers; one error names all that are wrong."""
    numbers, wrong = [], []
    for name, (default, least, meaning) in NUMBERS.items():
        text = environment.get(name) or str(default)
        if text.isascii() and text.isdigit() and int(text) >= least:
            numbers.append(int(text))
        else:
            wrong.append(f"{name}={text}: expected a whole number from {least} ({meaning})")
    if wrong:
        raise ValueError("; ".join(wrong))
    return Numbers(*numbers)


def read_budgets(environment: Mapping[str, str]) -> dict[str, int]:
    """Read the calls that endpoint families may have in 24 hours, over the defaults; 0 lifts a budget."""
    text = environment.get("EXTRACT_BUDGETS", "")
    pairs = [pair.partition("=") for pair in text.split()]
    wrong = ["".join(pair) for pair in pairs if not pair[0] or not (pair[2].isascii() and pair[2].isdigit())]
    if wrong:
        raise ValueError(f"EXTRACT_BUDGETS={text}: {', '.join(wrong)}; expected families like search=200 artists=0")
    given = {family: int(number) for family, _, number in pairs}
    return {family: number for family, number in (BUDGETS | given).items() if number}


def build_clock(now: dt.datetime | None = None) -> Clock:
    """Return a clock in UTC; with `now`, it starts at that moment."""
    if now is None:
        return lambda: dt.datetime.now(dt.UTC)
    start, moment = time.monotonic(), now
    return lambda: moment + dt.timedelta(seconds=time.monotonic() - start)


def read_now(environment: Mapping[str, str]) -> dt.datetime | None:
    """Read the moment a simulated run starts at; only tests and the simulation of past days set it."""
    text = environment.get("EXTRACT_NOW", "")
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"EXTRACT_NOW={text}: expected a moment like 2026-11-05T06:00:00Z") from error
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)


def _read_or_note(
    read: Callable[[Mapping[str, str]], Value], environment: Mapping[str, str], problems: list[str]
) -> Value | None:
    """Read a setting, or note what is wrong with it."""
    try:
        return read(environment)
    except ValueError as error:
        problems.append(str(error))
        return None
