"""`make mine`: from a Spotify app to tables and answers of one's own: log in if needed, fetch, load, ask."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from lakehouse.commands import query
from lakehouse.extracting.extract import RAW, extract
from lakehouse.jobs.load import load
from lakehouse.extracting.login import (
    PORT,
    SECRET_FILE,
    build_console,
    read_environment,
    read_secret,
    run_login,
    run_program,
)
from lakehouse.errors import UserError
from lakehouse.paths import MINE
from lakehouse.report.write import write_report
from lambda_extract import errors
from lambda_extract.errors import ExtractError
from lambda_extract.run import Outcome

WAREHOUSE = Path("data/warehouse")
QUESTIONS = (("sources",), ("top_artists", "limit=10"), ("top_songs", "limit=10"), ("listening_hours",))


def run_mine(told: argparse.Namespace, console: Console) -> int:
    """Go the whole way; say what each step is."""
    if read_secret(told.file, read_environment(os.environ), told.port).refresh_token is None:
        console.print("1 Log in, once")
        run_login(told.file, told.port, not told.no_browser)
    else:
        console.print(f"1 Log in: {told.file} holds a login")
    console.print(f"\n2 Fetch what {told.sources} names")
    outcome = fetch(told, console)
    console.print(f"\n3 Load it into the tables of {told.warehouse}")
    if code := load(str(told.raw), str(told.warehouse)):
        raise UserError(f"the load ended with exit code {code}. What was fetched is landed: make load loads it.")
    ask_questions(told.warehouse, console)
    show_charts(told.warehouse, console)
    return 0 if outcome.is_complete else 1


def fetch(told: argparse.Namespace, console: Console) -> Outcome:
    """Fetch; where the login turns out to be dead, log in again first."""
    try:
        return extract(told.sources, told.raw, told.file, console)
    except ExtractError as error:
        if error.reason != errors.LOGIN or "refresh_token" in read_environment(os.environ).given:
            raise
        console.print(str(error))
    run_login(told.file, told.port, not told.no_browser)
    return extract(told.sources, told.raw, told.file, console)


def ask_questions(warehouse: Path, console: Console) -> None:
    """Answer a few questions; each can be asked again by its name."""
    console.print("\n4 Ask")
    for name, *parameters in QUESTIONS:
        told = f' PARAMS="{" ".join(parameters)}"' if parameters else ""
        console.print(f"\n$ make question NAME={name}{told}")
        query.main(["question", name, *parameters, "--warehouse", str(warehouse)])


def show_charts(warehouse: Path, console: Console) -> None:
    """Write the page of charts beside the tables, and say where it is and what comes next."""
    page = warehouse.parent / "report.html"
    write_report(warehouse, page)
    console.print(f"\n5 A page of charts, to open in any browser\n{page.resolve().as_uri()}")
    console.print("\nmake questions lists more; make mine again brings what is new.")


def main(argv: Sequence[str] | None = None) -> int:
    """Parse `make mine`'s variables and go."""
    parser = argparse.ArgumentParser(prog="make mine", description=__doc__, allow_abbrev=False)
    parser.add_argument("--sources", type=Path, default=MINE, help="sources document")
    parser.add_argument("--raw", type=Path, default=RAW, help="folder to land in")
    parser.add_argument("--warehouse", type=Path, default=WAREHOUSE, help="folder of the tables")
    parser.add_argument("--file", type=Path, default=SECRET_FILE, help="the file of make login")
    parser.add_argument("--port", type=int, default=PORT, help="of the redirect address")
    parser.add_argument("--no-browser", action="store_true", help="only print the address of the login")
    told = parser.parse_args(argv)
    stopped = "What was landed and loaded before is whole."
    return run_program("mine", lambda: run_mine(told, build_console()), stopped)


if __name__ == "__main__":
    sys.exit(main())
