"""Run the load job on this machine, from a folder of raw objects into a warehouse in a folder."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from lakehouse.defaults import DATABASE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.warehouse.folder import prepare_warehouse
from lakehouse.warehouse.iceberg import require_warehouse
from lakehouse.warehouse.lock import load_lock
from lakehouse.warehouse.time_zones import change_time_zones
from sql.time_zones import EVERYONE

LOG_FILE = "load.log"
"""In the warehouse: Spark's errors with their stack traces."""
QUICK_BYTES = 16_000_000
"""Below this much raw data (compressed) starting up is most of the work."""


def load(
    raw: Path,
    warehouse: Path,
    arguments: Sequence[str] = (),
    output_file: Path | None = None,
    time_zones: Sequence[str] | None = None,
) -> int:
    """Run the job; return its exit code. With `output_file`, what it prints goes into that file.

    `time_zones` (ZONE, or ACCOUNT=ZONE) set the clocks of the warehouse; None leaves them as they are.
    """
    require_raw(raw)
    folder = prepare_warehouse(str(warehouse))
    if "--accept_missing" not in arguments and not any(raw.glob("extraction_date=*/*.ndjson.gz")):
        raise UserError(
            f"--raw {raw}: expected raw objects, got none; `lakehouse import` and `lakehouse extract` land them."
            " Nothing was loaded."
        )
    words = ["--raw", str(raw.absolute()), "--catalog", LOCAL_CATALOG, "--database", DATABASE, *arguments]
    if {"--since", "--reload"} & {*arguments}:
        require_arguments(words)
    if time_zones is not None:
        set_clocks(folder, time_zones)
    quick = size_of(raw) < QUICK_BYTES
    log_file = folder / LOG_FILE
    words += ["--log_file", str(log_file)]
    with load_lock(folder):
        code = submit(
            "load_music", words, warehouse_settings(folder), quick=quick, output_file=output_file, log_file=log_file
        )
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are readable; the next run loads the rest.")
    return code


def rewind(warehouse: Path, moment: str, *, is_dry: bool) -> int:
    """Take the tables back to a moment, or only show what would become of them; return the job's exit code."""
    require_warehouse(warehouse)
    folder = warehouse.absolute()
    words = ["--raw", str(folder), "--catalog", LOCAL_CATALOG, "--database", DATABASE, "--rewind_to", moment]
    words += ["--dry_run"] if is_dry else []
    require_arguments(words)
    with load_lock(folder, "rewind"):
        return submit("load_music", words, warehouse_settings(folder), quick=True, log_file=folder / LOG_FILE)


def require_arguments(words: Sequence[str]) -> None:
    """Refuse what the job would refuse, before Java starts."""
    from glue_jobs.arguments import parse_settings  # Loads PySpark's types, which most loads need not wait for.
    from glue_jobs.errors import LoadError

    try:
        parse_settings(words)
    except LoadError as error:
        raise UserError(str(error)) from error


def require_raw(raw: Path) -> None:
    """Refuse what is not a folder."""
    if not raw.is_dir():
        got = "a file" if raw.exists() else "nothing"
        raise UserError(f"--raw {raw}: expected a folder of raw objects, got {got}. Nothing was loaded.")


def set_clocks(folder: Path, time_zones: Sequence[str]) -> None:
    """Set the time zones of the warehouse's accounts, and say what they are where that has changed."""
    if changed := change_time_zones(folder, time_zones):
        clocks = ", ".join(zone if account == EVERYONE else f"{account} {zone}" for account, zone in changed.items())
        why = "" if time_zones else " (this machine's time zone)"
        sys.stderr.write(f"load: local times are shown in {clocks}{why}. --time-zone changes all of them at once.\n")


def size_of(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
