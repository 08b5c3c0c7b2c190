"""Statements that read a window of days: what a check or a summary reads does not grow with the years.

The tables and views that a statement names get a step of the same name before it, which holds the window's rows alone.
What a day's rows refer to, the same day's rows hold, as both come from one raw object; a check may look at days apart.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

RECENT_DAYS = 7
"""What is checked after each load."""

SLICE_DAYS = 56
"""What one query of a full look reads at most: at a thousand playlists a day all columns of it are below 1,000 MB."""

RESOLVED_DAYS = 42
"""How many days back, at most, the full read of an unchanged listing is, and some days more."""

DAYS = {
    **dict.fromkeys(
        ("album", "artist", "song", "listing", "album_artist", "song_artist", "listing_entry", "listing_walk"),
        "extraction_date",
    ),
    "play": "played_at",
    "chart_week": "week_date",
}
"""What is read by days, and the column that says which. The ledger and rejected records are small and read whole."""

NEWEST = """select
        song_id,
        max_by(name, extraction_date) filter (where name is not null) as name,
        max_by(artist_id, extraction_date) filter (where artist_id is not null) as artist_id
    from "{database}"."song"
    where {condition}
    group by song_id"""
"""Of song_latest what summaries read, from the days that they look at."""

STEPS = re.compile(r"with\s+", re.IGNORECASE)
PERIOD = re.compile(r"partitioning\s*=\s*array\['year\((?P<column>\w+)\)'\]", re.IGNORECASE)
BODY = re.compile(r"\)\s+as\n", re.IGNORECASE)


@dataclass(frozen=True)
class Window:
    """Days from one on, up to another that is not in it; None is without an end."""

    since: dt.date | None = None
    until: dt.date | None = None

    def condition(self, column: str, days_before: int = 0) -> str:
        """Return the condition on a column that holds the window's days."""
        kind = "timestamp" if column == "played_at" else "date"
        ends = []
        if self.since:
            ends.append(f"{column} >= {_literal(kind, self.since - dt.timedelta(days=days_before))}")
        if self.until:
            ends.append(f"{column} < {_literal(kind, self.until)}")
        return " and ".join(ends) or "true"


def _literal(kind: str, day: dt.date) -> str:
    return f"timestamp '{day} 00:00:00 UTC'" if kind == "timestamp" else f"date '{day}'"


def is_bounded(reads: Iterable[str]) -> bool:
    """Return whether any of what is read is read by days."""
    return bool(set(reads) & set(DAYS))


def bound_text(text: str, reads: Iterable[str], window: Window, database: str) -> str:
    """Return a select that reads the window's days alone."""
    steps = [*_write_steps(reads, window, database)]
    if not steps or window == Window():
        return text
    added = ",\n".join(steps)
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    rest = "\n".join(lines[start:])
    head = "\n".join(lines[:start])
    if STEPS.match(rest):
        return f"{head}\nwith {added},\n{STEPS.sub('', rest, count=1)}"
    return f"{head}\nwith {added}\n{rest}"


def _write_steps(reads: Iterable[str], window: Window, database: str) -> Iterator[str]:
    for name in reads:
        if name == "song_latest":
            condition = window.condition("extraction_date", RESOLVED_DAYS)
            yield f"{name} as (\n    {NEWEST.format(database=database, condition=condition)}\n)"
        elif name in DAYS:
            yield f'{name} as (\n    select * from "{database}"."{name}" where {window.condition(DAYS[name])}\n)'


def recent(today: dt.date, align: str = "") -> Window:
    """Return the last days, from the beginning of a period on: what is looked at after each load."""
    return Window(since=align_day(today - dt.timedelta(days=RECENT_DAYS), align))


def slice_days(first: dt.date, today: dt.date, align: str = "") -> list[Window]:
    """Return windows that hold all days there are, the newest first, each of some weeks; the outer ones have no end."""
    newest = recent(today, align).since
    assert newest
    edges = [newest]
    while edges[-1] > first:
        edges.append(align_day(edges[-1] - dt.timedelta(days=SLICE_DAYS), align))
    starts: list[dt.date | None] = [*edges[:-1], None]
    ends: list[dt.date | None] = [None, *edges[:-1]]
    return [Window(since, until) for since, until in zip(starts, ends, strict=True)]


def align_day(day: dt.date, column: str) -> dt.date:
    """Return the first day of the month or week that a day is in; the day itself if there are no periods."""
    if column == "month_date":
        return day.replace(day=1)
    return day - dt.timedelta(days=day.weekday()) if column == "week_date" else day


def find_period(text: str) -> str | None:
    """Return the column of a summary's periods."""
    found = PERIOD.search(text)
    return found["column"] if found else None


def split_summary(text: str) -> tuple[str, str]:
    """Return a summary's CREATE TABLE up to its select, and the select."""
    found = BODY.search(text)
    if found is None:
        raise ValueError("expected a CREATE TABLE … WITH (…) AS and a select")
    return text[: found.end()], text[found.end() :]
