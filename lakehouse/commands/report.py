"""`lakehouse report`."""

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, Quiet, WarehouseFolder, read_path
from lakehouse.defaults import REPORT
from lakehouse.errors import UserError
from lakehouse.report.addresses import Addresses


@command(
    "lakehouse report --open",
    "lakehouse report --out ~/music.html --addresses covers",
    stopped="No report was written.",
)
def report(
    warehouse: WarehouseFolder = WAREHOUSE,
    out: Annotated[Path, typer.Option(parser=read_path, metavar="FILE", help="File to write.")] = REPORT,
    addresses: Annotated[
        Addresses,
        typer.Option(
            help="Addresses outside the page: none, links to Spotify, or also covers, which the page loads from Spotify"
            " when it is online."
        ),
    ] = "links",
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write the listener's page: one HTML file that needs no network."""
    from lakehouse.console import note_unless
    from lakehouse.report.write import write_report
    from lakehouse.warehouse.folder import choose_warehouse

    write_report(choose_warehouse(warehouse, note_unless(quiet)), out, addresses)
    if not quiet:
        sys.stdout.write(f"{out} ({out.stat().st_size / 1_000_000:.1f} MB): open it in any browser\n")
    if open_it and not webbrowser.open(out.resolve().as_uri()):
        raise UserError(f"--open: no browser here shows {out}; expected one that can be started. The page is written.")
