"""When a schedule of EventBridge Scheduler runs next: its cron(…) and rate(…), in its time zone.

The library cronsim finds the next time; here AWS's form is translated to the usual one. cronsim does not know the
nearest weekday (15W) and ranges over the end (22-4), which AWS has: their next run is not said.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import datetime as dt
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
UNITS = {"minute": dt.timedelta(minutes=1), "hour": dt.timedelta(hours=1), "day": dt.timedelta(hours=24)}
"""A day of a rate is 24 hours, whatever the clocks do."""

CRON = re.compile(r"cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)")
RATE = re.compile(r"rate\(\s*([1-9]\d*)\s+(minute|hour|day)s?\s*\)")
WEEKDAY_NUMBER = re.compile(r"(?<![#/\d])[1-7](?!\d)")


class ScheduleError(Exception):
    """An expression or a time zone that is not understood; the message says which."""


def find_next(expression: str, zone: str, after: dt.datetime, began: dt.datetime) -> dt.datetime | None:
    """Return when it runs next, in its zone; a rate counts from when it began. None if it never runs again."""
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleError(f"got the time zone {zone!r}, expected a name such as Europe/Berlin") from error
    if rate := RATE.fullmatch(expression.strip()):
        every = int(rate[1]) * UNITS[rate[2]]
        return (began if after < began else began + ((after - began) // every + 1) * every).astimezone(known)
    return find_next_by_cron(expression, after.astimezone(known))


def find_next_by_cron(expression: str, after: dt.datetime) -> dt.datetime | None:
    """Return the first time that matches and that the zone's clock shows; a time that it shows twice counts once."""
    match = CRON.fullmatch(expression.strip())
    if not match:
        raise ScheduleError(f"got {expression!r}, expected cron(…) with six fields or rate(…)")
    *fields, weekdays, year = match.groups()
    years = read_years(year)
    usual = " ".join([*fields, to_usual_weekdays(weekdays)]).replace("?", "*")
    try:
        for time in CronSim(usual, after.replace(tzinfo=None)):
            moment = time.replace(tzinfo=after.tzinfo)
            if time.year > max(years):
                return None
            if time.year in years and does_exist(moment) and moment.astimezone(dt.UTC) > after:
                return moment
    except CronSimError as error:
        raise ScheduleError(f"got {expression!r}: {error}") from error
    return None


def to_usual_weekdays(text: str) -> str:
    """Return AWS's days of the week, 1 to 7 from Sunday and L for Saturday, as the usual 0 to 6."""
    numbered = text.upper()
    for number, name in enumerate(WEEKDAYS, start=1):
        numbered = numbered.replace(name, str(number))
    return "6" if numbered == "L" else WEEKDAY_NUMBER.sub(lambda match: str(int(match[0]) - 1), numbered)


def read_years(text: str) -> frozenset[int]:
    """Return the years that a list of years and ranges of years names, or *."""
    spans = [part.partition("-") for part in text.replace("*", "1970-2199").split(",")]
    return frozenset(year for first, _, last in spans for year in range(int(first), int(last or first) + 1))


def does_exist(moment: dt.datetime) -> bool:
    """Return whether the clocks show this time that day: AWS skips a run in the hour that summer time takes away."""
    back = moment.astimezone(dt.UTC).astimezone(moment.tzinfo)
    return back.replace(tzinfo=None) == moment.replace(tzinfo=None)
