"""Do the upkeep of a warehouse in a folder: the job that AWS runs weekly, and what killed runs have left beside it."""

import signal
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import inspect

from lakehouse.console import complain
from lakehouse.defaults import CATALOG_FILE, DATABASE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.jobs.load import LOG_FILE
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.temporary import make_base, remove_left
from lakehouse.warehouse.iceberg import Warehouse, list_tables, one_line_errors, open_catalog, require_warehouse
from lakehouse.warehouse.lock import load_lock

UNFINISHED = "extraction_date=*/.*.tmp"
"""Raw objects that were being written; what a killed run left of them is not a raw object."""
OLD = 3 * 24 * 3600
"""Seconds after which nobody is still writing one."""
PARTLY = 3
"""The exit code where a part of the work failed and the rest is done, as the jobs' own."""


def maintain(warehouse: Path, raw: Path, arguments: Sequence[str] = (), output_file: Path | None = None) -> int:
    """Run the job; return its exit code. A load that runs is waited for.

    A file that cannot be removed is one line, the others go, and the exit code says so.
    """
    require_warehouse(warehouse)
    folder = warehouse.absolute()
    tell_removed(remove_left(make_base()), "temporary folders of killed runs")
    what = f"unfinished raw objects of killed runs in {raw}"
    unfinished = remove_files("maintain", find_unfinished(raw, time.time()), what)
    if not has_tables(folder):
        sys.stderr.write(f"maintain: no tables in {warehouse} yet, nothing to do\n")
        return unfinished
    words = ["--catalog", LOCAL_CATALOG, "--database", DATABASE, *arguments, "--log_file", str(folder / LOG_FILE)]
    with load_lock(folder, "maintain"):
        code = submit(
            "maintain_tables",
            words,
            warehouse_settings(folder),
            quick=True,
            output_file=output_file,
            log_file=folder / LOG_FILE,
        )
        expired = remove_files("maintain", find_expired(raw, folder), f"raw objects in {raw} because of their age")
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are readable; the next run does what is left.")
    return code or unfinished or expired


def has_tables(folder: Path) -> bool:
    """Return whether a load has made tables; one that was killed may have left not even the catalog's own."""
    with one_line_errors(f"the catalog {folder / CATALOG_FILE}"), closing(open_catalog(folder)) as catalog:
        return inspect(catalog.engine).has_table("iceberg_tables") and bool(list_tables(catalog))


def find_expired(raw: Path, folder: Path) -> list[Path]:
    """Return the raw objects that the ledger calls expired. On AWS the bucket removes them."""
    ledger = Warehouse(folder).read_ledger("raw_key", "status")
    keys = [row["raw_key"] for row in ledger if row["status"] == "expired"]
    return [path for key in keys if (path := raw / key.removeprefix("raw/")).is_file()]


def find_unfinished(raw: Path, now: float) -> list[Path]:
    """Return what killed runs have left of raw objects that they were writing."""
    paths = []
    for path in raw.glob(UNFINISHED):
        with suppress(FileNotFoundError):  # its writer has just finished it
            if now - path.lstat().st_mtime > OLD:
                paths.append(path)
    return paths


def remove_files(command: str, paths: Iterable[Path], what: str) -> int:
    """Remove files for a command, with one line for each that cannot be; return the exit code."""
    removed, code = 0, 0
    for path in paths:
        try:
            path.unlink()
            removed += 1
        except FileNotFoundError:
            continue
        except OSError as error:
            complain(
                f"{command}: {path}: expected to remove this file, got {error.strerror}."
                " It stays, the others are removed; the next run tries it again."
            )
            code = PARTLY
    tell_removed(removed, what, command)
    return code


def tell_removed(count: int, what: str, command: str = "maintain") -> None:
    """Say what was removed, if anything."""
    if count:
        complain(f"{command}: removed {count} {what}")
