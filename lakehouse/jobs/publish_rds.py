"""`make publish-rds`: bring the tables of a warehouse in a folder into a PostgreSQL, as the Glue job does on AWS."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from glue_jobs.errors import LoadError
from glue_jobs.postgres.arguments import parse_publish_settings
from glue_jobs.postgres.target import NOTHING_PUBLISHED, find_target, require_server
from lakehouse.jobs.load import QUICK_BYTES, size_of, split_arguments
from lakehouse.errors import UserError
from lakehouse.spark.submit import CATALOG, DATABASE, PUBLISH_JARS, submit, warehouse_settings


def publish(warehouse: str, arguments: Sequence[str] = (), said: Path | None = None) -> int:
    """Run the job; return its exit code. Where the server is, and who we are, stands in the environment."""
    folder = Path(warehouse).expanduser().absolute()
    if not (folder / "catalog.db").is_file():
        raise UserError(
            f"WAREHOUSE={warehouse}: expected a warehouse, seen none; `make load` makes one. {NOTHING_PUBLISHED}"
        )
    told = ["--catalog", CATALOG, "--database", DATABASE, *arguments]
    # Said before Spark is started, and before its jars are fetched.
    require_server(find_target(parse_publish_settings(told)))
    quick = size_of(folder) < QUICK_BYTES
    code = submit("publish_rds", told, warehouse_settings(folder), quick=quick, said=said, jars=PUBLISH_JARS)
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are as they were before, or as they should be.")
    return code


def main(argv: Sequence[str] | None = None) -> int:
    """Parse `make publish-rds`'s variables and run the job."""
    parser = argparse.ArgumentParser(prog="make publish-rds", description=__doc__, allow_abbrev=False)
    parser.add_argument("--warehouse", default="data/warehouse")
    parser.add_argument("--args", default="", help="arguments of the job itself, as one text")
    told = parser.parse_args(argv)
    try:
        return publish(told.warehouse, split_arguments(told.args))
    except (LoadError, UserError) as error:
        sys.stderr.write(f"publish-rds: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("publish-rds: stopped. The tables are as they were before, or as they should be.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
