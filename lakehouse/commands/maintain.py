"""`lakehouse maintain`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import RAW, WAREHOUSE, RawFolder, WarehouseFolder


@command(
    "lakehouse maintain",
    "lakehouse maintain --minutes 5 --keep-days 30",
    "lakehouse maintain --retention-days 0",
    "lakehouse maintain --warehouse ~/music/tables --json",
    stopped="The tables are readable; the next run does what is left.",
)
def maintain(
    warehouse: WarehouseFolder = WAREHOUSE,
    raw: RawFolder = RAW,
    minutes: Annotated[
        int, typer.Option(min=1, max=480, metavar="N", help="Most minutes to spend on all tables together.")
    ] = 30,
    keep_days: Annotated[
        int, typer.Option(min=1, max=3650, metavar="N", help="Keep earlier states of the tables for this many days.")
    ] = 7,
    retention_days: Annotated[
        int, typer.Option(min=0, metavar="N", help="Remove data this many days after it landed; 0 keeps it forever.")
    ] = 730,
    imports_too: Annotated[
        bool, typer.Option("--imports-too", help="Also remove imported account exports after that time.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Also print the report as JSON, as the last line.")] = False,
) -> int:
    """Keep the tables small and fast; once a week is enough.

    Compacts small files, and removes earlier states of the tables and what killed runs left behind. Data that landed
    more than --retention-days ago is removed: rows, earlier states and raw objects. Your own exports are kept.
    """
    from lakehouse.jobs.maintain import maintain as run_maintain

    words = ["--minutes", str(minutes), "--keep_days", str(keep_days), *(["--json"] if json else [])]
    words += ["--retention_days", str(retention_days), *(["--imports_too"] if imports_too else [])]
    return run_maintain(warehouse, raw, words)
