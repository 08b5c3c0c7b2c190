"""The arguments of maintain_tables."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from glue_jobs.arguments import Parser, lower_name, refuse_unknown

MOST_MINUTES = 480
LEAST_KEEP_DAYS = 1


class MaintainParser(Parser):
    """A parser that says what became of the tables."""

    outcome = "No table was changed."


@dataclass(frozen=True)
class MaintainSettings:
    """The arguments of one run."""

    catalog: str
    database: str
    minutes: int
    keep_days: int
    as_json: bool = False
    retention_days: int = 0
    """Days after which what has landed is removed; 0 keeps it."""
    imports_too: bool = False
    """Whether retention is for a person's own exports, too."""
    forget_account: str = ""
    dry_run: bool = False

    def name_of(self, table: str) -> str:
        """Return the full name of a table."""
        return f"{self.catalog}.{self.database}.{table}"


def parse_maintain_settings(argv: Sequence[str]) -> MaintainSettings:
    """Read the arguments. Raises LoadError for one that is wrong or unknown; those that Glue adds are passed over."""
    parser = MaintainParser(
        prog="maintain_tables", description="Compact the Iceberg tables, remove old snapshots.", allow_abbrev=False
    )
    parser.add_argument("--catalog", default="glue_catalog", type=lower_name, help="Spark's name of the catalog")
    parser.add_argument("--database", default="music", type=lower_name, help="database of the tables")
    parser.add_argument(
        "--minutes", type=_between(1, MOST_MINUTES), default=30, help="time for all tables; the next run goes on"
    )
    parser.add_argument(
        "--keep_days", type=_between(LEAST_KEEP_DAYS, 3650), default=7, help="days of snapshots that are kept"
    )
    parser.add_argument(
        "--json", action="store_true", dest="as_json", help="print the report as JSON too, as the last line"
    )
    parser.add_argument(
        "--retention_days", type=_between(0, 36500), default=0, help="days after which rows go; 0 keeps them"
    )
    parser.add_argument(
        "--imports_too", action="store_true", help="with --retention_days: a person's own exports go, too"
    )
    parser.add_argument("--forget_account", default="", help="remove all rows of this account, and nothing else")
    parser.add_argument("--dry_run", action="store_true", help="with --forget_account: only count them")
    parser.add_argument("--log_file", help="file for the stack trace of an error")
    known, others = parser.parse_known_args(list(argv))
    refuse_unknown(others, argv, parser)
    if 0 < known.retention_days <= known.keep_days:
        parser.error(
            f"--retention_days {known.retention_days}: expected more days than the {known.keep_days} of --keep_days"
        )
    return MaintainSettings(
        catalog=known.catalog,
        database=known.database,
        minutes=known.minutes,
        keep_days=known.keep_days,
        as_json=known.as_json,
        retention_days=known.retention_days,
        imports_too=known.imports_too,
        forget_account=known.forget_account,
        dry_run=known.dry_run,
    )


def _between(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least} to {most}, got {text!r}")
        return int(text)

    return read
