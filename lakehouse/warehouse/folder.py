"""The folder of a warehouse: made for the first load, completed after a first load that was killed, locked by one."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from time import sleep

from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from lakehouse.defaults import CATALOG_FILE, DATABASE, DEMO_WAREHOUSE, LOCAL_CATALOG, WAREHOUSE
from lakehouse.errors import UserError
from lakehouse.warehouse.home import require_home
from lakehouse.warehouse.iceberg import open_catalog
from lambda_extract.raw_format import make_private_folder

TRIES = 5
UNFIT = "%#?"
"""What means something else in the addresses by which a warehouse finds its files."""

AS_OF = "as_of"
"""The property of the database that names the last day of a warehouse of made-up days."""


def prepare_warehouse(text: str) -> Path:
    """Return the warehouse's folder with its database; what is missing of either is made.

    What a first load left that was killed half way (a catalog without tables, or without the database) is completed.
    """
    folder = Path(text).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise UserError(f"--warehouse {text}: expected a folder, got a file. Nothing was loaded.")
    if characters := sorted(set(str(folder)) & set(UNFIT)):
        unfit = " ".join(characters)
        raise UserError(f"--warehouse {text}: expected a path without any of {UNFIT}, got {unfit}. Nothing was loaded.")
    try:
        make_private_folder(folder)
        if (folder / CATALOG_FILE).is_file():
            require_home(folder, "Nothing was loaded.")
        _complete_catalog(folder)
    except OSError as error:
        raise UserError(f"--warehouse {text}: {error.strerror}. Nothing was loaded.") from error
    except DatabaseError as error:
        got = str(error.orig).splitlines()[0]
        raise UserError(
            f"{folder / CATALOG_FILE}: expected an SQLite database, got: {got}. Nothing was loaded; a backup of it"
            " or another --warehouse helps."
        ) from error
    return folder


def _complete_catalog(folder: Path) -> None:
    """Make the catalog's tables and the database, where they are missing."""
    uri = f"sqlite:///{folder}/{CATALOG_FILE}"
    for attempt in range(TRIES):
        try:
            catalog = SqlCatalog(LOCAL_CATALOG, uri=uri, warehouse=f"file://{folder}")
            try:
                catalog.create_namespace_if_not_exists(DATABASE)
            finally:
                catalog.close()
            return
        except (OperationalError, IntegrityError):  # another load makes the same at this moment
            if attempt == TRIES - 1:
                raise
            sleep(0.2 * (attempt + 1))


def choose_warehouse(folder: Path, note: Callable[[str], None]) -> Path:
    """Return the folder; if it is the usual one and does not exist yet, the demo's tables, and note it."""
    if folder != WAREHOUSE or folder.exists() or not DEMO_WAREHOUSE.is_dir():
        return folder
    note(f"{folder} does not exist yet; using the demo's {DEMO_WAREHOUSE}")
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
