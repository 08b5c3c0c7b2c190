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
    minutes: Annotated[int, typer.Option(min=1, max=480, metavar="N", help="Time for all tables.")] = 30,
    keep_days: Annotated[
        int, typer.Option(min=1, max=3650, metavar="N", help="Days of earlier states of the tables that are kept.")
    ] = 7,
    retention_days: Annotated[
        int, typer.Option(min=0, metavar="N", help="Days after which what has landed is removed; 0 keeps it.")
    ] = 730,
    imports_too: Annotated[
        bool, typer.Option("--imports-too", help="Also remove a person's own exports after that time.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write the report as JSON too, as the last line.")] = False,
) -> int:
    """Keep the tables small and quick: weekly is often enough.

    Compacts small files, removes states older than --keep-days, and what killed runs left behind. What landed more than
    --retention-days ago goes: rows, earlier states and raw objects. Your own exports stay.
    """
    from lakehouse.jobs.maintain import maintain as run_maintain

    words = ["--minutes", str(minutes), "--keep_days", str(keep_days), *(["--json"] if json else [])]
    words += ["--retention_days", str(retention_days), *(["--imports_too"] if imports_too else [])]
    return run_maintain(warehouse, raw, words)
