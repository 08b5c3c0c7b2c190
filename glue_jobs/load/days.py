"""Read the raw objects of a day and hand on their best rows as Arrow record batches: what runs in a Python worker.

One task sees all raw objects of a day, so it picks the best row of each key itself, in a dictionary; Spark need not
shuffle the rows. Only where a day is read in several parts (`is_split`) does Spark compare once more.
"""

import datetime as dt
import logging
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa

from glue_jobs.load.arrow import note_batch, table_batch
from glue_jobs.load.notes import LOADED, DayNote, month_of
from glue_jobs.load.read_object import ObjectCounts, ObjectFacts, ObjectRows, read_object
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.raw.unpack import Unreadable
from glue_jobs.spotify.reasons import SKIP_REASONS, Outcome
from glue_jobs.spotify.values import EPOCH
from glue_jobs.tables import PLAY, RAW_OBJECT, REJECTED_RECORD, Table

Open = Callable[[str], AbstractContextManager[Callable[[int], bytes]]]
"""Opens a raw object by its path; gives what reads its next bytes. Raises Unreadable."""

log = logging.getLogger(__name__)

PLAYED_AT = PLAY.column_names.index("played_at")
MOST_ERROR_TEXT = 1_000
MOST_ROWS = 200_000
"""Rows of a day that are kept in memory; more are handed on in parts."""


@dataclass(frozen=True)
class Day:
    """Raw objects of one extraction date: all of them, or a part of many."""

    extraction_date: dt.date
    objects: tuple[RawObject, ...]


