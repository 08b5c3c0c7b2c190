"""The arguments of a run, parsed once at the door."""

import argparse
import datetime as dt
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from glue_jobs.errors import LoadError
from glue_jobs.tables import Table

MEGABYTE = 1_000_000
OUTPUTS = ("text", "json", "both")


@dataclass(frozen=True)
class Settings:
    """What one run is told."""

    raw: str
    catalog: str
    database: str
    time_zone: str
    since: dt.date | None
    batch_bytes: int
    replay_rejected: bool
    retry_failed: bool = False
    output: str = "both"

    def name_of(self, table: Table) -> str:
        """Return the full name of a table."""
        return f"{self.catalog}.{self.database}.{table.name}"


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, as every error of these jobs."""

    outcome = "Nothing was loaded."

    def error(self, message: str) -> NoReturn:
        """Raise the error for main() to report."""
        raise LoadError(f"{message}. {self.outcome}")


def parse_settings(argv: Sequence[str]) -> Settings:
    """Read the arguments; what Glue adds of its own is passed over, what looks like a misspelt one of ours is not."""
    parser = Parser(prog="load_music", description="Load new raw objects into the Iceberg tables.", allow_abbrev=False)
    parser.add_argument("--raw", required=True, help="folder or prefix of the raw objects")
    parser.add_argument("--catalog", default="glue_catalog", type=lower_name, help="Spark's name of the catalog")
    parser.add_argument("--database", default="music", type=lower_name, help="database of the tables")
    parser.add_argument("--time_zone", default="UTC", type=_time_zone, help="zone of played_at_local")
    parser.add_argument("--since", type=_date, help="look only at extractions of this day (YYYY-MM-DD) and later")
    parser.add_argument("--batch_mb", type=_megabytes, default=256, help="raw megabytes (compressed) loaded at once")
    parser.add_argument("--replay_rejected", action="store_true", help="load objects with open rejected records again")
    parser.add_argument("--retry_failed", action="store_true", help="read objects again that failed before")
    parser.add_argument("--output", choices=OUTPUTS, default="both", help="the summary: for people, as JSON, or both")
    known, others = parser.parse_known_args(list(argv))
    refuse_misspelt(others, parser)
    return Settings(
        raw=known.raw,
        catalog=known.catalog,
        database=known.database,
        time_zone=known.time_zone,
        since=known.since,
        batch_bytes=known.batch_mb * MEGABYTE,
        replay_rejected=known.replay_rejected,
        retry_failed=known.retry_failed,
        output=known.output,
    )


def refuse_misspelt(others: Sequence[str], parser: Parser) -> None:
    """Refuse what looks like a misspelt argument of ours; Glue's own are passed over."""
    ours = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    for other in (word.split("=")[0] for word in others if word.startswith("--")):
        if near := difflib.get_close_matches(other, ours, n=1, cutoff=0.75):
            parser.error(f"unknown argument {other}; did you mean {near[0]}")


def lower_name(text: str) -> str:
    """Read a name as catalogs and databases spell it without quotes."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise argparse.ArgumentTypeError(f"expected a lower-case name of letters, digits and _, seen {text!r}")
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"expected a zone such as Europe/Berlin, seen {text!r}") from error
    return text


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a date as YYYY-MM-DD, seen {text!r}") from error


def _megabytes(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, seen {text!r}")
    return int(text)
