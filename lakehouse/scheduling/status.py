"""What is to know of runs by the clock: last and next, the login's age, gaps, and how far the history goes."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

from lakehouse.asking import ask_question
from lakehouse.defaults import CATALOG_FILE
from lakehouse.errors import UserError
from lakehouse.extracting.login import read_environment, read_secret
from lakehouse.scheduling.run import Places, is_under_way, read_note
from lakehouse.scheduling.timers import HOUR, MINUTE, find_timer
from lakehouse.warehouse.session import Session
from lambda_extract.spotify.secret import find_ages

HISTORY = """
select
    account,
    min(played_at) as first_play,
    max(case when origin <> 'api' then played_at end) as export_to,
    max(played_at) as last_play
from play
group by account
order by account
"""
SHOWN = 3


def describe(places: Places, now: dt.datetime) -> Iterator[str]:
    """Yield the lines; what cannot be told of is one line, and the others follow."""
    for look in (_describe_timer, _describe_last, _describe_login, _describe_history, _describe_gaps):
        try:
            yield from look(places, now)
        except UserError as error:
            yield f"note      {str(error).splitlines()[0]}"


def _describe_timer(_places: Places, now: dt.datetime) -> Iterator[str]:
    timer = find_timer()
    period = timer.period()
    if period is None:
        yield f"timer     none; `lakehouse schedule install` makes one ({timer.name})"
        return
    yield f"timer     {timer.name}, {period}; next run {next_run(period, now):%Y-%m-%d %H:%M}"


def next_run(period: str, now: dt.datetime) -> dt.datetime:
    """Return when the next run is, on this machine's clock."""
    here = now.astimezone()
    at = here.replace(minute=MINUTE, second=0, microsecond=0)
    if period == "daily":
        at = at.replace(hour=HOUR)
    step = dt.timedelta(hours=1) if period == "hourly" else dt.timedelta(days=1)
    return at if at > here else at + step


def _describe_last(places: Places, _now: dt.datetime) -> Iterator[str]:
    if is_under_way(places.folder):
        yield "run       one is under way"
    note = read_note(places.folder)
    if note is None:
        yield "last run  none yet"
        return
    started = dt.datetime.fromisoformat(note["started"])
    seconds = (dt.datetime.fromisoformat(note["ended"]) - started).total_seconds()
    end = "all is well" if note["exit_code"] == 0 else f"exit code {note['exit_code']}: {note['said']}"
    yield f"last run  {started.astimezone():%Y-%m-%d %H:%M}, {seconds:.0f} s, {end}"


def _describe_login(places: Places, now: dt.datetime) -> Iterator[str]:
    secret = read_secret(places.login, read_environment(os.environ))
    if secret.refresh_token is None:
        yield f"login     none in {places.login}; `lakehouse login` makes one"
        return
    age = find_ages(secret, now.date()).get("login_date")
    yield "login     there is one" + (f", {age} days old; it ends after six months" if age is not None else "")


def _describe_history(places: Places, _now: dt.datetime) -> Iterator[str]:
    if not _has_tables(places.warehouse):
        yield f"history   no tables in {places.warehouse} yet"
        return
    session = Session(places.warehouse)
    if "play" not in session.known:
        return
    for row in session.run_text(HISTORY).to_pylist():
        export = row["export_to"]
        known = f"an export covers it to {export:%Y-%m-%d}" if export else "no export is imported yet"
        span = f"{row['first_play']:%Y-%m-%d} to {row['last_play']:%Y-%m-%d}"
        yield f"history   {row['account']}: plays from {span}; {known}"


def _describe_gaps(places: Places, _now: dt.datetime) -> Iterator[str]:
    if not _has_tables(places.warehouse):
        return
    _, rows = ask_question(places.warehouse, "listening_gaps", [])
    gaps = rows.to_pylist()
    yield f"gaps      {len(gaps)} stretches in which plays may be missing"
    for gap in gaps[:SHOWN]:
        yield f"          {gap['gap_from']:%Y-%m-%d %H:%M} to {gap['gap_to']:%Y-%m-%d %H:%M}"


def _has_tables(folder: Path) -> bool:
    return (folder / CATALOG_FILE).is_file()
