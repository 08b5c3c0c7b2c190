"""The folder of a warehouse, made where there is none yet."""

from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog

from lakehouse.errors import UserError
from lakehouse.statements.statement import DATABASE
from lakehouse.warehouse.iceberg import CATALOG_FILE, CATALOG_NAME

UNFIT = "%#?"
"""What means something else in the addresses by which a warehouse finds its files."""


def prepare_warehouse(text: str) -> Path:
    """Return the warehouse's folder, made with an empty database where there is none."""
    folder = Path(text).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise UserError(f"--warehouse {text}: expected a folder, seen a file. Nothing was loaded.")
    if found := sorted(set(str(folder)) & set(UNFIT)):
        seen = " ".join(found)
        raise UserError(f"--warehouse {text}: expected a path without any of {UNFIT}, seen {seen}. Nothing was loaded.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / CATALOG_FILE).exists():
            catalog = SqlCatalog(CATALOG_NAME, uri=f"sqlite:///{folder}/{CATALOG_FILE}", warehouse=f"file://{folder}")
            catalog.create_namespace(DATABASE)
            catalog.close()
    except OSError as error:
        raise UserError(f"--warehouse {text}: {error.strerror}. Nothing was loaded.") from error
    return folder
