"""Run the load job on this machine, from a folder of raw objects into a warehouse in a folder."""

import signal
from collections.abc import Sequence
from pathlib import Path

from lakehouse.errors import UserError
from lakehouse.spark.submit import CATALOG, DATABASE, submit, warehouse_settings
from lakehouse.warehouse.folder import prepare_warehouse

QUICK_BYTES = 16_000_000
"""Below this much raw data (compressed) starting up is most of the work."""


def load(raw: Path, warehouse: Path, arguments: Sequence[str] = (), said: Path | None = None) -> int:
    """Run the job; return its exit code. With `said`, what the job says goes into that file."""
    require_raw(raw)
    folder = prepare_warehouse(str(warehouse))
    if not any(raw.glob("extraction_date=*/*.ndjson.gz")):
        raise UserError(
            f"--raw {raw}: expected raw objects, found none; `lakehouse import` and `lakehouse extract` land them."
            " Nothing was loaded."
        )
    words = ["--raw", str(raw.absolute()), "--catalog", CATALOG, "--database", DATABASE, *arguments]
    quick = size_of(raw) < QUICK_BYTES
    code = submit("load_music", words, warehouse_settings(folder), quick=quick, said=said)
    if code < 0:
        name = signal.Signals(-code).name
        raise UserError(f"the job was ended by {name}. The tables are readable; the next run loads the rest.")
    return code


def require_raw(raw: Path) -> None:
    """Refuse what is not a folder."""
    if not raw.is_dir():
        found = "a file" if raw.exists() else "nothing"
        raise UserError(f"--raw {raw}: expected a folder of raw objects, found {found}. Nothing was loaded.")


def size_of(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
