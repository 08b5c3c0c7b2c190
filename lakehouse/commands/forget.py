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
    account: Annotated[str, typer.Option("--account", metavar="NAME", help="Spotify's name of the user.")],
    raw: RawFolder = RAW,
    warehouse: WarehouseFolder = WAREHOUSE,
    yes: Yes = False,
) -> int:
    """Remove all that is known of an account, for good; without --yes only show how much that is.

    Rows, earlier states of the tables, raw objects, the report and the log. The login file stays: remove it by hand.
    """
    from lakehouse.jobs.forget import forget as run_forget

    return run_forget(account, raw, warehouse, is_dry=not yes)
