"""Copy the tables of a warehouse in a folder into a PostgreSQL, as the Glue job does on AWS."""

import signal
from collections.abc import Sequence
from pathlib import Path

from glue_jobs.errors import LoadError
from glue_jobs.postgres.arguments import parse_publish_settings
from glue_jobs.postgres.target import NOTHING_PUBLISHED, find_target, require_server
from lakehouse.defaults import CATALOG_FILE, DATABASE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.jobs.load import QUICK_BYTES, size_of
from lakehouse.spark.submit import PUBLISH_JARS, submit, warehouse_settings


def publish(warehouse: Path, arguments: Sequence[str] = (), output_file: Path | None = None) -> int:
    """Run the job; return its exit code. The environment names the server and the user."""
    folder = warehouse.absolute()
    if not (folder / CATALOG_FILE).is_file():
        raise UserError(
            f"--warehouse {warehouse}: expected a warehouse, got none; `lakehouse load` makes one. {NOTHING_PUBLISHED}"
        )
    words = ["--catalog", LOCAL_CATALOG, "--database", DATABASE, *arguments]
    try:
        # Checked before Spark is started, and before its jars are fetched.
        require_server(find_target(parse_publish_settings(words)))
    except LoadError as error:
        raise UserError(str(error)) from error
    quick = size_of(folder) < QUICK_BYTES
    code = submit(
        "publish_rds", words, warehouse_settings(folder), quick=quick, output_file=output_file, jars=PUBLISH_JARS
    )
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are as they were before, or as they should be.")
    return code
