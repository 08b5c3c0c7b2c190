"""One raw object, as whichever store lists it, and how many of them are loaded at once."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

KEY = re.compile(r"extraction_date=(?P<date>\d{4}-\d{2}-\d{2})/(?![._])[^/]+\.ndjson\.gz")
"""Names with a dot or an underscore in front are hidden to Spark, and so to us."""


@dataclass(frozen=True)
class RawObject:
    """One raw object as the store lists it; `size` in bytes, `written_at` in UTC."""

    raw_key: str
    path: str
    extraction_date: dt.date
    size: int
    written_at: dt.datetime


def find_raw_object(key: str, path: str, size: int, written_at: dt.datetime) -> RawObject | None:
    """Describe what lies under a key relative to the raw place; None if it is none of ours."""
    match = KEY.fullmatch(key)
    if match is None:
        return None
    try:
        date = dt.date.fromisoformat(match["date"])
    except ValueError:
        return None
    return RawObject(f"raw/{key}", path, date, size, written_at.astimezone(dt.UTC).replace(microsecond=0))


def cut_batches(objects: Sequence[RawObject], most_bytes: int) -> Iterator[list[RawObject]]:
    """Cut the objects into batches of bounded size, so that memory is, and a crash costs one batch."""
    batch: list[RawObject] = []
    size = 0
    for one in objects:
        if batch and size + one.size > most_bytes:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size
    if batch:
        yield batch
