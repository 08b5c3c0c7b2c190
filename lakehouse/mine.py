"""From a Spotify app to tables and answers: log in if needed, fetch, load, ask."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from lakehouse.asking import ask_question
from lakehouse.errors import UserError
from lakehouse.extracting.extract import extract
from lakehouse.extracting.login import read_environment, read_secret, run_login
from lakehouse.jobs.load import load
from lakehouse.output import write_rows
from lakehouse.paths import shorten
from lakehouse.report.write import write_report
from lambda_extract import errors
from lambda_extract.errors import ExtractError
from lambda_extract.run import Outcome

QUESTIONS = (("sources",), ("top_artists", "limit=10"), ("top_songs", "limit=10"), ("listening_hours",))


@dataclass(frozen=True)
class Wishes:
    """What to fetch, where everything goes, and how to log in."""

    sources: Path
    raw: Path
    warehouse: Path
    login: Path
    port: int
    with_browser: bool


def run_mine(wishes: Wishes, console: Console) -> int:
    """Go the whole way; say what each step is."""
    if read_secret(wishes.login, read_environment(os.environ), wishes.port).refresh_token is None:
        console.print("1 Log in, once")
        run_login(wishes.login, wishes.port, wishes.with_browser)
    else:
        console.print(f"1 Log in: {wishes.login} holds a login")
    console.print(f"\n2 Fetch what {shorten(wishes.sources)} names")
    outcome = fetch(wishes, console)
    console.print(f"\n3 Load it into the tables of {wishes.warehouse}")
    if code := load(wishes.raw, wishes.warehouse):
        raise UserError(f"the load ended with exit code {code}. What was fetched is landed: `lakehouse load` loads it.")
    ask_questions(wishes.warehouse, console)
    show_charts(wishes.warehouse, console)
    return 0 if outcome.is_complete else 1


def fetch(wishes: Wishes, console: Console) -> Outcome:
    """Fetch; where the login turns out to be dead, log in again first."""
    try:
        return extract(wishes.sources, wishes.raw, wishes.login, console)
    except ExtractError as error:
        if error.reason != errors.LOGIN or "refresh_token" in read_environment(os.environ).given:
            raise
        console.print(str(error))
    run_login(wishes.login, wishes.port, wishes.with_browser)
    return extract(wishes.sources, wishes.raw, wishes.login, console)


def ask_questions(warehouse: Path, console: Console) -> None:
    """Answer a few questions; each can be asked again by its name."""
    console.print("\n4 Ask")
    for name, *parameters in QUESTIONS:
        console.print(f"\n$ lakehouse question {' '.join([name, *parameters])}")
        title, rows = ask_question(warehouse, name, parameters)
        console.print(title)
        write_rows(rows, "table", sys.stdout)


def show_charts(warehouse: Path, console: Console) -> None:
    """Write the page of charts beside the tables, and say where it is and what comes next."""
    page = warehouse.parent / "report.html"
    write_report(warehouse, page)
    console.print(f"\n5 A page of charts, to open in any browser\n{page.resolve().as_uri()}")
    console.print("\n`lakehouse question` lists more; `lakehouse mine` again brings what is new.")
