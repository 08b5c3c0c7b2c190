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
    parser.add_argument("--log_file", help="file for the stack trace of an error")
    known, others = parser.parse_known_args(list(argv))
    refuse_unknown(others, argv, parser)
    return MaintainSettings(known.catalog, known.database, known.minutes, known.keep_days, known.as_json)


def _between(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least} to {most}, got {text!r}")
        return int(text)

    return read
