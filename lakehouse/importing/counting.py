"""Count the entries of an answer exactly as the load does: with the load's own rules, on the bytes that are landed."""

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from glue_jobs.spotify import values
from glue_jobs.spotify.entries import Entry, classify_list
from glue_jobs.spotify.kinds import imported_id
from glue_jobs.spotify.lenient import MALFORMED
from glue_jobs.spotify.lists import read_answer
from glue_jobs.spotify.reasons import Outcome


@dataclass
class ListCount:
    """One list of an answer: how many entries it has, from which place on, of how many."""

    name: str | None
    size: int
    offset: int | None
    total: int | None


@dataclass
class Counted:
    """What the load will find in an answer."""

    lists: list[ListCount] = field(default_factory=list)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why entries are skipped or rejected."""
    plays: int = 0
    is_single: bool = False

    @property
    def entries(self) -> int:
        """Return the number of entries, whatever becomes of them."""
        return sum(counted_list.size for counted_list in self.lists)

    @property
    def total(self) -> int | None:
        """Return how many entries its lists announce together; None where one does not say."""
        return values.add_up(counted_list.total for counted_list in self.lists) if self.lists else None


def count(response: bytes) -> Counted:
    """Count the entries of an answer, given as JSON."""
    counted = Counted()
    try:
        answer = read_answer(msgspec.Raw(response))
    except MALFORMED:
        return counted
    for answer_list in answer.lists or ():
        size = 0
        for entry in classify_list(answer_list, imported_id):
            size += 1
            _add(counted, entry)
        counted.lists.append(ListCount(answer_list.listed_as, size, answer_list.page.offset, answer_list.page.total))
    counted.is_single = [answer_list.is_single for answer_list in answer.lists or ()] == [True]
    return counted


def _add(counted: Counted, entry: Entry) -> None:
    counted.outcomes[entry.outcome] += 1
    if entry.reason:
        counted.reasons[entry.reason] += 1
    counted.plays += entry.origin is not None and entry.outcome == Outcome.ACCEPTED