def read_days(days: Iterable[Day], open_object: Open, loaded_at: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of some days, a batch per table, and a note per raw object."""
    for day in days:
        yield from _DayReader(day, open_object, loaded_at).batches()


class _DayReader:
    """One day while its objects are read."""

    def __init__(self, day: Day, open_object: Open, loaded_at: int) -> None:
        self.day, self.open_object, self.loaded_at = day, open_object, loaded_at
        self.rows = ObjectRows()
        self.note = DayNote()
        self.counts: dict[str, ObjectCounts] = {}
        """What each object held, by raw_key."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        for raw_object in self.day.objects:
            with _Parts() as parts:
                counts = self._read(raw_object, parts)
                self.counts[raw_object.raw_key] = counts
                if counts.status == LOADED:
                    for part in parts:
                        yield from self._take(part)
        yield from self._hand_on()
        yield self._ledger_batch()
        for raw_key, counts in self.counts.items():
            self.note.add(raw_key, counts)
        yield note_batch([self.note.as_json()])

    def _read(self, raw_object: RawObject, parts: "_Parts") -> ObjectCounts:
        """Read an object into parts; return its counts, which name what is wrong with it."""
        facts = ObjectFacts(
            raw_object.raw_key, raw_object.extraction_date, raw_object.size, _microseconds(raw_object.written_at)
        )
        try:
            with self.open_object(raw_object.path) as read:
                for part in read_object(read, facts):
                    if isinstance(part, ObjectCounts):
                        return part
                    parts.add(part)
        except Unreadable as error:
            return ObjectCounts(status=error.status)
        except Exception as error:  # one that nobody foresaw must not end the load of the other objects
            return _failed(raw_object.raw_key, error)
        raise AssertionError("read_object ends with the counts")

    def _take(self, part: ObjectRows) -> Iterator[pa.RecordBatch]:
        """Keep the best rows of the day; hand them on where they are too many for memory."""
        for name, best in part.best.items():
            self.rows.best[name].add_all(best)
        self.rows.rejected.extend(part.rejected)
        self.rows.payloads += part.payloads
        if len(self.rows) >= MOST_ROWS:
            yield from self._hand_on()

    def _hand_on(self) -> Iterator[pa.RecordBatch]:
        rows, self.rows = self.rows, ObjectRows()
        self.note.parts += 1
        for name, best in rows.best.items():
            if best.rows:
                yield self._batch_of(best.table, list(best.rows.values()))
            if name == PLAY.name:
                self.note.play_months |= {month_of(row[PLAYED_AT]).isoformat() for row in best.rows.values()}
        if rows.rejected:
            yield self._batch_of(REJECTED_RECORD, rows.rejected)

    def _batch_of(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> pa.RecordBatch:
        """Return rows as a batch, without those that do not fit the table: their objects have failed."""
        try:
            batch = table_batch(table, rows)
        except Exception:  # nobody foresaw it; each row shows whether it is the one
            batch = table_batch(table, [row for row in rows if self._fits(table, row)])
        self.note.rows[table.name] += batch.num_rows
        return batch

    def _fits(self, table: Table, row: tuple[Any, ...]) -> bool:
        """Return whether a row fits its table; if not, its object has failed."""
        try:
            table_batch(table, [row])
        except Exception as error:
            raw_key = row[table.column_names.index("raw_key")]
            self.counts[raw_key] = _failed(raw_key, error)
            return False
        return True

    def _ledger_batch(self) -> pa.RecordBatch:
        """Return the ledger's rows: one of each object, also of one whose counts do not fit the table."""
        rows = self._ledger_rows()
        self.note.rows[RAW_OBJECT.name] = len(rows)
        try:
            return table_batch(RAW_OBJECT, rows)
        except Exception:
            for row in rows:
                self._fits(RAW_OBJECT, row)
            return table_batch(RAW_OBJECT, self._ledger_rows())

    def _ledger_rows(self) -> list[tuple[Any, ...]]:
        return [ledger_row(each, self.counts[each.raw_key], self.loaded_at) for each in self.day.objects]


def _failed(raw_key: str, error: Exception) -> ObjectCounts:
    """Log an error that nobody foresaw; it must not end the load of the other objects."""
    log.error("%s failed", raw_key, exc_info=error)
    return ObjectCounts(status="failed", error=f"{type(error).__name__}: {error}"[:MOST_ERROR_TEXT])


def ledger_row(raw_object: RawObject, counts: ObjectCounts, loaded_at: int) -> tuple[Any, ...]:
    """Return an object's row of the ledger; of an object that could not be read nothing is counted."""
    row: dict[str, Any] = {
        "raw_key": raw_object.raw_key,
        "extraction_date": raw_object.extraction_date,
        "size": raw_object.size,
        "written_at": _microseconds(raw_object.written_at),
        "loaded_at": loaded_at,
        "status": counts.status,
        "error": counts.error,
    }
    if counts.status == LOADED:
        row |= {
            "account": counts.account,
            "lines": counts.lines,
            "entries": counts.entries,
            "accepted": counts.outcomes[Outcome.ACCEPTED],
            **{f"skipped_{reason}": counts.skipped[reason] for reason in SKIP_REASONS},
            "rejected_entries": counts.outcomes[Outcome.REJECTED],
            "rejected_documents": counts.outcomes[Outcome.DOCUMENT],
            "is_complete": counts.is_complete,
            "plays_from": counts.plays_from,
            "plays_to": counts.plays_to,
            "plays_page_full": counts.plays_page_full,
            "plays_pages": counts.plays_pages,
            "summary_pages": counts.summary_pages,
            "summary_entries": counts.summary_entries,
        }
    return tuple(row.get(name) for name in RAW_OBJECT.column_names)


class _Parts:
    """The parts of one object's rows, until it is known that it can be read to its end; large ones on disk."""

    def __init__(self) -> None:
        self.first: ObjectRows | None = None
        self.file: BinaryIO | None = None

    def __enter__(self) -> "_Parts":
        return self

    def __exit__(self, *_: object) -> None:
        if self.file:
            self.file.close()

    def add(self, part: ObjectRows) -> None:
        if self.first is None:
            self.first = part
            return
        if self.file is None:
            self.file = tempfile.TemporaryFile()  # noqa: SIM115
        contents = {name: best.rows for name, best in part.best.items()}
        pickle.dump((contents, part.rejected, part.payloads), self.file)

    def __iter__(self) -> Iterator[ObjectRows]:
        if self.first is not None:
            yield self.first
        if self.file is None:
            return
        self.file.seek(0)
        while self.file.peek(1):  # type: ignore[attr-defined]
            contents, rejected, payloads = pickle.load(self.file)
            part = ObjectRows()
            for name, rows in contents.items():
                part.best[name].rows = rows
            part.rejected, part.payloads = rejected, payloads
            yield part


def _microseconds(moment: dt.datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // dt.timedelta(microseconds=1)
