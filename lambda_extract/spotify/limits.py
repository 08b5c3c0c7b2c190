"""What is remembered of Spotify's limits: calls of the last 24 hours per endpoint family, and families that are closed.

It belongs to the app, not to an account. If it is lost or broken, it starts empty: at worst one call is refused.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lambda_extract.raw_format import Json, JsonObject, format_second

DAY = dt.timedelta(hours=24)
LONGEST = dt.timedelta(hours=48)
"""A header that closes a family for longer is not believed."""

HOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}")
API_PATH = re.compile(r"/v1/(?P<rest>.+?)/?")


@dataclass
class Limits:
    """Calls by family and hour, until when a family is closed, and its budget of 24 hours."""

    budgets: Mapping[str, int] = field(default_factory=dict)
    closed: dict[str, dt.datetime] = field(default_factory=dict)
    hours: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, family: str, now: dt.datetime) -> None:
        """Count one call."""
        hours = self.hours.setdefault(family, {})
        hour = _name_hour(now)
        hours[hour] = hours.get(hour, 0) + 1

    def sum_calls(self, family: str, now: dt.datetime) -> int:
        """Sum the calls of the last 24 hours; the hour in which they began counts whole."""
        first = _name_hour(now - DAY)
        return sum(calls for hour, calls in self.hours.get(family, {}).items() if hour >= first)

    def close(self, family: str, until: dt.datetime) -> None:
        """Remember that a family does not answer before a moment."""
        self.closed[family] = max(until, self.closed.get(family, until))

    def refuse(self, family: str, now: dt.datetime) -> str | None:
        """Return why a family must not be called now; None if it may."""
        until = self.closed.get(family)
        if until and until > now:
            return f"{family} is closed until {format_second(until)}, as Spotify said"
        budget = self.budgets.get(family)
        if budget is not None and self.sum_calls(family, now) >= budget:
            return f"{family} has had its {budget} calls of 24 hours (EXTRACT_BUDGETS)"
        return None

    def write(self, now: dt.datetime) -> JsonObject:
        """Write what still counts."""
        first = _name_hour(now - DAY)
        hours: JsonObject = {
            family: {hour: calls for hour, calls in known.items() if hour >= first}
            for family, known in self.hours.items()
        }
        closed: JsonObject = {family: format_second(until) for family, until in self.closed.items() if until > now}
        return {"closed": closed, "hours": {family: known for family, known in hours.items() if known}}

    def join(self, other: "Limits") -> "Limits":
        """Join what two runs of one app counted, each on its own."""
        joined = Limits(self.budgets, dict(self.closed), {family: dict(known) for family, known in self.hours.items()})
        for family, until in other.closed.items():
            joined.close(family, until)
        for family, known in other.hours.items():
            mine = joined.hours.setdefault(family, {})
            for hour, calls in known.items():
                mine[hour] = mine.get(hour, 0) + calls
        return joined


def read_limits(document: Json, budgets: Mapping[str, int], now: dt.datetime) -> Limits:
    """Read what was remembered; what cannot be understood counts as forgotten."""
    limits = Limits(budgets)
    if not isinstance(document, dict):
        return limits
    closed, hours = document.get("closed"), document.get("hours")
    for family, text in (closed if isinstance(closed, dict) else {}).items():
        if until := read_moment(text):
            limits.close(family, min(until, now + LONGEST))
    for family, known in (hours if isinstance(hours, dict) else {}).items():
        counted = known.items() if isinstance(known, dict) else ()
        limits.hours[family] = {
            hour: calls for hour, calls in counted if isinstance(calls, int) and calls > 0 and _is_past(hour, now)
        }
    return limits


def _is_past(hour: str, now: dt.datetime) -> bool:
    """Return whether this is an hour that is not in the future (the clock was wrong then)."""
    return HOUR.fullmatch(hour) is not None and hour <= _name_hour(now + dt.timedelta(hours=1))


def read_moment(text: Json) -> dt.datetime | None:
    """Read a moment in this file's own format, with its zone; None for anything else."""
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment.astimezone(dt.UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def find_family(url: str) -> str | None:
    """Name the family of endpoints that an address belongs to; None outside the API."""
    match = API_PATH.fullmatch(urlsplit(url).path)
    if not match:
        return None
    parts = match["rest"].split("/")
    if parts[0] == "me":
        return "/".join(parts[:2])
    return "artists/albums" if parts[0] == "artists" and parts[2:] == ["albums"] else parts[0]


def _name_hour(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H")
