"""Find the extraction date of a dump in the path it was given by."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

DAY = re.compile(r"(?:[^=]+=)?(\d{4})-(\d{2})-(\d{2})")
DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
YEAR = re.compile(r"(?:(?:year|y)=)?(\d{4})", re.IGNORECASE)
MONTH = re.compile(r"(?:(?:month|m)=)?(\d{1,2})", re.IGNORECASE)
DAY_OF_MONTH = re.compile(r"(?:(?:day|d)=)?(\d{1,2})", re.IGNORECASE)
# A folder named 1234 is no year of a dump: Spotify started in 2006.
PLAUSIBLE_YEARS = range(2000, 2200)


def find_path_date(path: PurePath) -> dt.date | None:
    """Find the deepest date in a path: in the file's name, else in its folders."""
    for match in DAY_IN_NAME.finditer(path.name):
        if date := _build_date(match.groups()):
            return date
    return next(_list_folder_dates(path.parent.parts), None)


def _list_folder_dates(folders: Sequence[str]) -> Iterator[dt.date]:
    """Yield the dates that folders name, alone or as year, month and day, the deepest first."""
    for end in range(len(folders), 0, -1):
        match = DAY.fullmatch(folders[end - 1])
        date = _build_date(match.groups()) if match else _read_triple(folders[max(0, end - 3) : end])
        if date:
            yield date


def _read_triple(folders: Sequence[str]) -> dt.date | None:
    """Read three folders as year, month and day, all three with their names or all without."""
    if len(folders) != 3 or len({"=" in folder for folder in folders}) != 1:
        return None
    patterns = (YEAR, MONTH, DAY_OF_MONTH)
    matches = [pattern.fullmatch(folder) for pattern, folder in zip(patterns, folders, strict=True)]
    return _build_date([match[1] for match in matches if match])


def _build_date(parts: Sequence[str]) -> dt.date | None:
    """Build a date from year, month and day; one that the calendar does not have is none."""
    if len(parts) != 3 or int(parts[0]) not in PLAUSIBLE_YEARS:
        return None
    try:
        return dt.date(*(int(part) for part in parts))
    except ValueError:
        return None
