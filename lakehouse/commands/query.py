"""`lakehouse query`."""

import sys
from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, AsJsonRows, AskedEngine, Quiet, RowFormat, WarehouseFolder


@command(
    'lakehouse query "select name from song limit 5"',
    'lakehouse query "show tables"',
    'lakehouse query "describe song"',
    'lakehouse query "select * from artist_summary" --format csv',
)
def query(
    statement: Annotated[str, typer.Argument(metavar="SQL", help="One statement in Athena's dialect.")],
    warehouse: WarehouseFolder = WAREHOUSE,
    format: RowFormat = "table",  # noqa: A002 - the name of the option
    json: AsJsonRows = False,
    engine: AskedEngine = "duckdb",
    quiet: Quiet = False,
) -> None:
    """Run a SQL query.

    Rows go to stdout, notes to stderr. Names, dates and functions are those of Athena.
    """
    from lakehouse.asking import ask_sql, open_session
    from lakehouse.console import note_unless
    from lakehouse.output import write_rows
    from lakehouse.warehouse.folder import choose_warehouse

    with open_session(choose_warehouse(warehouse, note_unless(quiet)), engine) as session:
        rows = ask_sql(session, statement)
    write_rows(rows, "json" if json else format, sys.stdout)
