"""Plan the upkeep of a table from its figures: which steps, in which order, as which statements. Knows no Spark.

Every step is one of Iceberg's procedures. A step that would change nothing is left out, so that a table at rest gets no
commit. https://iceberg.apache.org/docs/1.10.0/spark-procedures/
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Step = Literal["compact", "manifests", "forget", "expire", "orphans"]

MOST_MANIFESTS = 8
"""More than these are rewritten into few: each query opens all of them."""

ORPHAN_DAYS = 3
"""A file that no snapshot knows may be one that a running load has just written: younger ones stay."""

COMPACTION: Mapping[str, str] = {
    # A partition of two small files becomes one of one file.
    "min-input-files": "2",
    # What is done when the time is up, or when another run changes a file at the same time, is kept.
    "partial-progress.enabled": "true",
    "partial-progress.max-commits": "10",
    "max-concurrent-file-group-rewrites": "4",
}


@dataclass(frozen=True)
class Figures:
    """What a table takes: data files (and how many could be one with another), snapshots, manifests and metadata."""

    files: int = 0
    bytes: int = 0
    spare_files: int = 0
    """Files beyond one for each partition, as far as they are small."""
    snapshots: int = 0
    old_snapshots: int = 0
    """Those older than what is kept, the current one apart."""
    manifests: int = 0
    metadata_bytes: int = 0


def plan_steps(figures: Figures, *, rows_went: bool = False) -> list[Step]:
    """Return what is to be done to a table, in order; looking for orphans always is.

    Where rows were removed because of their age, the manifests must no longer name them, and the states that held them
    expire: they may be of this very second, which the figures do not count as old.
    """
    steps: list[Step] = []
    if figures.spare_files:
        steps.append("compact")
    # A compaction leaves manifests behind, too.
    if rows_went:
        steps.append("forget")
    elif figures.manifests > MOST_MANIFESTS:
        steps.append("manifests")
    if figures.old_snapshots or rows_went:
        steps.append("expire")
    return [*steps, "orphans"]


def urgency(figures: Figures) -> int:
    """Return how much a table needs upkeep: where time is short, those that need it most come first."""
    return figures.spare_files + figures.old_snapshots + figures.manifests


def statement(step: Step, catalog: str, table: str, now: dt.datetime, keep_days: int) -> str:
    """Return the call of a step; `table` is database.table, `now` in UTC."""
    options = ", ".join(f"'{name}', '{value}'" for name, value in COMPACTION.items())
    named = {
        "compact": ("rewrite_data_files", f"options => map({options})"),
        # Without a cache: there is one table after the other, and memory is the loads'.
        "manifests": ("rewrite_manifests", "use_caching => false"),
        "expire": (
            "expire_snapshots",
            f"older_than => {instant(now - dt.timedelta(days=keep_days))}, retain_last => 1, stream_results => true",
        ),
        # Through the table's own file access: outside Glue, Spark knows s3:// by no other way.
        "orphans": (
            "remove_orphan_files",
            f"older_than => {instant(now - dt.timedelta(days=ORPHAN_DAYS))}, prefix_listing => true",
        ),
    }
    procedure, arguments = named[step]
    return f"call {catalog}.system.{procedure}(table => '{table}', {arguments})"


def instant(moment: dt.datetime) -> str:
    """Return a time as SQL writes it, with its zone."""
    return f"timestamp '{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}Z'"
