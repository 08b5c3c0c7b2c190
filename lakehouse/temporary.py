"""Folders for what runs write on the way: each goes with its run and, where that was killed, with the next one."""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lakehouse.errors import UserError

LOCK = "lock"
"""Held by the run that uses the folder; the system lets go of it however the run ends."""


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """Return a folder for one run; what killed runs have left is removed first."""
    base = make_base()
    remove_left(base)
    folder = base / uuid.uuid4().hex
    folder.mkdir(mode=0o700)
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def make_base() -> Path:
    """Make the folder of all runs of this user; refuse one that somebody else has put there."""
    base = Path(tempfile.gettempdir()) / f"spotify-lakehouse-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    known = base.lstat()
    if not stat.S_ISDIR(known.st_mode) or known.st_uid != os.getuid() or stat.S_IMODE(known.st_mode) & 0o077:
        raise UserError(f"{base}: expected a folder of yours that others cannot read. Remove it.")
    return base


def remove_left(base: Path) -> int:
    """Remove the folders that no run uses any more; return how many."""
    removed = 0
    for folder in base.iterdir():
        # A run that has just made its folder has no lock in it yet.
        with contextlib.suppress(OSError), (folder / LOCK).open("r+") as lock:
            if is_free(lock):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed


def is_free(lock: IO[str]) -> bool:
    """Take a lock if no other run holds it; return whether it is held here now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
