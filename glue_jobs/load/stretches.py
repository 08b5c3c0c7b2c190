"""Stretches of recently played in a raw object: pages that continue each other, with what they cover together."""

import contextlib
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from glue_jobs.spotify.objects import PageFacts, Request, Source


@dataclass
class PlaysPage:
    """A page of recently played: the times of its accepted plays, and whether older ones may be missing."""

    oldest: int | None = None
    newest: int | None = None
    is_full: bool = False

    def add(self, played_at: int) -> None:
        """Take a play."""
        self.oldest = played_at if self.oldest is None else min(self.oldest, played_at)
        self.newest = played_at if self.newest is None else max(self.newest, played_at)


@dataclass
class Stretches:
    """The stretches so far, and how the last page went on."""

    found: list[tuple[int, int, bool]] = field(default_factory=list)
    source: tuple[str | None, str | None] | None = None
    last: PageFacts = field(default_factory=PageFacts)

    def add(self, page: PlaysPage, source: Source | None, request: Request | None, facts: PageFacts) -> None:
        """Take a page with plays: it continues the last stretch, or begins one."""
        assert page.oldest is not None
        assert page.newest is not None
        key = (source.kind, source.id) if source is not None else (None, None)
        if self.found and key == self.source and self._continues(request, facts):
            oldest, newest, _ = self.found[-1]
            self.found[-1] = (min(oldest, page.oldest), max(newest, page.newest), page.is_full)
        else:
            self.found.append((page.oldest, page.newest, page.is_full))
        self.source, self.last = key, facts

    def _continues(self, request: Request | None, facts: PageFacts) -> bool:
        """Return whether a page was asked for with what the last one gave."""
        if facts.href is not None and facts.href == self.last.next:
            return True
        cursor = self.last.cursors.before if self.last.cursors is not None else None
        return cursor is not None and cursor in _cursors_asked(request, facts)

    def rows(self) -> list[tuple[int, int, bool]] | None:
        """Return the stretches in the order of lines; None if there are none."""
        return self.found or None


def _cursors_asked(request: Request | None, facts: PageFacts) -> list[str]:
    """Return the `before` that a page was asked with, as the call and as the page's own address give it."""
    asked = []
    if request is not None and request.params is not None:
        asked.append(bytes(request.params.before).decode(errors="replace").strip('"'))
    with contextlib.suppress(ValueError):
        asked += parse_qs(urlsplit(facts.href or "").query).get("before", [])
    return asked
