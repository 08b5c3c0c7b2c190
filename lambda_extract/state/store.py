"""Stores the state between runs: one small JSON object per account (its sources), one per app (its rate limits).

Neither is needed: if one is lost, broken or unreadable, that costs calls, never data.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from lambda_extract.aws import S3Place, find_place, find_text, put_text
from lambda_extract.raw_format import PRIVATE_FILE, Json, JsonObject, Source, make_private_folder
from lambda_extract.settings import Clock
from lambda_extract.spotify.limits import Limits, read_limits
from lambda_extract.state.run_state import RunState, SourceState, read_run_state

TROUBLE = (OSError, ValueError, RecursionError, ClientError, BotoCoreError)
Warn = Callable[[str, str], None]
"""Called with what could not be read or written, and why."""


@dataclass
class Store:
    """The state of one raw place and one app."""

    place: str
    raw: str
    client_id: str
    clock: Clock
    warn: Warn
    _hours_before: dict[str, dict[str, int]] = field(default_factory=dict)

    def read_limits(self, budgets: Mapping[str, int]) -> Limits:
        """Read what is known of the app's limits."""
        limits = read_limits(self._read(self._name_limits()), budgets, self.clock())
        self._hours_before = _copy(limits.hours)
        return limits

    def write_limits(self, limits: Limits) -> None:
        """Add this run's calls to what other runs of the app have written since."""
        now = self.clock()
        others = read_limits(self._read(self._name_limits()), limits.budgets, now)
        own = Limits(limits.budgets, limits.closed, _subtract(limits.hours, self._hours_before))
        self._write(self._name_limits(), others.join(own).write(now))

    def read_run_state(self, account: str | None) -> RunState:
        """Read what is known of an account's sources."""
        return read_run_state(self._read(self._name_run_state(account)), self.raw, self.clock())

    def write_run_state(self, account: str | None, run_state: RunState, learned: Mapping[Source, SourceState]) -> None:
        """Add what a run learned to what was known before, and to what other runs have written since."""
        run_state.add(self.read_run_state(account))
        run_state.learn(learned)
        self._write(self._name_run_state(account), run_state.write(self.raw, self.clock()))

    def _name_limits(self) -> str:
        return f"limits-{hashlib.sha256(self.client_id.encode()).hexdigest()[:12]}.json"

    def _name_run_state(self, account: str | None) -> str:
        """Name an account's object; without a login it is the app's."""
        if not account:
            return f"sources--{hashlib.sha256(self.client_id.encode()).hexdigest()[:12]}.json"
        # An id is any text: an unpaired surrogate cannot be encoded as UTF-8.
        owner = quote(account, safe="", errors="backslashreplace")
        return f"sources-{owner}.json"

    def _read(self, name: str) -> Json:
        """Read an object; what cannot be read counts as empty."""
        try:
            text = self._find_text(name)
            document: Json = json.loads(text) if text else None
        except TROUBLE as error:
            self.warn(f"{self.place}/{name}", f"not read ({type(error).__name__}): this run starts without")
            return None
        return document

    def _find_text(self, name: str) -> str | None:
        place = find_place(self.place)
        if place:
            return find_text(_below(place, name))
        path = Path(self.place) / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    def _write(self, name: str, document: JsonObject) -> None:
        """Write an object; if that fails, the next run makes more calls than needed."""
        # As ASCII: an unpaired surrogate in one name must not prevent the others from being written.
        text = json.dumps(document, indent=1) + "\n"
        try:
            place = find_place(self.place)
            if place:
                put_text(_below(place, name), text)
            else:
                _replace_file(Path(self.place) / name, text)
        except TROUBLE as error:
            self.warn(f"{self.place}/{name}", f"not written ({type(error).__name__}): the next run reads all again")


def _below(place: S3Place, name: str) -> S3Place:
    return S3Place(place.bucket, "/".join(filter(None, (place.key, name))))


def _replace_file(path: Path, text: str) -> None:
    """Write a file whole, in place of the one before."""
    make_private_folder(path.parent)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _copy(hours: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {family: dict(known) for family, known in hours.items()}


def _subtract(hours: dict[str, dict[str, int]], before: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Return the calls that were not there before."""
    return {
        family: {hour: calls - before.get(family, {}).get(hour, 0) for hour, calls in known.items()}
        for family, known in hours.items()
    }
