"""Do the upkeep of a warehouse in a folder: the job that AWS runs weekly, and what killed runs have left beside it."""

import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from lakehouse.defaults import DATABASE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.jobs.load import LOG_FILE
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.temporary import make_base, remove_left
from lakehouse.warehouse.iceberg import Warehouse, list_tables, open_catalog, require_warehouse
from lakehouse.warehouse.lock import load_lock

UNFINISHED = "extraction_date=*/.*.tmp"
"""Raw objects that were being written; what a killed run left of them is not a raw object."""
OLD = 3 * 24 * 3600
"""Seconds after which nobody is still writing one."""


def maintain(warehouse: Path, raw: Path, arguments: Sequence[str] = (), output_file: Path | None = None) -> int:
    """Run the job; return its exit code, or 1 if a file could not be removed. A load that runs is waited for."""
    require_warehouse(warehouse)
    folder = warehouse.absolute()
    tell_removed(remove_left(make_base()), "temporary folders of killed runs")
    removed, failed = remove_files("maintain", find_unfinished(raw, time.time()))
    tell_removed(removed, f"unfinished raw objects of killed runs in {raw}")
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
        removed, still_there = remove_files("maintain", find_expired(raw, folder))
        tell_removed(removed, f"raw objects in {raw} because of their age")
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are readable; the next run does what is left.")
    return code or int(failed + still_there > 0)


def find_expired(raw: Path, folder: Path) -> Iterator[Path]:
    """Yield the raw objects that the ledger calls expired and that are still there. On AWS the bucket removes them."""
    if not list_tables(open_catalog(folder)):
        return
    for row in Warehouse(folder).read_ledger("raw_key", "status"):
        path = raw / row["raw_key"].removeprefix("raw/")
        if row["status"] == "expired" and path.is_file():
            yield path


def find_unfinished(raw: Path, now: float) -> Iterator[Path]:
    """Yield what killed runs have left of raw objects that they were writing."""
    for path in raw.glob(UNFINISHED):
        with suppress(OSError):  # gone since it was listed
            if now - path.lstat().st_mtime > OLD:
                yield path


def remove_files(command: str, paths: Iterable[Path]) -> tuple[int, int]:
    """Remove files for a command; return how many were removed and how many were not; each of these gets one line."""
    removed = failed = 0
    for path in paths:
        try:
            path.unlink(missing_ok=True)
            removed += 1
        except OSError as error:
            failed += 1
            sys.stderr.write(f"{command}: {path}: {error.strerror}. It stays; the next run tries again.\n")
    return removed, failed


def tell_removed(count: int, what: str) -> None:
    """Say what was removed, where something was."""
    if count:
        sys.stderr.write(f"maintain: removed {count} {what}\n")
