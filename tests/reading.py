"""The load without Spark: raw objects as the reader reads them, and of each key the best row.

Rows are as tests/model has them: JSON values, dates and times as ISO text.
"""

import datetime as dt
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pyspark.sql import types as T

from glue_jobs.load.best_rows import BestRows
from glue_jobs.load.days import ledger_row
from glue_jobs.load.read_object import ObjectCounts, ObjectFacts, ObjectRows, read_object
from glue_jobs.raw.raw_object import RawObject as Listed
from glue_jobs.raw.raw_object import find_raw_object
from glue_jobs.spotify.values import EPOCH
from glue_jobs.tables import RAW_OBJECT, REJECTED_RECORD, TABLES
from tests.model.lakehouse import RawObject, Row

Rows = dict[str, list[Row]]


def read_raw_objects(objects: Iterable[RawObject]) -> Rows:
    """Return the rows of every table that raw objects give together, ordered by key."""
    best = {table.name: BestRows(table) for table in TABLES}
    for one in objects:
        listed = find_raw_object(one.key, one.key, len(one.content), one.written_at)
        assert listed is not None, one.key
        _read(listed, one.content, best)
    return {table.name: _described(best[table.name]) for table in TABLES}


def read_raw_folder(raw: Path) -> Rows:
    """Return the rows of all raw objects in a folder."""
    paths = sorted(raw.rglob("*.ndjson.gz"))
    keys = [path.relative_to(raw).as_posix() for path in paths]
    moments = [dt.datetime.fromtimestamp(int(path.stat().st_mtime), dt.UTC) for path in paths]
    return read_raw_objects(
        RawObject(key, path.read_bytes(), moment) for key, path, moment in zip(keys, paths, moments, strict=True)
    )


def _read(listed: Listed, content: bytes, best: dict[str, BestRows]) -> None:
    facts = ObjectFacts(listed.raw_key, listed.extraction_date, listed.size, None)
    *parts, counts = read_object(io.BytesIO(content).read, facts)
    assert isinstance(counts, ObjectCounts)
    best[RAW_OBJECT.name].add(ledger_row(listed, counts, 0))
    if counts.status != "loaded":
        return
    for part in parts:
        assert isinstance(part, ObjectRows)
        for name, rows in part.best.items():
            best[name].add_all(rows)
        for row in part.rejected:
            best[REJECTED_RECORD.name].add(row)


def _described(best: BestRows) -> list[Row]:
    table = best.table
    rows = [
        {field.name: _shown(value, field.dataType) for field, value in zip(table.schema, row, strict=True)}
        for row in best.rows.values()
    ]
    for row in rows:
        row.pop("loaded_at", None)
    return sorted(rows, key=lambda row: [row[name] for name in table.key])


def _shown(value: Any, kind: T.DataType) -> Any:
    """Return a value as JSON has it."""
    if value is None:
        return None
    if isinstance(kind, T.ArrayType):
        return [_shown(one, kind.elementType) for one in value]
    if isinstance(kind, T.StructType):
        return {field.name: _shown(one, field.dataType) for field, one in zip(kind, value, strict=True)}
    show = SHOW.get(type(kind))
    return show(value) if show else value


def _instant(microseconds: int) -> str:
    moment = EPOCH + dt.timedelta(microseconds=microseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


SHOW: dict[type[T.DataType], Callable[[Any], str]] = {T.TimestampType: _instant, T.DateType: dt.date.isoformat}
