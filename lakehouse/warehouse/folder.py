"""The folder of a warehouse: made if it does not exist, chosen if none was named, and the day it is about."""

import datetime as dt
import sys
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog

from lakehouse.defaults import CATALOG_FILE, DATABASE, DEMO_WAREHOUSE, LOCAL_CATALOG, WAREHOUSE
from lakehouse.errors import UserError
from lakehouse.warehouse.iceberg import open_catalog

UNFIT = "%#?"
"""What means something else in the addresses by which a warehouse finds its files."""

AS_OF = "as_of"
"""The property of the database that names the last day of a warehouse of made-up days."""


def prepare_warehouse(text: str) -> Path:
    """Return the warehouse's folder, made with an empty database where there is none."""
    folder = Path(text).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise UserError(f"WAREHOUSE={text}: expected a folder, seen a file. Nothing was loaded.")
    if found := sorted(set(str(folder)) & set(UNFIT)):
        seen = " ".join(found)
        raise UserError(f"WAREHOUSE={text}: expected a path without any of {UNFIT}, seen {seen}. Nothing was loaded.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / CATALOG_FILE).exists():
            catalog = SqlCatalog(LOCAL_CATALOG, uri=f"sqlite:///{folder}/{CATALOG_FILE}", warehouse=f"file://{folder}")
            catalog.create_namespace(DATABASE)
            catalog.close()
    except OSError as error:
        raise UserError(f"WAREHOUSE={text}: {error.strerror}. Nothing was loaded.") from error
    return folder


def choose_warehouse(folder: Path) -> Path:
    """Return the folder; if it is the usual one and does not exist yet, the demo's tables, and say so."""
    if folder != WAREHOUSE or folder.exists() or not DEMO_WAREHOUSE.is_dir():
        return folder
    sys.stderr.write(f"{folder} does not exist yet; using the demo's {DEMO_WAREHOUSE}\n")
    return DEMO_WAREHOUSE


def write_as_of(folder: Path, day: dt.date) -> None:
    """Keep with a warehouse the day on which its checks pass: the demo's days are not today's."""
    catalog = open_catalog(folder)
    catalog.update_namespace_properties(DATABASE, updates={AS_OF: str(day)})
    catalog.close()


def read_as_of(folder: Path) -> dt.date | None:
    """Return the day that a warehouse is about; None if that is today."""
    catalog = open_catalog(folder)
    properties = catalog.load_namespace_properties(DATABASE)
    catalog.close()
    return dt.date.fromisoformat(properties[AS_OF]) if AS_OF in properties else None
