"""The lock of a warehouse's folder: one job at a time writes into it."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_FILE = ".load.lock"


@contextmanager
def load_lock(folder: Path, who: str = "load") -> Iterator[None]:
    """Let one job at a time write into a warehouse: SQLite has one writer. A second one waits, and says so.

    The lock is the system's: it ends with the process that holds it, however that ends.
    """
    with (folder / LOCK_FILE).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write(f"{who}: another run is writing into {folder}; waiting until it ends\n")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
