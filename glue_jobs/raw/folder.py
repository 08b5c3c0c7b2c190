"""Raw objects in a folder."""

import datetime as dt
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from glue_jobs.errors import LoadError
from glue_jobs.raw.raw_object import RawObject, find_raw_object
from glue_jobs.raw.unpack import Unreadable

STATUSES = {
    errno.ENOENT: "vanished",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EISDIR: "not_a_file",
    errno.ENXIO: "not_a_file",
}
"""The ledger's status for what the system says when a file is opened or read."""


def list_folder(raw: str) -> Iterator[RawObject]:
    """Yield the raw objects below a folder, oldest extraction first."""
    folder = Path(raw.removeprefix("file://"))
    if not folder.is_dir():
        got = "a file" if folder.exists() else "nothing"
        raise LoadError(f"{raw}: expected a folder of raw objects, got {got}. Nothing was loaded.")
    try:
        days = sorted(entry.name for entry in os.scandir(folder) if entry.name.startswith("extraction_date="))
    except OSError as error:
        raise LoadError(f"{raw}: expected to list the folder, got {error.strerror}. Nothing was loaded.") from error
    for day in days:
        for name in _names_in(folder / day):
            # A hidden file is one being written, and may be gone before it is looked at.
            if not name.startswith(".") and (raw_object := _describe(folder, day, name)):
                yield raw_object


def _names_in(folder: Path) -> list[str]:
    """Return the names in a day's folder; none if it is not a folder or may not be listed."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _describe(folder: Path, day: str, name: str) -> RawObject | None:
    """Describe what has a raw object's name; a link to nothing is one of no size, and vanished when it is opened."""
    path = (folder / day / name).absolute()
    try:
        facts = path.stat()
        size, written_at = facts.st_size, _moment(facts.st_mtime)
    except OSError:
        size, written_at = 0, None
    return find_raw_object(f"{day}/{name}", f"file:{path}", size, written_at)


def _moment(seconds: float) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


@contextmanager
def open_file(path: str) -> Iterator[Callable[[int], bytes]]:
    """Open a raw object for reading; gives what reads its next bytes. Opening and reading raise Unreadable."""
    with _statuses():
        # Without waiting: a pipe would be waited for until somebody writes into it.
        file = open(path.removeprefix("file:"), "rb", opener=_open_at_once)  # noqa: SIM115
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unreadable("not_a_file")

        def read(size: int) -> bytes:
            with _statuses():
                return file.read(size)

        yield read


@contextmanager
def _statuses() -> Iterator[None]:
    """Turn what the system says into the ledger's status."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        number = error.errno if isinstance(error, OSError) else None
        raise Unreadable(STATUSES.get(number or 0, "unreadable"), str(error)) from error


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
