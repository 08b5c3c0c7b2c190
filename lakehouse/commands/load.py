"""`make load`: run the load job on this machine, from a folder of raw objects into a warehouse in a folder."""

import argparse
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from lakehouse.console import complain
from lakehouse.defaults import DATABASE, LOCAL_CATALOG, RAW, WAREHOUSE
from lakehouse.errors import UserError
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.warehouse.folder import load_lock, prepare_warehouse
from lakehouse.warehouse.time_zones import change_time_zones
from sql.time_zones import EVERYONE

LOG_FILE = "load.log"
"""In the warehouse: Spark's errors with their stack traces."""
QUICK_BYTES = 16_000_000
"""Below this much raw data (compressed) starting up is most of the work."""


def load(
    raw: str,
    warehouse: str,
    arguments: Sequence[str] = (),
    said: Path | None = None,
    time_zones: Sequence[str] | None = None,
) -> int:
    """Run the job; return its exit code. With `said`, what the job says goes into that file.

    `time_zones` (ZONE, or ACCOUNT=ZONE) set the clocks of the warehouse; None leaves them as they are.
    """
    if not Path(raw).is_dir():
        seen = "a file" if Path(raw).exists() else "nothing"
        raise UserError(f"RAW={raw}: expected a folder of raw objects, seen {seen}. Nothing was loaded.")
    folder = prepare_warehouse(warehouse)
    if not any(Path(raw).glob("extraction_date=*/*.ndjson.gz")):
        raise UserError(
            f"RAW={raw}: expected raw objects in it, seen none; `make import` lands them. Nothing was loaded."
        )
    if time_zones is not None:
        set_clocks(folder, time_zones)
    told = ["--raw", str(Path(raw).absolute()), "--catalog", LOCAL_CATALOG, "--database", DATABASE, *arguments]
    quick = size_of(Path(raw)) < QUICK_BYTES
    log_file = folder / LOG_FILE
    told += ["--log_file", str(log_file)]
    with load_lock(folder):
        code = submit("load_music", told, warehouse_settings(folder), quick=quick, said=said, log_file=log_file)
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are readable; the next run loads the rest.")
    return code


def set_clocks(folder: Path, time_zones: Sequence[str]) -> None:
    """Set the time zones of the warehouse's accounts, and say what they are where that has changed."""
    if changed := change_time_zones(folder, time_zones):
        clocks = ", ".join(zone if account == EVERYONE else f"{account} {zone}" for account, zone in changed.items())
        why = "" if time_zones else " (this machine's time zone)"
        sys.stderr.write(f"load: local times are shown in {clocks}{why}. --time_zone changes all of them at once.\n")


def split_time_zones(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the time zones among the job's arguments, and the other arguments."""
    parser = argparse.ArgumentParser(prog="make load", add_help=False, allow_abbrev=False)
    parser.add_argument("--time_zone", action="append", default=[])
    known, others = parser.parse_known_args(arguments)
    return known.time_zone, others


def size_of(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def split_arguments(text: str) -> list[str]:
    """Return the words of a text, as a shell would split them."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UserError(f"ARGS={text}: {str(error).lower()}. Nothing was loaded.") from error


def main(argv: Sequence[str] | None = None) -> int:
    """Parse `make load`'s variables and run the job."""
    parser = argparse.ArgumentParser(prog="make load", description=__doc__, allow_abbrev=False)
    parser.add_argument("--raw", default=str(RAW))
    parser.add_argument("--warehouse", default=str(WAREHOUSE))
    parser.add_argument("--args", default="", help="arguments of the job itself, as one text")
    told = parser.parse_args(argv)
    try:
        time_zones, arguments = split_time_zones(split_arguments(told.args))
        return load(told.raw, told.warehouse, arguments, time_zones=time_zones)
    except UserError as error:
        complain(f"load: {error}")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("load: stopped. The tables are readable; the next run loads the rest.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
