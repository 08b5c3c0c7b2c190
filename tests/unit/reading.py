"""Read bytes as a raw object is read."""

import io
from collections.abc import Callable


def reader_of(content: bytes) -> Callable[[int], bytes]:
    """Return what reads the next bytes."""
    return io.BytesIO(content).read
