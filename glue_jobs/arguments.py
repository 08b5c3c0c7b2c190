"""The arguments of a run, parsed once at the door."""

import argparse
import datetime as dt
import difflib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from glue_jobs.errors import LoadError
from glue_jobs.tables import Table

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Settings:
    """The arguments of one run."""

    raw: str
    catalog: str
    database: str
    since: dt.date | None
    batch_bytes: int
    replay_rejected: bool
    retry_failed: bool = False
    as_json: bool = False
    reload: tuple[dt.date, dt.date] | None = None
    """The first and last of the days to rebuild, instead of loading what is new."""
    accept_missing: bool = False
    """Rows of raw objects that are gone leave the rebuilt days, too."""
    rewind_to: dt.datetime | None = None
    """The moment to take the tables back to, instead of loading what is new."""
    dry_run: bool = False

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
    """Read the arguments. Raises LoadError for one that is wrong or unknown; those that Glue adds are passed over."""
    parser = Parser(prog="load_music", description="Load new raw objects into the Iceberg tables.", allow_abbrev=False)
    parser.add_argument("--raw", required=True, help="folder or prefix of the raw objects")
    parser.add_argument("--catalog", default="glue_catalog", type=lower_name, help="Spark's name of the catalog")
    parser.add_argument("--database", default="music", type=lower_name, help="database of the tables")
    parser.add_argument("--since", type=_date, help="look only at extractions of this day (YYYY-MM-DD) and later")
    parser.add_argument("--batch_mb", type=_megabytes, default=256, help="raw megabytes (compressed) loaded at once")
    parser.add_argument("--replay_rejected", action="store_true", help="load objects with open rejected records again")
    parser.add_argument(
        "--json", action="store_true", dest="as_json", help="print the report as JSON too, as the last line"
    )
    parser.add_argument("--log_file", help="file for the stack trace of an error")
    parser.add_argument("--retry_failed", action="store_true", help="read objects again that failed before")
    parser.add_argument(
        "--reload",
        type=_days,
        help="rebuild these days from raw, load nothing else: YYYY-MM-DD, or two with .. between",
    )
    parser.add_argument(
        "--accept_missing", action="store_true", help="with --reload: rows of raw objects that are gone go, too"
    )
    parser.add_argument(
        "--rewind_to", type=_moment, help="take all tables back to this time (UTC, YYYY-MM-DDTHH:MM:SS); load nothing"
    )
    parser.add_argument("--dry_run", action="store_true", help="with --rewind_to: only show what would become of them")
    known, others = parser.parse_known_args(list(argv))
    refuse_unknown(others, argv, parser)
    if known.reload and known.rewind_to:
        parser.error("--reload and --rewind_to: expected one of them, got both")
    return Settings(
        raw=known.raw,
        catalog=known.catalog,
        database=known.database,
        since=known.since,
        batch_bytes=known.batch_mb * MEGABYTE,
        replay_rejected=known.replay_rejected,
        retry_failed=known.retry_failed,
        as_json=known.as_json,
        reload=known.reload,
        accept_missing=known.accept_missing,
        rewind_to=known.rewind_to,
        dry_run=known.dry_run,
    )


def refuse_unknown(others: Sequence[str], argv: Sequence[str], parser: Parser) -> None:
    """Refuse arguments that the job does not know; those that Glue adds by itself never end a run.

    Glue's names have capitals or dashes (--JOB_RUN_ID, --enable-metrics), ours have neither.
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
    """
    is_on_glue = any(word.startswith(("--JOB_", "--WORKFLOW_")) for word in argv)
    ours = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    for other in (word.split("=")[0] for word in others):
        if is_on_glue and (other == "--conf" or not re.fullmatch(r"--[a-z0-9_]+", other)):
            continue
        near = difflib.get_close_matches(other, ours, n=1, cutoff=0.75)
        if near or not is_on_glue:
            parser.error(f"unknown argument {other}" + (f"; did you mean {near[0]}" if near else ""))
        log.warning("unknown argument %s is passed over", other)


def lower_name(text: str) -> str:
    """Read a name as catalogs and databases spell it without quotes."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise argparse.ArgumentTypeError(f"expected a lower-case name of letters, digits and _, got {text!r}")
    return text


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a date as YYYY-MM-DD, got {text!r}") from error


def _days(text: str) -> tuple[dt.date, dt.date]:
    """Read one day, or the first and the last of several."""
    first, dots, last = text.partition("..")
    days = _date(first), _date(last if dots else first)
    if days[0] > days[1]:
        raise argparse.ArgumentTypeError(f"expected the earlier day first, got {text!r}")
    return days


def _moment(text: str) -> dt.datetime:
    """Read a time; without a zone it is UTC."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a time as YYYY-MM-DDTHH:MM:SS, got {text!r}") from error
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _megabytes(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {text!r}")
    return int(text)
