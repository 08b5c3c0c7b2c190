"""One run by the clock: fetch and load, without a person; and what is known of the last one."""

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakehouse.console import complain
from lakehouse.errors import UserError
from lakehouse.extracting.extract import extract
from lakehouse.extracting.login import build_console, read_environment, read_secret
from lakehouse.jobs.load import load
from lakehouse.temporary import is_free
from lambda_extract.errors import ExtractError

NOTE = "schedule.json"
"""Beside the raw objects: when the last run was, and how it ended."""
LOCK = ".schedule.lock"


@dataclass(frozen=True)
class Places:
    """What is fetched, and where everything is."""

    sources: Path
    raw: Path
    warehouse: Path
    login: Path

    @property
    def folder(self) -> Path:
        """Return the folder of note, log and lock."""
        return self.raw.absolute().parent


def run_scheduled(places: Places) -> int:
    """Fetch and load once; return the exit code. Where another run is under way, leave with one line."""
    places.folder.mkdir(parents=True, exist_ok=True)
    with _alone(places.folder) as is_alone:
        if not is_alone:
            sys.stderr.write(f"schedule run: another run is under way in {places.folder}; this one leaves it to that\n")
            return 0
        started = dt.datetime.now(dt.UTC)
        code, summary = _fetch_and_load(places)
        ended = dt.datetime.now(dt.UTC)
        note = {"started": started.isoformat(), "ended": ended.isoformat(), "exit_code": code, "said": summary}
        unfinished = places.folder / f".{NOTE}.new"
        unfinished.write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(places.folder / NOTE)
        if summary:
            complain(f"schedule run: {summary}")
        return code


def _fetch_and_load(places: Places) -> tuple[int, str]:
    """Return the exit code and, where it is not 0, why. What was fetched is loaded also where fetching failed."""
    code, reasons = 0, []
    try:
        if read_secret(places.login, read_environment(os.environ)).refresh_token is None:
            raise UserError(f"{places.login} holds no login; `lakehouse login` makes one, once.")
        outcome = extract(places.sources, places.raw, places.login, build_console())
        if not outcome.is_complete:
            code = 1
            reasons.append("a source was not read to its end; the next run goes on")
    except (UserError, ExtractError) as error:
        code = 2
        reasons.append(str(error))
    try:
        if any(places.raw.glob("extraction_date=*/*.ndjson.gz")) and (loaded := load(places.raw, places.warehouse)):
            code = 2
            reasons.append(f"the load ended with exit code {loaded}; the next run loads the rest")
    except UserError as error:
        code = 2
        reasons.append(str(error))
    return code, " ".join(reasons)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Return whether no other run is under way; the lock ends with the process, however that ends."""
    with (folder / LOCK).open("a") as lock:
        yield is_free(lock)


def is_under_way(folder: Path) -> bool:
    """Return whether a run is under way."""
    if not (folder / LOCK).exists():
        return False
    with _alone(folder) as is_alone:
        return not is_alone


def read_note(folder: Path) -> Mapping[str, Any] | None:
    """Return what is known of the last run; None where there was none, or its note is not one of ours."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        span = [dt.datetime.fromisoformat(note[name]) for name in ("started", "ended")]
        is_whole = all(moment.tzinfo for moment in span) and {"exit_code", "said"} <= note.keys()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return note if is_whole else None
