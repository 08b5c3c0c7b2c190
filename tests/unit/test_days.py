"""A row that does not fit its table costs its raw object, and ends nothing: the net below all that is foreseen."""

import datetime as dt
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from glue_jobs.load import days
from glue_jobs.load.days import Day, read_days
from glue_jobs.load.notes import DayNote
from glue_jobs.load.read_object import ObjectCounts, ObjectFacts, ObjectRows, Read, read_object
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.tables import REJECTED_RECORD
from tests.spark.objects import entry, page, song

DAY = dt.date(2026, 11, 1)
TOO_LARGE = 2**70


def content(song_id: str) -> bytes:
    """Return a raw object with a song."""
    line = {"kind": "answer", "schema_version": 1, "source": {"kind": "playlist", "id": song_id}, "status": 200}
    return gzip.compress(json.dumps({**line, "response": page(entry(song(song_id)))}).encode())


def load(contents: dict[str, bytes]) -> tuple[dict[str, list[dict[str, Any]]], DayNote]:
    """Return the rows by table, and the note, of raw objects of one day."""
    objects = tuple(RawObject(key, key, DAY, 1, None) for key in contents)
    rows: dict[str, list[dict[str, Any]]] = {}
    for batch in read_days([Day(DAY, objects)], lambda path: nullcontext(io.BytesIO(contents[path]).read), 0):
        for row in batch.to_pylist():
            for name, value in row.items():
                if value is not None:
                    rows.setdefault(name, []).append(value)
    (note,) = rows.pop("note")
    return rows, DayNote.from_json(str(note))


@pytest.mark.parametrize("place", ["song", "rejected_record", "raw_object"])
def test_a_row_that_does_not_fit_its_table_fails_its_object_alone(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_with_fault(read: Read, facts: ObjectFacts) -> Iterator[ObjectRows | ObjectCounts]:
        for part in read_object(read, facts):
            if facts.raw_key == "odd" and isinstance(part, ObjectCounts) and place == "raw_object":
                part.summary_pages = TOO_LARGE
            if facts.raw_key == "odd" and isinstance(part, ObjectRows):
                if place == "song":
                    table, rows = part.best["song"].table, part.best["song"].rows
                    at = table.column_names.index("duration_ms")
                    rows.update({key: (*row[:at], TOO_LARGE, *row[at + 1 :]) for key, row in rows.items()})
                if place == "rejected_record":
                    row = dict.fromkeys(REJECTED_RECORD.column_names) | {"raw_key": "odd", "line": TOO_LARGE}
                    part.rejected.append(tuple(row.values()))
            yield part

    monkeypatch.setattr(days, "read_object", read_with_fault)
    rows, note = load({"good": content("s1"), "odd": content("s2"), "last": content("s3")})
    ledger = {row["raw_key"]: (row["status"], row["error"]) for row in rows["raw_object"]}
    assert ledger["good"] == ledger["last"] == ("loaded", None)
    assert ledger["odd"][0] == "failed"
    assert "too large" in ledger["odd"][1] or "too big" in ledger["odd"][1]
    assert {"s1", "s3"} <= {row["song_id"] for row in rows["song"]}
    assert (note.objects, dict(note.unreadable), list(note.failed)) == (2, {"failed": 1}, ["odd"])


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400], ids=["just too large", "just too small", "huge"])
def test_a_number_beyond_64_bits_is_not_read_anywhere(number: int) -> None:
    head = {"kind": "answer", "schema_version": 1, "source": {"kind": "search", "id": "q"}, "status": 200}
    track = song("s1", duration_ms=number, popularity=number, disc_number=number)
    lists = {"tracks": page(entry(track), total=number, offset=number, limit=number), "albums": page(total=2**63 - 1)}
    listed = {"kind": "search", "id": "q", "pages": number, "entries": 2**63 - 1, "total": number}
    lines = [{**head, "response": lists}, {"kind": "summary", "schema_version": 1, "sources": [listed, listed]}]
    rows, note = load({"odd": gzip.compress(b"\n".join(json.dumps(line).encode() for line in lines))})
    assert [row["status"] for row in rows["raw_object"]] == ["loaded"]
    assert not note.failed
