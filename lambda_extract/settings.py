"""The one place where the extractor reads its environment."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from lambda_extract import faults
from lambda_extract.faults import ExtractError

REQUIRED = {
    "EXTRACT_SECRET": "name of the secret in Secrets Manager",
    "EXTRACT_SOURCES": "sources document, s3://… or a path",
    "EXTRACT_RAW": "where raw objects are landed, s3://bucket/raw or a folder",
}
API_URL = "https://api.spotify.com/v1/"
ACCOUNTS_URL = "https://accounts.spotify.com/"
Clock = Callable[[], dt.datetime]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Service:
    """Where Spotify is: the real one, or a simulator. Both addresses end in a slash."""

    api_url: str = API_URL
    accounts_url: str = ACCOUNTS_URL


@dataclass(frozen=True)
class Settings:
    """What one run of the Lambda function is told by its environment."""

    secret: str
    sources: str
    raw: str
    service: Service
    now: dt.datetime | None = None


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; one error names every variable that is missing or wrong."""
    found = {name: environment.get(name, "") for name in REQUIRED}
    problems = [f"{name} is not set ({REQUIRED[name]})" for name, value in found.items() if not value]
    service = _read_or_note(read_service, environment, problems) or Service()
    now = _read_or_note(read_now, environment, problems)
    if problems:
        raise ExtractError(f"environment: {'; '.join(problems)}. Nothing was fetched.", faults.SETTINGS)
    return Settings(found["EXTRACT_SECRET"], found["EXTRACT_SOURCES"], found["EXTRACT_RAW"], service, now)


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


def build_clock(now: dt.datetime | None = None) -> Clock:
    """Return a clock in UTC; one that is told when it is now goes on from there."""
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
