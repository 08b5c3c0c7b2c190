"""The warehouse that an earlier version left: every later one must read it, extend it and load into it."""

import tarfile
from pathlib import Path

from lakehouse.paths import ROOT
from lakehouse.warehouse.home import repair

KEPT = sorted((ROOT / "tests" / "frozen").glob("warehouse_*.tar.gz"))


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a kept warehouse and repair it; return its folder."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    repair(folder / "warehouse")
    return folder / "warehouse"
