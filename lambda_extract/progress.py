"""How far one source has come, and what the next run needs to know of it."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lambda_extract.raw_format import Json, JsonObject, Source, SourceResult
from lambda_extract.spotify import shapes
from lambda_extract.spotify.client import Reply
from lambda_extract.spotify.endpoints import describe_playlist, list_entries, list_items
from lambda_extract.state.run_state import SourceState

STOPPED_AT_KNOWN = "stopped_at_known"
ESTIMATED = frozenset({"search"})
"""Sources for which Spotify estimates the total again on each page."""


@dataclass
class Progress:
    """How far one source has come."""

    source: Source
    facts: Mapping[str, Json] = field(default_factory=dict)
    status: str = "ok"
    pages: int = 0
    entries: int = 0
    total: int | None = None
    is_complete: bool = False
    totals: list[int] = field(default_factory=list)
    first: str | None = None
    has_popularity: bool = False
    content: Any = field(default_factory=hashlib.sha256)
    artist_ids: list[str] = field(default_factory=list)
    cut_albums: dict[str, int] = field(default_factory=dict)
    """The albums that came with some of their tracks, and with how many."""

    def count(self, reply: Reply) -> None:
        """Count an answer; a playlist's answer also gives its name."""
        self.pages += 1
        if reply.status != 200:
            return
        self.entries += shapes.count_entries(reply.body)
        total = shapes.find_total(reply.body) if self.source.kind != "album" else None
        if total is not None:
            self.totals.append(total)
            self.total = total
        if shapes.is_object(reply.body) and shapes.name_kind(reply.body) == "playlist":
            self.facts = describe_playlist(reply.body)
        for entry in list_entries(reply.body):
            self._take(entry)

    def _take(self, entry: JsonObject) -> None:
        """Add an entry to the version of the list."""
        thing = unwrap(entry)
        name = name_entry(entry)
        self.first = self.first or name
        self.content.update(f"{name}\n".encode(errors="surrogatepass"))
        self.has_popularity = self.has_popularity or "popularity" in thing
        if self.source.kind == "followed_artists" and isinstance(thing.get("id"), str):
            self.artist_ids.append(str(thing["id"]))
        tracks = thing.get("tracks") if self.source.kind == "saved_albums" else None
        if shapes.is_page(tracks) and tracks.get("next") and isinstance(thing.get("id"), str):
            self.cut_albums[str(thing["id"])] = len(list_items(tracks))

    @property
    def is_shifted(self) -> bool:
        """Return whether the list changed while it was read: an entry may have slipped between two pages."""
        return len(set(self.totals)) > 1 and self.source.kind not in ESTIMATED

    def describe_shift(self) -> str | None:
        """Return a message if the list changed, else None."""
        if not self.is_shifted:
            return None
        return f"the list changed while it was read: {', then '.join(map(str, self.totals))} entries announced"

    def close_unchanged(self, earlier: SourceState) -> None:
        """Note that the source is unchanged since the last full read."""
        self.status, self.is_complete = "unchanged", True
        self.total = self.total if self.total is not None else earlier.total
        self.facts = {**self.facts, "snapshot_id": earlier.snapshot_id}

    def close_known(self) -> None:
        """Note that the new entries were read, but not the list as a whole."""
        self.facts = {**self.facts, STOPPED_AT_KNOWN: True}

    def close_whole(self) -> None:
        """Note that all was read; a source without a version gets one, which unchanged days refer to."""
        self.is_complete = not self.is_shifted
        if self.first is not None and "snapshot_id" not in self.facts:
            self.facts = {**self.facts, "snapshot_id": self.content.hexdigest()[:24]}

    def learn(self, earlier: SourceState, moment: dt.datetime) -> SourceState | None:
        """Return what is now known about the source; None if nothing new is known."""
        if self.status == "unchanged":
            return replace(earlier, completed_at=moment)
        if self.facts.get(STOPPED_AT_KNOWN):
            return replace(earlier, completed_at=moment, newest=self.first or earlier.newest)
        if self.status != "ok" or not self.is_complete:
            return None
        snapshot_id = self.facts.get("snapshot_id")
        return SourceState(
            completed_at=moment,
            full_read_at=moment,
            snapshot_id=snapshot_id if isinstance(snapshot_id, str) else None,
            total=self.total,
            first=self.first,
            newest=self.first,
            has_popularity=self.has_popularity,
        )

    def close(self) -> SourceResult:
        """Write down how far it came."""
        return SourceResult(
            self.source, self.status, self.pages, self.entries, self.total, self.is_complete, dict(self.facts)
        )


def unwrap(entry: JsonObject) -> JsonObject:
    """Return the object inside an entry, or the entry if it is an object itself."""
    held = [entry[name] for name in ("item", "track", "album") if shapes.is_object(entry.get(name))]
    return held[0] if held and "added_at" in entry and shapes.is_object(held[0]) else entry


def name_entry(entry: JsonObject) -> str:
    """Name an entry by when it was added and what it is."""
    thing = unwrap(entry)
    return f"{entry.get('added_at') or ''} {thing.get('uri') or thing.get('id') or ''}"


def reaches(reply: Reply, newest: str | None) -> bool:
    """Return whether a page of a list (newest first) reaches the entry that was the newest, or one before it."""
    since = (newest or "").partition(" ")[0]
    names = [name_entry(entry) for entry in list_entries(reply.body)]
    return bool(since) and any(name == newest or "" < name.partition(" ")[0] < since for name in names)
