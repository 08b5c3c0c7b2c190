"""Take the tables back to what they were at a moment, all of them, with the ledger that belongs to it.

The ledger goes first. So it never names an object whose rows are gone, also where the rewind is killed half way: the
next load loads what it does not name, and that changes nothing where the rows are there. States of before stay until
they expire, so that a rewind can be undone by another one.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from pyspark.sql import SparkSession

from glue_jobs.errors import LoadError
from glue_jobs.iceberg.metadata import load_table, newest_snapshot
from glue_jobs.tables import RAW_OBJECT, TABLES

log = logging.getLogger(__name__)

EMPTY = 0
"""The state of a table before its first commit."""


@dataclass(frozen=True)
class Rewind:
    """What becomes of one table: its snapshot now and then (None: it has none; EMPTY), and its rows."""

    table: str
    now: int | None
    then: int | None
    rows_now: int
    rows_then: int

    @property
    def is_change(self) -> bool:
        """Return whether the table is to change."""
        return self.now is not None and self.now != self.then and (self.rows_now, self.then) != (0, EMPTY)

    def as_text(self) -> str:
        """Return the line for people."""
        change = f"{self.rows_now} -> {self.rows_then} rows" if self.is_change else f"{self.rows_now} rows, as now"
        return f"{self.table:<16}{change}"


def plan_rewind(
    spark: SparkSession, catalog: str, database: str, present: set[str], moment: dt.datetime
) -> list[Rewind]:
    """Return what a rewind would do, the ledger first. Raises LoadError if a state of that time is gone."""
    names = [RAW_OBJECT.name, *(table.name for table in TABLES if table is not RAW_OBJECT)]
    plans, expired = [], {}
    for table in (name for name in names if name in present):
        full = f"{catalog}.{database}.{table}"
        spark.catalog.refreshTable(full)
        iceberg_table = load_table(spark, full)
        then = _snapshot_at(spark, iceberg_table, moment)
        if then is None and (oldest := _oldest_kept(iceberg_table)):
            expired[table] = oldest
        now = newest_snapshot(iceberg_table)
        rows_now, rows_then = _rows(iceberg_table, now), _rows(iceberg_table, then)
        plans.append(Rewind(table, now, EMPTY if then is None else then, rows_now, rows_then))
    if expired:
        table, oldest = max(expired.items(), key=lambda entry: entry[1])
        raise LoadError(
            f"{moment:%Y-%m-%dT%H:%M:%SZ}: expected the tables' states of then, {', '.join(sorted(expired))} have none"
            f" before {oldest:%Y-%m-%dT%H:%M:%SZ}: older ones have expired. Nothing was changed."
        )
    if not plans or plans[0].then == EMPTY:
        raise LoadError(
            f"{moment:%Y-%m-%dT%H:%M:%SZ}: expected a time after the first load, got one before. Nothing was changed."
        )
    return plans


def rewind(spark: SparkSession, catalog: str, database: str, plans: list[Rewind]) -> None:
    """Take the tables back, as planned; if one has changed since, stop there."""
    for plan in plans:
        if not plan.is_change:
            continue
        full = f"{catalog}.{database}.{plan.table}"
        spark.catalog.refreshTable(full)
        if newest_snapshot(load_table(spark, full)) != plan.now:
            raise LoadError(
                f"{plan.table}: another run has written it since the look at it. The ledger, and tables before this"
                " one, are taken back; the same command does the rest."
            )
        if plan.then == EMPTY:
            spark.sql(f"delete from {full}")
        else:
            arguments = f"table => '{database}.{plan.table}', snapshot_id => {plan.then}"
            spark.sql(f"call {catalog}.system.set_current_snapshot({arguments})")
        log.info("%s", plan.as_text())


def _snapshot_at(spark: SparkSession, iceberg_table: object, moment: dt.datetime) -> int | None:
    """Return the table's snapshot at a moment; None if there was none, or it is no longer known."""
    util = spark._jvm.org.apache.iceberg.util.SnapshotUtil  # type: ignore[union-attr]
    snapshot_id = util.nullableSnapshotIdAsOfTime(iceberg_table, int(moment.timestamp() * 1000))
    return None if snapshot_id is None else int(snapshot_id)


def _oldest_kept(iceberg_table: object) -> dt.datetime | None:
    """Return when the oldest state that is kept was written, if there were older ones; None if it was the first."""
    history = list(iceberg_table.history())  # type: ignore[attr-defined]
    if not history:
        return None
    oldest = min(history, key=lambda entry: int(entry.timestampMillis()))
    snapshot = iceberg_table.snapshot(oldest.snapshotId())  # type: ignore[attr-defined]
    is_first = snapshot is not None and snapshot.parentId() is None
    return None if is_first else dt.datetime.fromtimestamp(int(oldest.timestampMillis()) / 1000, dt.UTC)


def _rows(iceberg_table: object, snapshot: int | None) -> int:
    if snapshot is None:
        return 0
    return int(iceberg_table.snapshot(snapshot).summary().get("total-records") or 0)  # type: ignore[attr-defined]
