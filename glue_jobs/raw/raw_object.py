"""One raw object, as whichever storage lists it, and how many of them are loaded at once."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

KEY = re.compile(r"extraction_date=(?P<date>\d{4}-\d{2}-\d{2})/(?![._])[^/]+\.ndjson\.gz")
"""Names with a dot or an underscore in front are files that are being written."""


@dataclass(frozen=True)
class RawObject:
    """One raw object as the storage lists it; `size` in bytes, `written_at` in UTC, None if it is unknown."""

    raw_key: str
    path: str
    extraction_date: dt.date
    size: int
    written_at: dt.datetime | None
    is_in_ledger: bool = False
    """The ledger has a row of it: it is loaded, or could not be."""


def find_raw_object(key: str, path: str, size: int, written_at: dt.datetime | None) -> RawObject | None:
    """Describe what has a key relative to the raw place; None if it is not a raw object."""
    match = KEY.fullmatch(key)
    if match is None:
        return None
    try:
        date = dt.date.fromisoformat(match["date"])
    except ValueError:
        return None
    moment = written_at.astimezone(dt.UTC).replace(microsecond=0) if written_at is not None else None
    # A file's name is bytes; those that are not UTF-8 cannot be written into a table.
    name = key.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return RawObject(f"raw/{name}", path, date, size, moment)


def cut_batches(objects: Sequence[RawObject], most_bytes: int) -> Iterator[list[RawObject]]:
    """Cut the objects into batches of bounded size, so that memory is, and a crash costs one batch."""
    batch: list[RawObject] = []
    size = 0
    for raw_object in objects:
        if batch and size + raw_object.size > most_bytes:
            yield batch
            batch, size = [], 0
        batch.append(raw_object)
        size += raw_object.size
    if batch:
        yield batch
