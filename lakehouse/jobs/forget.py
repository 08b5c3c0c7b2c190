"""Forget an account: its rows, then the states of the tables that held them, its raw objects, what was made of them.

The rows go first. Items that other accounts have too are read again from the raw objects of these at the end. Killed at
any moment, the same command does the rest: it looks at what is there, not at what an earlier one noted.
"""

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lakehouse.console import complain
from lakehouse.defaults import DATABASE, LOCAL_CATALOG, REPORT
from lakehouse.errors import UserError
from lakehouse.jobs.load import LOG_FILE
from lakehouse.jobs.rebuild import BEFORE, drop_unfinished, retire
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.warehouse.iceberg import Warehouse, require_warehouse
from lakehouse.warehouse.lock import load_lock

STATE = "state"
"""Folder beside the raw objects in which extractions remember what they have read."""


def forget(account: str, raw: Path, warehouse: Path, *, is_dry: bool) -> int:
    """Forget an account, or only show what that would remove; return the exit code."""
    require_warehouse(warehouse)
    folder = warehouse.absolute()
    objects = sorted(find_objects(raw, account))
    complain(f"forget: {len(objects)} raw objects of account {account} in {raw}")
    log_file = folder / LOG_FILE
    traces = ["--log_file", str(log_file)]
    catalog = ["--catalog", LOCAL_CATALOG, "--database", DATABASE]
    words = [*catalog, "--forget_account", account, *(["--dry_run"] if is_dry else [])]
    with load_lock(folder, "forget"):
        if not is_dry:
            # The tables that a rebuild has replaced hold the same rows.
            retire(folder, BEFORE)
            drop_unfinished(folder)
        code = submit("maintain_tables", [*words, *traces], warehouse_settings(folder), quick=True, log_file=log_file)
        if code or is_dry:
            return code
        days = sorted({path.parent.name.removeprefix("extraction_date=") for path in objects})
        for path in objects:
            path.unlink()
        removed = remove_derived(raw, folder, account)
        complain(f"forget: removed {len(objects)} raw objects{''.join(f', {one}' for one in removed)}")
        if days and has_days(folder, days[0], days[-1]):
            words = ["--raw", str(raw.absolute()), *catalog, "--reload", f"{days[0]}..{days[-1]}"]
            if submit("load_music", [*words, *traces], warehouse_settings(folder), quick=True, log_file=log_file):
                raise UserError(
                    f"{account} is forgotten. What other accounts have of the same items on {days[0]} to {days[-1]}"
                    " could not be read again, see above; their next reads bring it back."
                )
    return 0


def find_objects(raw: Path, account: str) -> Iterator[Path]:
    """Yield the raw objects of an account, as their first line says; also those that no load has read."""
    for path in raw.glob("extraction_date=*/*.ndjson.gz"):
        # What cannot be read tells of nobody, and holds no rows.
        with suppress(OSError, EOFError, zlib.error, ValueError, AttributeError), gzip.open(path, "rb") as file:
            if json.loads(file.readline()).get("account") == account:
                yield path


def has_days(folder: Path, first: str, last: str) -> bool:
    """Return whether others have raw objects of these days, too."""
    ledger = Warehouse(folder).read_ledger("extraction_date", "status")
    span = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return any(row["status"] == "loaded" and span[0] <= row["extraction_date"] <= span[1] for row in ledger)


def remove_derived(raw: Path, folder: Path, account: str) -> list[str]:
    """Remove what was made of the rows, and what extractions remember; return what that was."""
    removed = []
    for path in (folder / LOG_FILE, folder.parent / "report.html", REPORT):
        if path.is_file():
            path.unlink()
            removed.append(str(path))
    for path in sorted((raw.parent / STATE).rglob("*")) if (raw.parent / STATE).is_dir() else []:
        if path.is_file() and account.encode() in path.read_bytes() + path.name.encode():
            path.unlink()
            removed.append(str(path))
    for day in raw.glob("extraction_date=*"):
        with suppress(OSError):
            day.rmdir()  # only one that is empty
    return removed
