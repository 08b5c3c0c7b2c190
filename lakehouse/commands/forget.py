"""`lakehouse forget`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import RAW, WAREHOUSE, RawFolder, WarehouseFolder, Yes


@command(
    "lakehouse forget --account anna",
    "lakehouse forget --account anna --yes",
    stopped="The same command does the rest.",
)
def forget(
    account: Annotated[str, typer.Option("--account", metavar="NAME", help="The Spotify id of the user.")],
    raw: RawFolder = RAW,
    warehouse: WarehouseFolder = WAREHOUSE,
    yes: Yes = False,
) -> int:
    """Permanently delete everything about an account; without --yes, only show what would be deleted.

    Rows, earlier states of the tables, raw objects, the report and the log. Delete the login file yourself.
    """
    from lakehouse.jobs.forget import forget as run_forget

    return run_forget(account, raw, warehouse, is_dry=not yes)
