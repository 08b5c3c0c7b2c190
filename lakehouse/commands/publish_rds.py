"""`lakehouse publish-rds`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, WarehouseFolder


@command(
    "lakehouse publish-rds",
    "lakehouse publish-rds --schema spotify --whole",
    stopped="The tables are as they were before, or as they should be.",
)
def publish_rds(
    warehouse: WarehouseFolder = WAREHOUSE,
    schema: Annotated[str, typer.Option(metavar="NAME", help="Schema of the tables in PostgreSQL.")] = "music",
    whole: Annotated[bool, typer.Option("--whole", help="Compare all rows, not only changed partitions.")] = False,
) -> int:
    """Copy the tables into PostgreSQL; only changes are copied.

    PGHOST, PGUSER and so on, or POSTGRES_URL, name the server.
    """
    from lakehouse.jobs.publish_rds import publish

    return publish(warehouse, ["--schema", schema, *(["--whole"] if whole else [])])
