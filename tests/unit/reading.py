"""Read bytes, or a raw object by its path, as the load does."""

import io
from collections.abc import Callable

from glue_jobs.raw.store import open_object
from glue_jobs.raw.unpack import Unpacked, Unreadable


def reader_of(content: bytes) -> Callable[[int], bytes]:
    """Return what reads the next bytes."""
    return io.BytesIO(content).read


def status_of(path: str) -> str:
    """Read a raw object to its end; return the status that the ledger gives it."""
    try:
        with open_object(path) as read:
            return "loaded" if list(Unpacked(read).lines()) else "empty"
    except Unreadable as error:
        return error.status
