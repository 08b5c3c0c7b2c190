"""What a worker tells the driver of a day it has read: counts for the report, and what the merges need to know."""

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field

from glue_jobs.load.read_object import ObjectCounts
from glue_jobs.spotify.reasons import Outcome
from glue_jobs.spotify.values import EPOCH

LOADED = "loaded"


def month_of(moment: int) -> dt.date:
    """Return the first day of the month (UTC) of a time in microseconds since 1970."""
    return (EPOCH + dt.timedelta(microseconds=moment)).date().replace(day=1)


@dataclass
class DayNote:
    """Counts over the objects of one day."""

    objects: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    """The errors of failed objects by raw_key."""
    lines: int = 0
    entries: int = 0
    accepted: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    """Rows that were handed on, by table."""
    play_months: set[str] = field(default_factory=set)
    parts: int = 0
    """How often rows of the day were handed on; more than once, and Spark picks the best of them."""

    def add(self, raw_key: str, counts: ObjectCounts) -> None:
        """Add what an object held."""
        if counts.status != LOADED:
            self.unreadable[counts.status] += 1
            if counts.error:
                self.failed[raw_key] = counts.error
            return
        self.objects += 1
        self.lines += counts.lines
        self.entries += counts.entries
        self.accepted += counts.outcomes[Outcome.ACCEPTED]
        self.skipped.update(counts.skipped)
        for (outcome, reason), count in counts.reasons.items():
            (self.documents if outcome == Outcome.DOCUMENT else self.rejected)[reason] += count

    def as_json(self) -> str:
        """Return the note as JSON text."""
        return json.dumps({**vars(self), "play_months": sorted(self.play_months)})

    @classmethod
    def from_json(cls, text: str) -> "DayNote":
        """Read a note from JSON text."""
        fields = json.loads(text)
        for name in ("unreadable", "skipped", "rejected", "documents", "rows"):
            fields[name] = Counter(fields[name])
        return cls(**{**fields, "play_months": set(fields["play_months"])})
