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
    to: Annotated[str, typer.Option("--to", metavar="TIME", help="The moment: YYYY-MM-DDTHH:MM:SS, in UTC or a zone.")],
    warehouse: WarehouseFolder = WAREHOUSE,
    yes: Yes = False,
) -> int:
    """Take all tables and the ledger back to an earlier moment; without --yes only show what would become of them.

    What landed since is loaded again by the next load. States of before `lakehouse maintain` expired are gone.
    """
    from lakehouse.jobs.load import rewind as run_rewind

    return run_rewind(warehouse, to, is_dry=not yes)
