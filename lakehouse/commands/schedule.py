"""`lakehouse schedule install`, `remove`, `status` and `run`."""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import (
    LOGIN,
    MINE,
    RAW,
    WAREHOUSE,
    LoginFile,
    RawFolder,
    SourcesFile,
    WarehouseFolder,
)


@command(
    "lakehouse schedule install",
    "lakehouse schedule install --every daily --warehouse ~/music/tables",
    stopped="`lakehouse schedule status` says what is installed.",
)
def install(
    every: Annotated[Literal["hourly", "daily"], typer.Option("--every", help="How often.")] = "hourly",
    sources: SourcesFile = MINE,
    raw: RawFolder = RAW,
    warehouse: WarehouseFolder = WAREHOUSE,
    login: LoginFile = LOGIN,
) -> None:
    """Fetch and load regularly on this machine, by systemd, launchd or cron.

    One that is installed is replaced. Log in first: `lakehouse login`.
    """
    from lakehouse.scheduling.timers import find_timer

    places = {"--sources": sources, "--raw": raw, "--warehouse": warehouse, "--login": login}
    words = [word for option, path in places.items() for word in (option, str(path.absolute()))]
    timer = find_timer()
    timer.install([sys.executable, "-m", "lakehouse", "schedule", "run", *words], Path.cwd(), every)
    sys.stderr.write(f"installed with {timer.name}: {every}. `lakehouse schedule status` says how it goes\n")


@command("lakehouse schedule remove")
def remove() -> None:
    """Remove the timer; the data stays."""
    from lakehouse.scheduling.timers import TIMERS

    removed = [timer.name for timer in TIMERS if timer.is_here() and timer.remove()]
    sys.stderr.write(f"removed from {', '.join(removed)}\n" if removed else "there was none\n")


@command("lakehouse schedule status", "lakehouse schedule status --warehouse ~/music/tables --raw ~/music/raw")
def status(
    raw: RawFolder = RAW, warehouse: WarehouseFolder = WAREHOUSE, login: LoginFile = LOGIN, sources: SourcesFile = MINE
) -> None:
    """Show the last and next run, the age of the login, gaps, and how complete the history is."""
    from lakehouse.scheduling.run import Places
    from lakehouse.scheduling.status import describe
    from lambda_extract.plain_text import mask_text

    for line in describe(Places(sources, raw, warehouse, login), dt.datetime.now(dt.UTC)):
        sys.stdout.write(f"{mask_text(line)}\n")


@command(
    "lakehouse schedule run",
    stopped="What was landed and loaded before is whole.",
)
def run(
    sources: SourcesFile = MINE, raw: RawFolder = RAW, warehouse: WarehouseFolder = WAREHOUSE, login: LoginFile = LOGIN
) -> int:
    """Fetch and load once without questions: what the timer runs. Ends with one line if another run is active."""
    from lakehouse.scheduling.run import Places, run_scheduled

    return run_scheduled(Places(sources, raw, warehouse, login))
