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
from lakehouse.jobs.maintain import remove_files
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
    catalog = ["--catalog", LOCAL_CATALOG, "--database", DATABASE]
    log_file = folder / LOG_FILE
    log = ["--log_file", str(log_file)]
    words = [*catalog, "--forget_account", account, *(["--dry_run"] if is_dry else []), *log]
    with load_lock(folder, "forget"):
        if not is_dry:
            # The tables that a rebuild has replaced hold the same rows.
            retire(folder, BEFORE)
            drop_unfinished(folder)
        code = submit("maintain_tables", words, warehouse_settings(folder), quick=True, log_file=log_file)
        if code or is_dry:
            return code
        days = sorted({path.parent.name.removeprefix("extraction_date=") for path in objects})
        code = remove_files("forget", objects, f"raw objects of {account}")
        derived = list(find_derived(raw, folder, account))
        code = remove_files("forget", derived, f"files: {', '.join(map(str, derived))}") or code
        remove_empty_days(raw)
        if days and has_days(folder, days[0], days[-1]):
            words = ["--raw", str(raw.absolute()), *catalog, "--reload", f"{days[0]}..{days[-1]}", *log]
            if submit("load_music", words, warehouse_settings(folder), quick=True, log_file=log_file):
                raise UserError(
                    f"{account} is forgotten. What other accounts have of the same items on {days[0]} to {days[-1]}"
                    " could not be read again, see above; their next reads bring it back."
                )
    return code


def find_objects(raw: Path, account: str) -> Iterator[Path]:
    """Yield the raw objects of an account, as their first line says; also those that no load has read."""
    for path in raw.glob("extraction_date=*/*.ndjson.gz"):
        try:
            with gzip.open(path, "rb") as file:
                if json.loads(file.readline()).get("account") == account:
                    yield path
        except (EOFError, gzip.BadGzipFile, zlib.error, ValueError, AttributeError):
            continue  # not gzip or not JSON: it belongs to nobody, and holds no rows
        except OSError as error:
            complain(f"forget: {path}: {error.strerror}. It was not looked at, and stays.")


def has_days(folder: Path, first: str, last: str) -> bool:
    """Return whether others have raw objects of these days, too."""
    ledger = Warehouse(folder).read_ledger("extraction_date", "status")
    span = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return any(row["status"] == "loaded" and span[0] <= row["extraction_date"] <= span[1] for row in ledger)


def find_derived(raw: Path, folder: Path, account: str) -> Iterator[Path]:
    """Yield the files that were made of the rows, and those in which extractions remember the account."""
    for path in (folder / LOG_FILE, folder.parent / "report.html", REPORT):
        if path.is_file():
            yield path
    for path in sorted((raw.parent / STATE).rglob("*")) if (raw.parent / STATE).is_dir() else []:
        if path.is_file() and holds(path, account):
            yield path


def holds(path: Path, account: str) -> bool:
    """Return whether a file names an account; one that cannot be read is taken for one that does."""
    try:
        return account.encode() in path.read_bytes() + path.name.encode()
    except OSError:
        return True


def remove_empty_days(raw: Path) -> None:
    """Remove the folders of days that hold nothing any more."""
    for day in raw.glob("extraction_date=*"):
        with suppress(OSError):
            day.rmdir()  # only one that is empty
