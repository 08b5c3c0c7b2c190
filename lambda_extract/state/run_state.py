"""What is remembered of an account's sources from run to run, so that what did not change is not read again.

It says only what stands in landed objects: it is written after them. Lost or broken, everything is read in full once.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from lambda_extract.raw_format import Json, JsonObject, Source, format_second
from lambda_extract.spotify.limits import DAY, read_moment

VERSION = 1
SMALL = frozenset({"search", "artist_albums"})
"""Lists of which new apps get small pages. Of another one that is refused once, the next run asks for great ones."""

KEPT = dt.timedelta(days=400)
"""A source that was not completed for so long is forgotten."""


@dataclass(frozen=True)
class Seen:
    """What is remembered of one source."""

    completed_at: dt.datetime | None = None
    """When it was last read as far as it was to be, or found unchanged."""

    walked_at: dt.datetime | None = None
    """When it was last read from its start to its end."""

    snapshot_id: str | None = None
    """What that walk was a version of."""

    total: int | None = None
    first: str | None = None
    """The first entry of that walk."""

    newest: str | None = None
    """The first entry of the last reading, which may have stopped at what was known."""

    has_popularity: bool = False

    def is_old(self, today: dt.date, days: int) -> bool:
        """Say whether its last walk is so many days ago, or never was."""
        return self.walked_at is None or (today - self.walked_at.date()).days >= days

    def is_due(self, today: dt.date, days: int) -> bool:
        """Say whether it is to be walked, changed or not: after so many days, and daily where popularity is given."""
        return self.is_old(today, 1 if self.has_popularity else days)

    def is_fresh(self, today: dt.date, days: int) -> bool:
        """Say whether it was read less than so many days ago; 0 days are never."""
        return not self.is_old(today, days)

    def write(self) -> JsonObject:
        """Write what is known."""
        moments = {"completed_at": self.completed_at, "walked_at": self.walked_at}
        written: JsonObject = {name: format_second(moment) for name, moment in moments.items() if moment}
        texts = {"snapshot_id": self.snapshot_id, "total": self.total, "first": self.first, "newest": self.newest}
        written |= {name: value for name, value in texts.items() if value is not None}
        return written | ({"has_popularity": True} if self.has_popularity else {})


@dataclass
class Memory:
    """What is remembered of all sources of an account, for one raw place."""

    sources: dict[str, Seen] = field(default_factory=dict)
    small_pages: set[str] = field(default_factory=set)
    """Lists of which Spotify gives this app only 10 entries a page."""

    def find(self, source: Source) -> Seen:
        """Find what is remembered of a source."""
        return self.sources.get(_name(source), Seen())

    def learn(self, found: Mapping[Source, Seen]) -> None:
        """Take over what a run found, once it has landed."""
        self.sources |= {_name(source): seen for source, seen in found.items()}

    def add(self, other: "Memory") -> None:
        """Take over what another run wrote meanwhile."""
        self.sources |= other.sources
        self.small_pages |= other.small_pages

    def write(self, raw: str, now: dt.datetime) -> JsonObject:
        """Write what is remembered of the objects in a raw place."""
        kept = {
            name: seen for name, seen in self.sources.items() if seen.completed_at and seen.completed_at > now - KEPT
        }
        return {
            "version": VERSION,
            "raw": raw,
            "small_pages": [*sorted(self.small_pages & SMALL)],
            "sources": {name: seen.write() for name, seen in sorted(kept.items())},
        }


def read_memory(document: Json, raw: str, now: dt.datetime) -> Memory:
    """Read what was remembered; what is about another raw place, or cannot be understood, counts as forgotten."""
    if not isinstance(document, dict) or document.get("version") != VERSION or document.get("raw") != raw:
        return Memory()
    sources, small = document.get("sources"), document.get("small_pages")
    seen = {name: _read_seen(one, now + DAY) for name, one in (sources if isinstance(sources, dict) else {}).items()}
    return Memory(seen, {one for one in (small if isinstance(small, list) else []) if isinstance(one, str)})


def _read_seen(one: Json, latest: dt.datetime) -> Seen:
    """Read what is remembered of a source, field by field; a moment yet to come was told by a wrong clock."""
    fields = one if isinstance(one, dict) else {}
    texts = {name: value for name in ("snapshot_id", "first", "newest") if isinstance(value := fields.get(name), str)}
    moments = {name: read_moment(fields.get(name)) for name in ("completed_at", "walked_at")}
    known = {name: moment for name, moment in moments.items() if moment and moment <= latest}
    total = fields.get("total")
    return Seen(
        completed_at=known.get("completed_at"),
        walked_at=known.get("walked_at"),
        snapshot_id=texts.get("snapshot_id"),
        total=total if isinstance(total, int) else None,
        first=texts.get("first"),
        newest=texts.get("newest"),
        has_popularity=fields.get("has_popularity") is True,
    )


def _name(source: Source) -> str:
    return f"{source.kind}:{source.id}"
