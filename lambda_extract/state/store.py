"""Where runs remember: two small JSON objects, one of an account's sources and one of the app's limits.

Neither is needed: one that is lost, broken or closed to the run costs calls, never data.
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
from lambda_extract.state.run_state import Memory, Seen, read_memory

TROUBLE = (OSError, ValueError, RecursionError, ClientError, BotoCoreError)
Warn = Callable[[str, str], None]
"""Told of what could not be read or written, and why."""


@dataclass
class Store:
    """The place of what is remembered for one raw place and one app."""

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
        """Add this run's calls to what other runs of the app have written meanwhile."""
        now = self.clock()
        others = read_limits(self._read(self._name_limits()), limits.budgets, now)
        own = Limits(limits.budgets, limits.closed, _subtract(limits.hours, self._hours_before))
        self._write(self._name_limits(), others.join(own).write(now))

    def read_memory(self, account: str | None) -> Memory:
        """Read what is known of an account's sources."""
        return read_memory(self._read(self._name_memory(account)), self.raw, self.clock())

    def write_memory(self, account: str | None, memory: Memory, found: Mapping[Source, Seen]) -> None:
        """Add what a run found to what was known before it, and to what other runs have written meanwhile."""
        memory.add(self.read_memory(account))
        memory.learn(found)
        self._write(self._name_memory(account), memory.write(self.raw, self.clock()))

    def _name_limits(self) -> str:
        return f"limits-{hashlib.sha256(self.client_id.encode()).hexdigest()[:12]}.json"

    def _name_memory(self, account: str | None) -> str:
        """Name an account's object; without a login it is the app's."""
        if not account:
            return f"sources--{hashlib.sha256(self.client_id.encode()).hexdigest()[:12]}.json"
        # An id is a text of Spotify's, so of any kind: half a surrogate pair has no UTF-8.
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
        """Write an object; where that fails the next run asks for more than it had to."""
        # As ASCII: half a surrogate pair in one name must not keep all the others from being written.
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
