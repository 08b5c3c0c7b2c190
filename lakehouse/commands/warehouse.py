"""`lakehouse warehouse copy`, `move` and `repair`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, WarehouseFolder, read_path

Target = Annotated[Path, typer.Argument(parser=read_path, metavar="FOLDER", help="New folder; it must not exist yet.")]


@command(
    "lakehouse warehouse copy ~/backup/tables",
    "lakehouse warehouse copy data/try --warehouse ~/music/tables",
)
def copy(target: Target, warehouse: WarehouseFolder = WAREHOUSE) -> None:
    """Copy the tables into another folder, as a backup or to experiment; the original does not change."""
    from lakehouse.warehouse.home import copy_warehouse
    from lakehouse.warehouse.iceberg import require_warehouse

    require_warehouse(warehouse)
    copy_warehouse(warehouse.absolute(), target.absolute())
    sys.stderr.write(f"{warehouse} is copied to {target}\n")


@command(
    "lakehouse warehouse move ~/music/tables",
    "lakehouse warehouse move data/warehouse --warehouse data/old",
    stopped="`lakehouse warehouse repair` completes it where the tables are.",
)
def move(target: Target, warehouse: WarehouseFolder = WAREHOUSE) -> None:
    """Move the tables into another folder."""
    from lakehouse.warehouse.home import move_warehouse
    from lakehouse.warehouse.iceberg import require_warehouse

    require_warehouse(warehouse)
    move_warehouse(warehouse.absolute(), target.absolute())
    sys.stderr.write(f"{warehouse} is moved to {target}\n")


@command(
    "lakehouse warehouse repair ~/music/tables",
    stopped="The folder is refused until the same command has completed it.",
)
def repair(
    folder: Annotated[Path, typer.Argument(parser=read_path, metavar="FOLDER", help="Folder of the tables.")],
) -> int:
    """Repair the paths in the tables after their folder was moved, renamed, copied or restored by hand."""
    from lakehouse.defaults import CATALOG_FILE
    from lakehouse.errors import UserError
    from lakehouse.warehouse.home import repair as run_repair
    from lakehouse.warehouse.lock import load_lock

    if not (folder / CATALOG_FILE).is_file():
        raise UserError(f"{folder}: expected a folder with {CATALOG_FILE}, got none. Nothing was changed.")
    with load_lock(folder.absolute(), "repair"):
        tables = run_repair(folder.absolute())
    sys.stderr.write(f"{tables} tables are repaired in {folder}\n")
    return 0
