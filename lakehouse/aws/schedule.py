"""When a schedule of EventBridge Scheduler runs next: its cron(…) and rate(…), in its time zone, as AWS documents them.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
UNITS = {"minute": dt.timedelta(minutes=1), "hour": dt.timedelta(hours=1), "day": dt.timedelta(hours=24)}
"""A day of a rate is 24 hours, whatever the clocks do."""

CRON = re.compile(r"cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)")
RATE = re.compile(r"rate\(\s*([1-9]\d*)\s+(minute|hour|day)s?\s*\)")
FORMS = "cron(minutes hours day-of-month month day-of-week year) or rate(value minutes|hours|days)"


class ScheduleFault(Exception):
    """An expression that is none; the message says what was seen and expected."""


@dataclass(frozen=True)
class Field:
    """One field of a cron expression: its name, its least and greatest value, and words for the values."""

    name: str
    least: int
    greatest: int
    words: tuple[str, ...] = ()

    def read(self, text: str) -> frozenset[int]:
        """Return the values that a field's text names: lists of *, values, ranges, each with a step."""
        return frozenset(value for part in text.split(",") for value in self._read_part(part))

    def read_value(self, text: str) -> int:
        """Return one value, by number or by word."""
        word = text.upper()
        value = self.words.index(word) + self.least if word in self.words else int(text) if text.isdecimal() else -1
        if not self.least <= value <= self.greatest:
            words = f", or {self.words[0]}-{self.words[-1]}" if self.words else ""
            raise ScheduleFault(f"{self.name} is {text!r}, expected {self.least}-{self.greatest}{words}")
        return value

    def _read_part(self, part: str) -> Iterator[int]:
        span, has_step, step = part.partition("/")
        if has_step and not re.fullmatch(r"[1-9]\d*", step):
            raise ScheduleFault(f"{self.name} has the step {step!r}, expected 1 or more")
        first, is_range, last = span.partition("-")
        low = self.least if span == "*" else self.read_value(first)
        # A value with a step begins a range that goes on to the greatest.
        high = self.read_value(last) if is_range else self.greatest if has_step or span == "*" else low
        # A range may go over the end: 22-4, FRI-MON.
        high += (self.greatest - self.least + 1) if high < low else 0
        for value in range(low, high + 1, int(step) if has_step else 1):
            yield (value - self.least) % (self.greatest - self.least + 1) + self.least


MINUTE, HOUR = Field("the minute", 0, 59), Field("the hour", 0, 23)
DAY, MONTH = Field("the day of the month", 1, 31), Field("the month", 1, 12, MONTHS)
WEEKDAY, YEAR = Field("the day of the week", 1, 7, WEEKDAYS), Field("the year", 1970, 2199)
OnDay = Callable[[dt.date], bool]


@dataclass(frozen=True)
class Cron:
    """A cron expression as what it matches."""

    times: tuple[dt.time, ...]
    is_on: OnDay

    def runs_on(self, day: dt.date) -> tuple[dt.time, ...]:
        """Return the times of one day, earliest first."""
        return self.times if self.is_on(day) else ()


def parse_cron(expression: str) -> Cron:
    """Return what an expression matches; a fault names what is wrong with it."""
    found = CRON.fullmatch(expression.strip())
    if not found:
        raise ScheduleFault(f"seen {expression!r}, expected {FORMS}")
    minutes, hours, days, months, weekdays, years = found.groups()
    if (days == "?") == (weekdays == "?"):
        raise ScheduleFault(f"seen {expression!r}, expected ? for the day of the month or for the day of the week")
    times = tuple(dt.time(hour, minute) for hour in sorted(HOUR.read(hours)) for minute in sorted(MINUTE.read(minutes)))
    in_month, in_year = MONTH.read(months), YEAR.read(years)
    on_day = parse_weekdays(weekdays) if days == "?" else parse_days(days)
    return Cron(times, lambda day: day.year in in_year and day.month in in_month and on_day(day))


