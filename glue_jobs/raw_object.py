"""One raw object, as whichever store lists it."""

import datetime as dt
import re
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
