"""Single values, read from any JSON that some program wrote for them: tolerant of the form, never of the meaning.

Here it is decided that a duration given as text ("201000") or as 201000.0 is the number 201000, that "yes" is true, and
that a time in the year 1 is not a time. Each function returns None for what it cannot read; the caller decides what
follows.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

INT_BOUNDS = (-(2**31), 2**31 - 1)
LONG_BOUNDS = (-(2**63), 2**63 - 1)
WHOLE = re.compile(r"[+-]?[0-9]{1,40}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
TRUE_WORDS = frozenset(("true", "t", "yes", "y", "1"))
FALSE_WORDS = frozenset(("false", "f", "no", "n", "0"))
PERIOD = re.compile(r"(?!0000)[0-9]{4}(?:-[0-9]{2}){0,2}")
TIME = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[T ]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,9}))?)?)?\s*(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MILLISECOND = 1_000
"""Times are whole microseconds since 1970, UTC, cut to milliseconds: Athena keeps no more."""
FIRST_TIME = int((dt.datetime(1900, 1, 1, tzinfo=dt.UTC) - EPOCH).total_seconds()) * 1_000_000
END_OF_TIME = int((dt.datetime(2200, 1, 1, tzinfo=dt.UTC) - EPOCH).total_seconds()) * 1_000_000
"""Programs write their zero as 0001-01-01, and few of those that read the tables know the years after 9999."""


def as_text(value: Any) -> str | None:
    """Return text as it is, and anything else as its JSON."""
    if value is None or isinstance(value, str):
        return value
    return to_json(value)


def to_json(value: Any) -> str:
    """Return a value as compact JSON; numbers that JSON cannot hold become text."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # half a surrogate pair, which UTF-8 cannot hold
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (msgspec.MsgspecError, RecursionError, OverflowError):
        return str(value)


def whole_number(value: Any) -> int | None:
    """Read 71, 71.0, "71" or "71.0" (as pandas writes) as a whole number of 64 bits; a fraction is cut off."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = _number_of_text(value.strip())
    if isinstance(value, float):
        value = int(value) if value - value == 0 else None  # not for NaN and the infinities
    return value if isinstance(value, int) and LONG_BOUNDS[0] <= value <= LONG_BOUNDS[1] else None


def _number_of_text(text: str) -> int | float | None:
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if len(text) <= 400 and DECIMAL.fullmatch(text) else None


def add_up(numbers: Iterable[int | None]) -> int | None:
    """Return the sum; None if a number is not known, or if the sum does not fit 64 bits."""
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total if LONG_BOUNDS[0] <= total <= LONG_BOUNDS[1] else None


def as_int(number: int | None) -> int | None:
    """Return a number that fits a column of 32 bits; None for one that does not."""
    return number if number is not None and INT_BOUNDS[0] <= number <= INT_BOUNDS[1] else None


def truth(value: Any) -> bool | None:
    """Read true and false, also as words or as 1 and 0."""
    if isinstance(value, bool):
        return value
    word = (as_text(value) or "").strip().lower()
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


@lru_cache(maxsize=65_536)
def instant(text: str | None) -> int | None:
    """Read a UTC time as microseconds since 1970, cut to milliseconds; None outside the years people listened in."""
    match = TIME.fullmatch(text.strip()) if text and len(text) <= 60 else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=_zone(match[8]))
        seconds = int((moment - EPOCH).total_seconds())
    except (ValueError, OverflowError):
        return None
    microseconds = seconds * 1_000_000 + int(((match[7] or "") + "000")[:3]) * MILLISECOND
    return microseconds if FIRST_TIME <= microseconds < END_OF_TIME else None


def _zone(text: str | None) -> dt.timezone:
    if text in (None, "Z", "UTC"):
        return dt.UTC
    digits = text[1:].replace(":", "")
    offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return dt.timezone(-offset if text[0] == "-" else offset)


@lru_cache(maxsize=65_536)
def first_day(text: str | None) -> dt.date | None:
    """Return the first day of 1979, 1981-12 or 2025-01-13; None for 0000 and anything else."""
    if text is None or not PERIOD.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return None


def greater(first: Any, other: Any) -> Any:
    """Return the greater of two values; None counts as unknown; two None give None."""
    return max((value for value in (first, other) if value is not None), default=None)
