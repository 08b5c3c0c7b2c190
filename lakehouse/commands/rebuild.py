"""`lakehouse rebuild`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import RAW, WAREHOUSE, RawFolder, WarehouseFolder


@command(
    "lakehouse rebuild",
    "lakehouse rebuild --accept-missing --raw ~/music/raw --warehouse ~/music/tables",
    stopped="The tables are as they were.",
)
def rebuild(
    raw: RawFolder = RAW,
    warehouse: WarehouseFolder = WAREHOUSE,
    accept_missing: Annotated[
        bool, typer.Option("--accept-missing", help="Rebuild even if some raw objects no longer exist.")
    ] = False,
) -> int:
    """Load all raw objects into new tables, then replace the old tables with them.

    The old tables are kept as the database music_before, until the next rebuild.
    """
    from lakehouse.jobs.rebuild import rebuild as run_rebuild

    return run_rebuild(raw, warehouse, accept_missing=accept_missing)
