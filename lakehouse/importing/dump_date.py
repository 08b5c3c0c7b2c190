"""Find the extraction date of a dump in the path it was given by."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

DATE = r"(?<!\d)(?P<year>20\d{2})(?P<mark>[-_.]?)(?P<month>\d{2})(?P=mark)(?P<day>\d{2})(?!\d)"
DAY = re.compile(rf"(?:(?P<key>[^=]+)=)?{DATE}")
DAY_IN_NAME = re.compile(DATE)
YEAR = re.compile(r"(?:(?:year|y)=)?(\d{4})", re.IGNORECASE)
MONTH = re.compile(r"(?:(?:month|m)=)?(\d{1,2})", re.IGNORECASE)
DAY_OF_MONTH = re.compile(r"(?:(?:day|d)=)?(\d{1,2})", re.IGNORECASE)
# A folder named 1234 is not a year of a dump: Spotify started in 2006.
PLAUSIBLE_YEARS = range(2000, 2200)
TIME_AFTER_DATE = re.compile(r"[T_-]\d{2}[-:]?\d{2}(?:[-:]?\d{2})?Z?(?!\w)")


@dataclass(frozen=True)
class PathDate:
    """The date that a path says, and another one that it also says."""

    date: dt.date
    other: dt.date | None = None


def find_path_date(path: PurePath) -> PathDate | None:
    """Find the date of a path: a folder that names it (`dt=…`), else the file's name, else the deepest folder."""
    named = _find_name_date(path.name)
    folders = _list_folder_dates(path.parent.parts)
    explicit = [date for date, is_explicit in folders if is_explicit]
    dates = [*explicit[:1], *([named] if named else []), *(date for date, _ in folders[:1])]
    if not dates:
        return None
    return PathDate(dates[0], next((date for date in dates if date != dates[0]), None))


def drop_dates(path: str) -> str:
    """Return a path without the dates in it: what stays the same from day to day."""
    *folders, name = path.split("/")
    kept = [folder for number, folder in enumerate(folders) if not _is_date_folder(folders, number)]
    match = next(
        (candidate for candidate in DAY_IN_NAME.finditer(name) if _build_date(candidate.group("year", "month", "day"))),
        None,
    )
    if match:
        rest = name[match.end() :]
        time = TIME_AFTER_DATE.match(rest)
        name = name[: match.start()].rstrip("-_. ") + (rest[time.end() :] if time else rest)
        name = f"list{name}" if name.startswith(".") or not name else name
    return "/".join([*kept, name])


def _is_date_folder(folders: Sequence[str], number: int) -> bool:
    """Return whether a folder only names a date, or a year, month or day of one."""
    if (match := DAY.fullmatch(folders[number])) and _build_date(match.group("year", "month", "day")):
        return True
    triples = (folders[start : start + 3] for start in range(max(0, number - 2), number + 1))
    return any(_read_triple(triple) for triple in triples)


def _find_name_date(name: str) -> dt.date | None:
    dates = (_build_date(match.group("year", "month", "day")) for match in DAY_IN_NAME.finditer(name))
    return next((date for date in dates if date), None)


@lru_cache(maxsize=10_000)
def _list_folder_dates(folders: tuple[str, ...]) -> tuple[tuple[dt.date, bool], ...]:
    """List the dates that folders name, the deepest first; and whether with a key."""
    return tuple(_find_folder_dates(folders))


def _find_folder_dates(folders: Sequence[str]) -> Iterator[tuple[dt.date, bool]]:
    """Yield the dates that folders name, alone or as year, month and day."""
    for end in range(len(folders), 0, -1):
        match = DAY.fullmatch(folders[end - 1])
        triple = folders[max(0, end - 3) : end]
        inside = _find_name_date(folders[end - 1])
        if match and (date := _build_date(match.group("year", "month", "day"))):
            yield date, match["key"] is not None
        elif date := _read_triple(triple):
            yield date, "=" in triple[0]
        elif inside:
            yield inside, False


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
