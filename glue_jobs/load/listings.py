"""Listings: what each source of a raw object listed, in order, as one thing."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from glue_jobs.spotify import values
from glue_jobs.spotify.entries import Entry
from glue_jobs.spotify.lists import Answer, AnswerList
from glue_jobs.spotify.objects import Source, SourceSummary
from glue_jobs.spotify.reasons import Outcome
from glue_jobs.tables import NO_ACCOUNT

NO_LISTING = frozenset(("album", "artist", "track", "recently_played"))
"""Sources that are not a list that somebody chose: single objects, and plays, which have their own table."""
NO_ID = NO_ACCOUNT
"""The id of a source without an id: a key is never null."""
MOST_ENTRIES = 1_000_000
"""The most entries of one source that a listing keeps; one with more is marked incomplete."""

SourceKey = tuple[str, str, str]
"""Account, kind and id of a source."""


@dataclass
class Reading:
    """The pages of one source, as far as they are read."""

    seen_at: int
    name: str | None = None
    owner: str | None = None
    snapshot_id: str | None = None
    url: str | None = None
    totals: dict[str | None, int | None] = field(default_factory=dict)
    """By list: a search answer has several."""
    has_list: bool = False
    is_cut: bool = False
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    """(list, is its position known, position, line, index, kind, id, added_at)"""

    def note(self, answer: Answer, seen_at: int) -> None:
        """Note what an answer says about its source."""
        self.seen_at = max(self.seen_at, seen_at)
        if answer.kind != "playlist":
            return
        head = answer.head
        self.name = values.greater(self.name, head.name)
        self.owner = values.greater(self.owner, head.owner.id if head.owner is not None else None)
        self.snapshot_id = values.greater(self.snapshot_id, head.snapshot_id)
        self.url = values.greater(self.url, head.external_urls.spotify if head.external_urls is not None else None)

    def add(self, answer_list: AnswerList, index: int, entry: Entry, line: int) -> None:
        """Add an entry of one of the source's lists; a rejected one is in no listing."""
        if answer_list.name is None or entry.outcome == Outcome.REJECTED:
            return
        self.has_list = True
        if len(self.entries) >= MOST_ENTRIES:
            self.is_cut = True
            return
        offset = answer_list.page.offset
        is_known = offset is not None and 0 <= offset < values.LONG_BOUNDS[1] - index
        position = offset + index + 1 if is_known and offset is not None else 0
        self.entries.append(
            (answer_list.listed_as, is_known, position, line, index, entry.kind, entry.item_id, entry.added_at)
        )

    def end_list(self, answer_list: AnswerList, size: int, *, has_plays: bool) -> None:
        """Take what a page says of its whole list; the total of one with plays counts what is not listed."""
        if answer_list.name is None:
            return
        self.has_list = self.has_list or not size
        if not has_plays:
            name = answer_list.listed_as
            self.totals[name] = values.greater(self.totals.get(name), answer_list.page.total)

    @property
    def total(self) -> int | None:
        """Return how many entries its lists have together; None where one does not say."""
        return values.add_up(self.totals.values()) if self.totals else None

    def listed(self) -> list[tuple[int, str | None, str | None, int | None]]:
        """Return the entries in order, as (position, kind, id, added_at)."""
        placed: list[tuple[Any, ...]] = []
        for entry in sorted(self.entries, key=lambda entry: entry[:5]):
            # A page that was read twice, or a playlist's own page beside its items: the last reading stays.
            if placed and entry[1] and placed[-1][:3] == entry[:3]:
                placed[-1] = entry
            else:
                placed.append(entry)
        # A search answer has several lists, each numbered from 1; as one listing they are numbered on.
        is_one_list = len({entry[0] for entry in placed}) <= 1
        return [
            (entry[2] if is_one_list and entry[1] else number, *entry[5:]) for number, entry in enumerate(placed, 1)
        ]


class Listings:
    """The listings of one raw object."""

    def __init__(self, raw_key: str, extraction_date: dt.date) -> None:
        """Start without a source."""
        self.is_import = False
        self.raw_key, self.extraction_date = raw_key, extraction_date
        self.readings: dict[SourceKey, Reading] = {}
        self.summaries: list[tuple[SourceKey, SourceSummary, int]] = []

    def reading_of(self, account: str, source: Source | None, answer: Answer, seen_at: int) -> Reading | None:
        """Return the listing that an answer is a page of; None if its source has no listing."""
        if source is None or source.kind is None or source.kind in NO_LISTING:
            return None
        reading = self.readings.setdefault((account, source.kind, source.id or NO_ID), Reading(seen_at))
        reading.note(answer, seen_at)
        return reading

    def add_summary(self, account: str, sources: Sequence[SourceSummary], seen_at: int) -> None:
        """Take what the summary line says of the sources."""
        for source in sources:
            if source.kind is not None and source.kind not in NO_LISTING:
                self.summaries.append(((account, source.kind, source.id or NO_ID), source, seen_at))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield a row per source: with its entries if it was read, else with its status alone."""
        readings = {key: reading for key, reading in self.readings.items() if reading.has_list}
        described = set()
        for key, summary, seen_at in self.summaries:
            described.add(key)
            # An import's source without a list is a single object, no music or all rejected: nothing was listed.
            if key in readings or not (self.is_import or summary.kind == "import"):
                yield self._row(key, readings.get(key), summary, seen_at)
        for key, reading in readings.items():
            if key not in described:
                yield self._row(key, reading, SourceSummary(), reading.seen_at)

    def _row(self, key: SourceKey, reading: Reading | None, summary: SourceSummary, noted_at: int) -> tuple[Any, ...]:
        account, kind, source_id = key
        facts = reading or Reading(noted_at)
        return (
            account,
            kind,
            source_id,
            self.extraction_date,
            _first(facts.name, summary.name),
            _first(facts.owner, summary.owner),
            _first(facts.snapshot_id, summary.snapshot_id),
            _first(summary.status, "ok"),
            _first(facts.total, summary.total),
            False if facts.is_cut else summary.is_complete,
            _first(facts.url, summary.url),
            facts.listed() if reading is not None else None,
            facts.seen_at,
            self.raw_key,
        )


def _first(value: Any, other: Any) -> Any:
    return value if value is not None else other
