"""`lakehouse export`."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, Quiet, WarehouseFolder, read_path
from lakehouse.commands.question import complete_name


@command(
    "lakehouse export music.duckdb",
    "lakehouse export tables --format parquet",
    "lakehouse export songs --format csv --only song_full --only play_history",
    "lakehouse export top.parquet --format parquet --question top_artists limit=100",
    stopped="Nothing was exported.",
)
def export(
    out: Annotated[Path, typer.Argument(parser=read_path, metavar="PLACE", help="File or folder to write.")],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Values of the question's parameters.")
    ] = None,
    format: Annotated[  # noqa: A002 - the name of the option
        Literal["duckdb", "parquet", "csv", "csv-exact"],
        typer.Option("--format", help="One DuckDB file, or a folder of Parquet or CSV files."),
    ] = "duckdb",
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Table or view to write; repeatable.")
    ] = None,
    question: Annotated[
        str, typer.Option("--question", metavar="NAME", help="Saved question to write.", autocompletion=complete_name)
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    warehouse: WarehouseFolder = WAREHOUSE,
    quiet: Quiet = False,
) -> None:
    """Write tables, views and answers for other programs: DuckDB, Parquet or CSV.

    The DuckDB file holds all tables and views, and the saved questions in the schema `question`.
    """
    from lakehouse.console import note_unless
    from lakehouse.exporting.export import export as write_export
    from lakehouse.warehouse.folder import choose_warehouse

    note = note_unless(quiet)
    write_export(
        choose_warehouse(warehouse, note), out, format, note,
        only=only or (), question=question, parameters=parameters or (), is_forced=force,
    )  # fmt: skip
    if not quiet:
        sys.stdout.write(f"{out}\n")
