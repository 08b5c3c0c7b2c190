"""What a run did, counted: for people as text, for machines as one JSON line."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from glue_jobs.iceberg.merge import Counts
from glue_jobs.load.notes import DayNote


@dataclass
class Report:
    """Counts of one run; `seconds` by phase, `tables` by name."""

    objects: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    entries: int = 0
    accepted: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    resolved: int = 0
    removed: int = 0
    """Rows that a reload took out of the tables."""
    failed: dict[str, str] = field(default_factory=dict)
    columns_added: list[str] = field(default_factory=list)
    tables: dict[str, Counts] = field(default_factory=dict)
    seconds: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a phase."""
        start = monotonic()
        try:
            yield
        finally:
            self.seconds[name] += round(monotonic() - start, 2)  # type: ignore[assignment]

    def add_day(self, note: DayNote) -> None:
        """Add what the objects of one day held."""
        self.objects += note.objects
        self.lines += note.lines
        self.entries += note.entries
        self.accepted += note.accepted
        self.failed |= note.failed
        for mine, its in (
            (self.unreadable, note.unreadable),
            (self.skipped, note.skipped),
            (self.rejected, note.rejected),
            (self.documents, note.documents),
        ):
            mine.update(its)

    def add(self, table: str, counts: Counts) -> None:
        """Add the rows of one merge."""
        self.tables[table] = self.tables.get(table, Counts()) + counts

    @property
    def commits(self) -> int:
        """Return the number of tables that were written, counted once per merge that changed one."""
        return sum(counts.commits for counts in self.tables.values())

    def as_text(self) -> str:
        """Return the summary for people."""
        if not self.objects and not self.unreadable and not self.removed:
            return f"nothing new, 0 commits{self._columns()} ({self._times()})"
        return "\n".join([self._objects(), self._entries(), *self._tables(), f"seconds: {self._times()}"])

    def _columns(self) -> str:
        return f", columns added: {', '.join(self.columns_added)}" if self.columns_added else ""

    def _objects(self) -> str:
        unreadable = (
            f", {sum(self.unreadable.values())} unreadable ({_each(self.unreadable)})" if self.unreadable else ""
        )
        resolved = f", {self.resolved} rejected records resolved" if self.resolved else ""
        removed = f", {self.removed} rows removed" if self.removed else ""
        wrote = f"{self.commits} commits{self._columns()}"
        return f"{self.objects} raw objects loaded, {self.lines} lines{unreadable}{resolved}{removed}, {wrote}"

    def _entries(self) -> str:
        return (
            f"{self.entries} entries = {self.accepted} accepted + {_sum(self.skipped)} skipped{_why(self.skipped)}"
            f" + {_sum(self.rejected)} rejected{_why(self.rejected)};"
            f" {_sum(self.documents)} documents rejected{_why(self.documents)}"
        )

    def _tables(self) -> Iterator[str]:
        yield f"{'table':<16}{'inserted':>10}{'updated':>10}{'unchanged':>11}"
        for name, counts in self.tables.items():
            yield f"{name:<16}{counts.inserted:>10}{counts.updated:>10}{counts.unchanged:>11}"

    def _times(self) -> str:
        return ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.seconds.items())

    def failures(self) -> str | None:
        """Return one line about the objects that failed; None where none did."""
        if not self.failed:
            return None
        raw_key, error = next(iter(self.failed.items()))
        return (
            f"{len(self.failed)} of {self.objects + len(self.failed)} raw objects: expected to read them, got errors"
            f" such as {error} in {raw_key}. They are marked failed and all others are loaded;"
            " --retry_failed reads them again."
        )

    def as_json(self) -> str:
        """Return the summary as one line of JSON."""
        tables = {
            name: {"inserted": counts.inserted, "updated": counts.updated, "unchanged": counts.unchanged}
            for name, counts in self.tables.items()
        }
        facts = {name: value for name, value in vars(self).items() if name != "tables"}
        return json.dumps({**facts, "commits": self.commits, "tables": tables}, ensure_ascii=False)


def _sum(counter: Counter[str]) -> int:
    return sum(counter.values())


def _each(counter: Counter[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(counter.items()))


def _why(counter: Counter[str]) -> str:
    return f" ({_each(counter)})" if counter else ""
