"""`lakehouse question`."""

import sys
from typing import Annotated

import typer

from lakehouse import paths
from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, AsJsonRows, AskedEngine, Quiet, RowFormat, WarehouseFolder

LIST = "list"


def complete_name(incomplete: str) -> list[str]:
    """Return the saved questions that begin so, for the shell."""
    return sorted(path.stem for path in (paths.SQL / "question").glob(f"{incomplete}*.sql"))


@command(
    "lakehouse question",
    "lakehouse question top_artists",
    "lakehouse question top_artists limit=5",
    "lakehouse question listing_on_day day=2026-11-20 --format csv",
)
def question(
    name: Annotated[
        str,
        typer.Argument(
            autocompletion=complete_name, metavar="NAME", help="Name of the question; `list` shows them all."
        ),
    ] = LIST,
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Values of the question's parameters.")
    ] = None,
    warehouse: WarehouseFolder = WAREHOUSE,
    format: RowFormat = "table",  # noqa: A002 - the name of the option
    json: AsJsonRows = False,
    engine: AskedEngine = "duckdb",
    quiet: Quiet = False,
) -> None:
    """Run a saved question, or list them all with their parameters."""
    from lakehouse.asking import ask_question
    from lakehouse.console import note_unless
    from lakehouse.output import write_rows
    from lakehouse.statements.questions import list_questions
    from lakehouse.warehouse.folder import choose_warehouse

    note = note_unless(quiet)
    if name == LIST and not parameters:
        rows = list_questions()
    else:
        title, rows = ask_question(choose_warehouse(warehouse, note), name, parameters or (), engine)
        note(title)
    write_rows(rows, "json" if json else format, sys.stdout)
