"""What the upkeep did: one line of figures per table, before and after; for machines one line of JSON."""

import json
from dataclasses import asdict, dataclass, field

from glue_jobs.maintain.plan import Figures, Step
from glue_jobs.maintain.remove import Removed


@dataclass
class TableReport:
    """Upkeep of one table."""

    before: Figures
    after: Figures = field(default_factory=Figures)
    done: list[Step] = field(default_factory=list)
    stopped: list[Step] = field(default_factory=list)
    """Steps that did not end in the time there was."""
    removed: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def as_text(self, table: str) -> str:
        """Return the line for people."""
        old, new = self.before, self.after
        parts = [
            f"files {old.files} -> {new.files}",
            f"MB {old.bytes / 1e6:.1f} -> {new.bytes / 1e6:.1f}",
            f"snapshots {old.snapshots} -> {new.snapshots}",
            f"manifests {old.manifests} -> {new.manifests}",
            f"metadata KB {old.metadata_bytes / 1e3:.0f} -> {new.metadata_bytes / 1e3:.0f}",
            f"removed {self.removed.get('files', 0)} old files and {self.removed.get('orphans', 0)} orphans",
            f"{self.seconds:.1f} s",
        ]
        if self.stopped:
            parts.append(f"out of time in: {', '.join(self.stopped)}")
        return f"{table:<16}{', '.join(parts)}"


@dataclass
class MaintainReport:
    """Upkeep of all tables."""

    tables: dict[str, TableReport] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    not_reached: list[str] = field(default_factory=list)
    expired: Removed = field(default_factory=Removed)

    def as_text(self) -> str:
        """Return the summary for people."""
        lines = [report.as_text(table) for table, report in self.tables.items() if table not in self.failed]
        lines += [f"{table:<16}failed: {error}" for table, error in self.failed.items()]
        lines += [f"{table:<16}not reached in the time; the next run goes on" for table in self.not_reached]
        lines += [self.expired.as_text("removed because of their age")] if self.expired.objects else []
        return "\n".join(lines) if lines else "no tables yet, nothing to do"

    def failures(self) -> str | None:
        """Return one line about the tables that failed; None where none did."""
        if not self.failed:
            return None
        table, error = next(iter(self.failed.items()))
        return (
            f"{len(self.failed)} of {len(self.failed | self.tables)} tables: expected their upkeep to end well, got"
            f" errors such as {table}: {error} The others are done; the next run tries all of them again."
        )

    def as_json(self) -> str:
        """Return the summary as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)
