"""`lakehouse report`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, Quiet, WarehouseFolder, read_path
from lakehouse.defaults import REPORT


@command("lakehouse report", "lakehouse report --out ~/music.html", stopped="No report was written.")
def report(
    warehouse: WarehouseFolder = WAREHOUSE,
    out: Annotated[Path, typer.Option(parser=read_path, metavar="FILE", help="File to write.")] = REPORT,
    quiet: Quiet = False,
) -> None:
    """Write a page of charts: one HTML file that needs no network."""
    from lakehouse.console import note_unless
    from lakehouse.report.write import write_report
    from lakehouse.warehouse.folder import choose_warehouse

    write_report(choose_warehouse(warehouse, note_unless(quiet)), out)
    if not quiet:
        sys.stdout.write(f"{out} ({out.stat().st_size / 1_000_000:.1f} MB): open it in any browser\n")