def parse_days(text: str) -> OnDay:
    """Return what matches a day of the month: values, L (the last), LW or 15W (the weekday next to it)."""
    tests = [parse_day(part) for part in text.split(",")]
    return lambda day: any(test(day) for test in tests)


def parse_day(text: str) -> OnDay:
    """Return what matches one part of the day of the month."""
    word = text.upper()
    if word == "L":
        return lambda day: day.day == last_of(day)
    if word == "LW":
        return lambda day: day == nearest_weekday(day, last_of(day))
    if re.fullmatch(r"\d+W", word):
        wanted = DAY.read_value(word[:-1])
        return lambda day: wanted <= last_of(day) and day == nearest_weekday(day, wanted)
    values = DAY.read(text)
    return lambda day: day.day in values


def parse_weekdays(text: str) -> OnDay:
    """Return what matches a day of the week: values from 1 (SUN) to 7 (SAT), L, 5L (the last), 3#2 (the second)."""
    tests = [parse_weekday(part) for part in text.split(",")]
    return lambda day: any(test(day) for test in tests)


def parse_weekday(text: str) -> OnDay:
    """Return what matches one part of the day of the week."""
    word = text.upper()
    if word == "L":
        return lambda day: weekday_of(day) == WEEKDAY.greatest
    if len(word) > 1 and word.endswith("L"):
        wanted = WEEKDAY.read_value(word[:-1])
        return lambda day: weekday_of(day) == wanted and day.day > last_of(day) - 7
    if "#" in word:
        name, _, number = word.partition("#")
        wanted = WEEKDAY.read_value(name)
        if number not in ("1", "2", "3", "4", "5"):
            raise ScheduleFault(f"{WEEKDAY.name} is {text!r}, expected a number from 1 to 5 after #")
        return lambda day: weekday_of(day) == wanted and (day.day - 1) // 7 + 1 == int(number)
    values = WEEKDAY.read(text)
    return lambda day: weekday_of(day) in values


def weekday_of(day: dt.date) -> int:
    """Return the day of the week as cron counts it: 1 is Sunday."""
    return day.isoweekday() % 7 + 1


def last_of(day: dt.date) -> int:
    """Return the last day of a day's month."""
    return calendar.monthrange(day.year, day.month)[1]


def nearest_weekday(day: dt.date, wanted: int) -> dt.date:
    """Return the Monday to Friday that is nearest to a day of the same month, without leaving the month."""
    target = day.replace(day=wanted)
    if target.isoweekday() == 6:
        return target - dt.timedelta(days=1) if wanted > 1 else target + dt.timedelta(days=2)
    if target.isoweekday() == 7:
        return target + dt.timedelta(days=1) if wanted < last_of(day) else target - dt.timedelta(days=2)
    return target


def find_next(expression: str, zone: str, after: dt.datetime, began: dt.datetime) -> dt.datetime | None:
    """Return when it runs next, in its zone; a rate counts from when it began. None if it never runs again."""
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleFault(f"seen the time zone {zone!r}, expected a name such as Europe/Berlin") from error
    if found := RATE.fullmatch(expression.strip()):
        every = int(found[1]) * UNITS[found[2]]
        return (began if after < began else began + ((after - began) // every + 1) * every).astimezone(known)
    cron, day = parse_cron(expression), after.astimezone(known).date()
    while day.year <= YEAR.greatest:
        for time in cron.runs_on(day):
            moment = dt.datetime.combine(day, time, known)
            if moment.astimezone(dt.UTC) > after and does_exist(moment):
                return moment
        day += dt.timedelta(days=1)
    return None


def does_exist(moment: dt.datetime) -> bool:
    """Say whether the clocks show this time that day: AWS skips a run in the hour that summer time takes away.

    A run in the hour that comes twice is made once; a time of ours means the first.
    """
    back = moment.astimezone(dt.UTC).astimezone(moment.tzinfo)
    return back.replace(tzinfo=None) == moment.replace(tzinfo=None)
