"""Do the upkeep of a warehouse in a folder: the job that AWS runs weekly, and what killed runs have left beside it."""

import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lakehouse.defaults import DATABASE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.jobs.load import LOG_FILE
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.temporary import make_base, remove_left
from lakehouse.warehouse.iceberg import Warehouse, require_warehouse
from lakehouse.warehouse.lock import load_lock

UNFINISHED = "extraction_date=*/.*.tmp"
"""Raw objects that were being written; what a killed run left of them is not a raw object."""
OLD = 3 * 24 * 3600
"""Seconds after which nobody is still writing one."""


def maintain(warehouse: Path, raw: Path, arguments: Sequence[str] = (), output_file: Path | None = None) -> int:
    """Run the job; return its exit code. A load that runs is waited for."""
    require_warehouse(warehouse)
    folder = warehouse.absolute()
    tell_removed(remove_left(make_base()), "temporary folders of killed runs")
    tell_removed(remove_unfinished(raw, time.time()), f"unfinished raw objects of killed runs in {raw}")
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
        tell_removed(remove_expired(raw, folder), f"raw objects in {raw} because of their age")
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are readable; the next run does what is left.")
    return code


def remove_expired(raw: Path, folder: Path) -> int:
    """Remove the raw objects that the ledger calls expired; return how many. On AWS the bucket does it."""
    ledger = Warehouse(folder).read_ledger("raw_key", "status")
    keys = [row["raw_key"] for row in ledger if row["status"] == "expired"]
    paths = [path for key in keys if (path := raw / key.removeprefix("raw/")).is_file()]
    for path in paths:
        path.unlink()
    return len(paths)


def remove_unfinished(raw: Path, now: float) -> int:
    """Remove what killed runs have left of raw objects that they were writing; return how many."""
    removed = 0
    for path in raw.glob(UNFINISHED):
        if now - path.stat().st_mtime > OLD:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def tell_removed(count: int, what: str) -> None:
    """Say what was removed, where something was."""
    if count:
        sys.stderr.write(f"maintain: removed {count} {what}\n")
