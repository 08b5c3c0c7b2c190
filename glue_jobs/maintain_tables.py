"""Keep the Iceberg tables small and quick: compact files, expire snapshots, rewrite manifests, remove orphans.

Safe beside a running load: whichever commits second reads afresh and tries again, and no file of the last three days is
taken for an orphan. Killed at any moment it leaves readable tables; the next run does the rest.
"""

import datetime as dt
import sys
from collections.abc import Sequence

from glue_jobs.iceberg.catalog import list_tables, require_known_format
from glue_jobs.maintain.arguments import parse_maintain_settings
from glue_jobs.maintain.run import forget, maintain
from glue_jobs.script import log_file_of, run_script
from glue_jobs.session import run_job
from glue_jobs.tables import RAW_OBJECT, TABLES

OUTCOME = "The tables can be read, their rows are as they were: the next run does what is left."


def main(argv: Sequence[str]) -> int:
    """Run the job; return its exit code: 0, 2 where it failed, 3 where the upkeep of some tables failed."""

    def work() -> str | None:
        settings = parse_maintain_settings(argv)
        with run_job("maintain_tables", argv) as spark:
            present = list_tables(spark, settings.catalog, settings.database, "No table was changed.")
            tables = [table.name for table in TABLES if table.name in present]
            if RAW_OBJECT.name in present:
                require_known_format(spark, settings.name_of(RAW_OBJECT.name), "No table was changed.")
            if settings.forget_account:
                sys.stdout.write(forget(spark, settings, tables))
                return None
            report = maintain(spark, settings, tables, dt.datetime.now(dt.UTC))
        sys.stdout.write(f"{report.as_text()}\n")
        if settings.as_json:
            sys.stdout.write(f"{report.as_json()}\n")
        return report.failures()

    return run_script("maintain_tables", argv, work, OUTCOME, log_file_of(argv))


if __name__ == "__main__" and (exit_code := main(sys.argv[1:])):
    sys.exit(exit_code)
