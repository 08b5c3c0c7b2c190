"""`make load`: run the load job on this machine, from a folder of raw objects into a warehouse in a folder."""

import argparse
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from lakehouse.errors import UserError
from lakehouse.spark.submit import CATALOG, DATABASE, submit, warehouse_settings
from lakehouse.warehouse.folder import prepare_warehouse

QUICK_BYTES = 16_000_000
"""Below this much raw data (compressed) starting up is most of the work."""


def load(raw: str, warehouse: str, arguments: Sequence[str] = (), said: Path | None = None) -> int:
    """Run the job; return its exit code. With `said`, what the job says goes into that file."""
    if not Path(raw).is_dir():
        seen = "a file" if Path(raw).exists() else "nothing"
        raise UserError(f"RAW={raw}: expected a folder of raw objects, seen {seen}. Nothing was loaded.")
    folder = prepare_warehouse(warehouse)
    if not any(Path(raw).glob("extraction_date=*/*.ndjson.gz")):
        raise UserError(
            f"RAW={raw}: expected raw objects in it, seen none; `make import` lands them. Nothing was loaded."
        )
    told = ["--raw", str(Path(raw).absolute()), "--catalog", CATALOG, "--database", DATABASE, *arguments]
    quick = size_of(Path(raw)) < QUICK_BYTES
    code = submit("load_music", told, warehouse_settings(folder), quick=quick, said=said)
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are readable; the next run loads the rest.")
    return code


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
    parser.add_argument("--raw", default="data/raw")
    parser.add_argument("--warehouse", default="data/warehouse")
    parser.add_argument("--args", default="", help="arguments of the job itself, as one text")
    told = parser.parse_args(argv)
    try:
        return load(told.raw, told.warehouse, split_arguments(told.args))
    except UserError as error:
        sys.stderr.write(f"load: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("load: stopped. The tables are readable; the next run loads the rest.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
