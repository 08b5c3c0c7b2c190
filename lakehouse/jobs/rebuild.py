"""Rebuild a warehouse in a folder: all raw objects into new tables, which take the old ones' place at once."""

import datetime as dt
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog

from lakehouse.defaults import CATALOG_FILE, DATABASE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.jobs.load import LOG_FILE, QUICK_BYTES, require_raw, size_of
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.warehouse.iceberg import Warehouse, path_of, require_warehouse
from lakehouse.warehouse.lock import load_lock

BEFORE = f"{DATABASE}_before"
"""The database of the tables that a rebuild has replaced."""
UNFINISHED = f"{DATABASE}_rebuild_"
"""How names of databases begin whose tables `drop_unfinished` removes: new ones until they take the old ones' place."""
REPLACED = f"{UNFINISHED}replaced"
RENAME = "update iceberg_tables set table_namespace = ? where table_namespace = ?"


def rebuild(raw: Path, warehouse: Path, *, accept_missing: bool = False) -> int:
    """Rebuild all tables; return the job's exit code. Queries see the old tables until all new ones are whole."""
    require_raw(raw)
    require_warehouse(warehouse)
    folder = warehouse.absolute()
    if not accept_missing:
        require_all_raw(raw, folder)
    with load_lock(folder, "rebuild"):
        drop_unfinished(folder)
        # A name never used before: its files lie apart from those of every other rebuild.
        new = f"{UNFINISHED}{dt.datetime.now(dt.UTC):%Y%m%d_%H%M%S_%f}"
        create_database(folder, new)
        words = ["--raw", str(raw.absolute()), "--catalog", LOCAL_CATALOG, "--database", new]
        words += ["--log_file", str(folder / LOG_FILE)]
        quick = size_of(raw) < QUICK_BYTES
        code = submit("load_music", words, warehouse_settings(folder), quick=quick, log_file=folder / LOG_FILE)
        # 3: single objects failed and are marked, as in any load.
        if code not in (0, 3):
            raise UserError(f"the load into new tables ended with exit code {code}. The tables are as they were.")
        if not table_files(folder, new):
            raise UserError(f"--raw {raw}: expected raw objects, got none. The tables are as they were.")
        swap(folder, new)
        drop_unfinished(folder)
    sys.stderr.write(f"rebuild: the tables of before are kept as the database {BEFORE}, until the next rebuild\n")
    return code


def require_all_raw(raw: Path, folder: Path) -> None:
    """Refuse where the tables know more than the raw objects that are left."""
    ledger = Warehouse(folder).read_ledger("raw_key", "status")
    known = {row["raw_key"] for row in ledger if row["status"] == "loaded"}
    missing = sorted(key for key in known if not (raw / key.removeprefix("raw/")).is_file())
    if missing:
        raise UserError(
            f"--raw {raw}: expected the raw objects that were loaded, {len(missing)} of {len(known)} are gone such as"
            f" {missing[0]}. Nothing was changed; --accept-missing rebuilds without them."
        )


def create_database(folder: Path, name: str) -> None:
    """Make a database in the warehouse's catalog."""
    catalog = SqlCatalog(LOCAL_CATALOG, uri=f"sqlite:///{folder}/{CATALOG_FILE}", warehouse=f"file://{folder}")
    catalog.create_namespace(name)
    catalog.close()


def swap(folder: Path, new: str) -> None:
    """Return the new tables the database's name, the old ones that of before; in one transaction."""
    with closing(sqlite3.connect(folder / CATALOG_FILE, timeout=30, isolation_level=None)) as catalog:
        catalog.execute("begin immediate")
        for name, then in ((BEFORE, REPLACED), (DATABASE, BEFORE), (new, DATABASE)):
            catalog.execute(RENAME, (then, name))
        catalog.execute("delete from iceberg_namespace_properties where namespace in (?, ?)", (new, BEFORE))
        catalog.execute(
            "insert into iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)"
            " values (?, ?, 'exists', 'true')",
            (LOCAL_CATALOG, BEFORE),
        )
        catalog.execute("commit")


def retire(folder: Path, database: str) -> None:
    """Have the tables of a database dropped by the next `drop_unfinished`."""
    with closing(sqlite3.connect(folder / CATALOG_FILE, timeout=30)) as catalog, catalog:
        catalog.execute(RENAME, (REPLACED, database))
        catalog.execute("delete from iceberg_namespace_properties where namespace = ?", (database,))


def drop_unfinished(folder: Path) -> None:
    """Remove tables that nothing names any more: of a rebuild that was killed, and those of before the last one."""
    with closing(sqlite3.connect(folder / CATALOG_FILE, timeout=30)) as catalog, catalog:
        names = [
            name
            for (name,) in catalog.execute(
                "select namespace from iceberg_namespace_properties union select table_namespace from iceberg_tables"
            )
            if name.startswith(UNFINISHED)
        ]
        for name in names:
            for metadata in table_files(folder, name):
                # <location>/metadata/<file>: only what lies in this warehouse goes.
                location = metadata.parent.parent
                if location.is_relative_to(folder):
                    shutil.rmtree(location, ignore_errors=True)
            catalog.execute("delete from iceberg_tables where table_namespace = ?", (name,))
            catalog.execute("delete from iceberg_namespace_properties where namespace = ?", (name,))


def table_files(folder: Path, database: str) -> list[Path]:
    """Return the newest metadata file of each table of a database."""
    with closing(sqlite3.connect(folder / CATALOG_FILE, timeout=30)) as catalog:
        rows = catalog.execute("select metadata_location from iceberg_tables where table_namespace = ?", (database,))
        return [Path(path_of(location)) for (location,) in rows]
