"""The state of an account's sources from run to run, so that unchanged sources are not read again.

It is written after the objects, so it describes only what has landed. If it is lost, all is read in full once.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from lambda_extract.raw_format import Json, JsonObject, Source, format_second
from lambda_extract.spotify.limits import DAY, read_moment

VERSION = 1
SMALL = frozenset({"search", "artist_albums"})
"""Lists that give new apps small pages only. If another list refuses a large page once, the next run asks again."""

KEPT = dt.timedelta(days=400)
"""A source that was not completed for this long is removed."""


@dataclass(frozen=True)
class SourceState:
    """The state of one source."""

    completed_at: dt.datetime | None = None
    """When it was last read as far as planned, or was unchanged."""

    full_read_at: dt.datetime | None = None
    """When it was last read from its start to its end."""

    snapshot_id: str | None = None
    """The version that was read in full."""

    total: int | None = None
    first: str | None = None
    """The first entry of that full read."""

    newest: str | None = None
    """The first entry of the last read, which may have stopped at known entries."""

    has_popularity: bool = False

    def is_old(self, today: dt.date, days: int) -> bool:
        """Return whether the last full read is at least that many days ago, or never happened."""
        return self.full_read_at is None or (today - self.full_read_at.date()).days >= days

    def is_due(self, today: dt.date, days: int) -> bool:
        """Return whether a full read is due even without a change: after `days`, or daily with popularity."""
        return self.is_old(today, 1 if self.has_popularity else days)

    def is_fresh(self, today: dt.date, days: int) -> bool:
        """Return whether it was read less than `days` ago; with 0 days, never."""
        return not self.is_old(today, days)

    def write(self) -> JsonObject:
        """Return the state as JSON."""
        moments = {"completed_at": self.completed_at, "walked_at": self.full_read_at}
        written: JsonObject = {name: format_second(moment) for name, moment in moments.items() if moment}
        texts = {"snapshot_id": self.snapshot_id, "total": self.total, "first": self.first, "newest": self.newest}
        written |= {name: value for name, value in texts.items() if value is not None}
        return written | ({"has_popularity": True} if self.has_popularity else {})


@dataclass
class RunState:
    """The state of all sources of an account, for one raw place."""

    sources: dict[str, SourceState] = field(default_factory=dict)
    small_pages: set[str] = field(default_factory=set)
    """Lists of which Spotify gives this app only 10 entries a page."""

    def find(self, source: Source) -> SourceState:
        """Return the state of a source."""
        return self.sources.get(_name(source), SourceState())

    def learn(self, learned: Mapping[Source, SourceState]) -> None:
        """Add what a run learned, once it has landed."""
        self.sources |= {_name(source): earlier for source, earlier in learned.items()}

    def add(self, other: "RunState") -> None:
        """Add what another run has written since."""
        self.sources |= other.sources
        self.small_pages |= other.small_pages

    def write(self, raw: str, now: dt.datetime) -> JsonObject:
        """Return the state of a raw place as JSON."""
        kept = {
            name: earlier
            for name, earlier in self.sources.items()
            if earlier.completed_at and earlier.completed_at > now - KEPT
        }
        return {
            "version": VERSION,
            "raw": raw,
            "small_pages": [*sorted(self.small_pages & SMALL)],
            "sources": {name: earlier.write() for name, earlier in sorted(kept.items())},
        }


def read_run_state(document: Json, raw: str, now: dt.datetime) -> RunState:
    """Read a state document; one of another raw place, or that cannot be understood, counts as empty."""
    if not isinstance(document, dict) or document.get("version") != VERSION or document.get("raw") != raw:
        return RunState()
    sources, small = document.get("sources"), document.get("small_pages")
    entries = sources if isinstance(sources, dict) else {}
    states = {name: _read_source_state(entry, now + DAY) for name, entry in entries.items()}
    return RunState(states, {name for name in (small if isinstance(small, list) else []) if isinstance(name, str)})


def _read_source_state(entry: Json, latest: dt.datetime) -> SourceState:
    """Read the state of a source, field by field; a moment in the future comes from a wrong clock."""
    fields = entry if isinstance(entry, dict) else {}
    texts = {name: value for name in ("snapshot_id", "first", "newest") if isinstance(value := fields.get(name), str)}
    moments = {name: read_moment(fields.get(name)) for name in ("completed_at", "walked_at")}
    known = {name: moment for name, moment in moments.items() if moment and moment <= latest}
    total = fields.get("total")
    return SourceState(
        completed_at=known.get("completed_at"),
        full_read_at=known.get("walked_at"),
        snapshot_id=texts.get("snapshot_id"),
        total=total if isinstance(total, int) else None,
        first=texts.get("first"),
        newest=texts.get("newest"),
        has_popularity=fields.get("has_popularity") is True,
    )


def _name(source: Source) -> str:
    return f"{source.kind}:{source.id}"
