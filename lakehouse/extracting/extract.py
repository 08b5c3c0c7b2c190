"""`make extract`: fetch from Spotify into a folder of raw objects, with the login of `make login`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from lakehouse.extracting.login import SECRET_FILE, TokenFile, build_console, read_environment, read_secret, run_program
from lakehouse.errors import UserError
from lakehouse.paths import MINE
from lambda_extract.errors import ExtractError
from lambda_extract.job import Job
from lambda_extract.raw_format import SourceResult
from lambda_extract.run import Outcome
from lambda_extract.settings import Settings, read_settings
from lambda_extract.sources.plan import parse_sources, read_file
from lambda_extract.spotify.secret import describe_age, find_ages

RAW = Path("data/raw")


def extract(sources: Path, raw: Path, secret_file: Path, console: Console) -> Outcome:
    """Fetch what the document names and land it; say how far each source came."""
    environment = read_environment(os.environ)
    settings = _read_settings(sources, raw, secret_file)
    plan = parse_sources(read_file(str(sources)), str(sources))
    secret = read_secret(secret_file, environment)
    keeper = TokenFile(secret_file, secret, environment, console.print)
    job = Job(
        plan, secret, settings, keeper.keep, lambda place, trouble: console.print(f"{place}: {trouble}"),
        lambda *told: _tell(console, *told),
    )  # fmt: skip
    limits = {"login_date": settings.numbers.login_days, "client_secret_date": settings.numbers.secret_days}
    for name, days in find_ages(secret, job.started.date()).items():
        if days >= limits[name]:
            console.print(f"Soon: {describe_age(name, days)}")
    outcome, landed = job.run()
    console.print(f"{landed.place}: {outcome.entries} entries, {outcome.calls} calls, {landed.size} bytes")
    if outcome.error:
        raise UserError(f"{outcome.error} What came before is landed.")
    return outcome


def _read_settings(sources: Path, raw: Path, secret_file: Path) -> Settings:
    """Read the settings that count by hand as well: where to remember, pace, budgets."""
    told = {"EXTRACT_SECRET": str(secret_file), "EXTRACT_SOURCES": str(sources), "EXTRACT_RAW": str(raw)}
    try:
        return read_settings({**os.environ, **told})
    except ExtractError as error:
        raise UserError(str(error)) from error


def _tell(console: Console, result: SourceResult, trouble: str | None) -> None:
    """Print one line per source."""
    source, name = result.source, result.facts.get("name")
    label = source.kind if source.id == source.kind else f"{source.kind} {name or source.id}"
    why = f" ({trouble})" if trouble else ""
    console.print(f"{label}: {result.status}, {result.entries} entries{why}")


def main(argv: Sequence[str] | None = None) -> int:
    """Parse `make extract`'s variables and fetch; 1 where a source was not read to its end."""
    parser = argparse.ArgumentParser(prog="make extract", description=__doc__, allow_abbrev=False)
    parser.add_argument("--sources", type=Path, default=MINE, help="sources document")
    parser.add_argument("--raw", type=Path, default=RAW, help="folder to land in")
    parser.add_argument("--file", type=Path, default=SECRET_FILE, help="the file of make login")
    told = parser.parse_args(argv)

    def run() -> int:
        return 0 if extract(told.sources, told.raw, told.file, build_console()).is_complete else 1

    return run_program("extract", run, "Nothing was landed.")


if __name__ == "__main__":
    sys.exit(main())
