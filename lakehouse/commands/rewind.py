"""`lakehouse rewind`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, WarehouseFolder, Yes


@command(
    "lakehouse rewind --to 2026-11-20T18:00:00",
    "lakehouse rewind --to 2026-11-20T18:00:00+01:00 --yes",
    stopped="Each table is as it was, or as it was then; the same command does the rest.",
)
def rewind(
    to: Annotated[
        str,
        typer.Option("--to", metavar="TIME", help="Point in time: YYYY-MM-DDTHH:MM:SS, in UTC unless it has a zone."),
    ],
    warehouse: WarehouseFolder = WAREHOUSE,
    yes: Yes = False,
) -> int:
    """Take all tables back to an earlier point in time; without --yes, only show what would change.

    The next load loads again what landed since then. States that `lakehouse maintain` removed cannot be restored.
    """
    from lakehouse.jobs.load import rewind as run_rewind

    return run_rewind(warehouse, to, is_dry=not yes)
