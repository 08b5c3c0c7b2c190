"""The files of a folder that is imported: which of them count, and reading one without trusting its name or size.

A dump may come from anybody: a link may lead to a secret of this machine, a pipe may never end, a small compressed file
may unpack to gigabytes.
"""

import gzip
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, cast

LARGEST = 256 * 1024 * 1024
"""Bytes of a file, as it lies there and unpacked."""

MOST_VALUES = 25_000_000
"""JSON values of a file: some 2 GB of memory while it is imported."""

ONE_MB = 1024 * 1024


class DumpFileError(OSError):
    """A file that is not read; the message says what was expected and what it got."""


@dataclass(frozen=True)
class Found:
    """A path below the folder; with a reason where it is not read, `is_fault` where that is worth an exit code."""

    path: Path
    reason: str | None = None
    is_fault: bool = False


def find_files(folder: Path, raw: Path | None) -> Iterator[Found]:
    """Yield what lies below a folder, but nothing below what is hidden, linked or the raw folder."""
    root, waiting = os.path.realpath(folder), [folder]
    while waiting:
        current = waiting.pop()
        try:
            entries = list(os.scandir(current))
        except OSError as error:
            yield Found(current, error.strerror or str(error), is_fault=True)
            continue
        for entry in entries:
            path = current / entry.name
            classified = _classify(entry, path, root, raw)
            if classified is None:
                waiting.append(path)
            else:
                yield classified


def _classify(entry: os.DirEntry[str], path: Path, root: str, raw: Path | None) -> Found | None:
    """Say what to do with an entry of a folder; None for a folder to look into."""
    if entry.name.startswith("."):
        return Found(path, "hidden")
    if entry.is_symlink():
        return _classify_link(path, root)
    if entry.is_dir(follow_symlinks=False):
        return Found(path, "raw folder itself") if path.resolve() == raw else None
    if entry.is_file(follow_symlinks=False):
        return Found(path)
    return Found(path, "it is not a regular file", is_fault=True)


def _classify_link(path: Path, root: str) -> Found:
    """Take a link to a file inside the folder for that file; every other one is passed over."""
    try:
        target = os.path.realpath(path, strict=True)
    except OSError as error:
        return Found(path, f"broken link: {error.strerror}", is_fault=True)
    if os.path.commonpath([root, target]) != root:
        return Found(path, "link out of the folder")
    if os.path.isdir(target):
        return Found(path, "linked folder")
    return Found(path) if os.path.isfile(target) else Found(path, "it is not a regular file", is_fault=True)


def read_file(path: Path) -> tuple[bytes, datetime]:
    """Read a regular file up to the limit, and when it was written, to the second."""
    # Opening a pipe that nobody writes to would wait for ever.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        known = os.fstat(file.fileno())
        if not stat.S_ISREG(known.st_mode):
            raise DumpFileError("it is not a regular file")
        return read_all(file, ""), datetime.fromtimestamp(int(known.st_mtime), UTC)


def unpack_gzip(data: bytes) -> bytes:
    """Decompress up to the limit; damaged data raises what gzip raises."""
    with gzip.GzipFile(fileobj=BytesIO(data)) as file:
        return read_all(cast(IO[bytes], file), " unpacked")


def read_all(file: IO[bytes], state: str) -> bytes:
    """Read up to the limit, a piece at a time: asked for all at once, Python takes memory for the limit."""
    data = bytearray()
    while piece := file.read(ONE_MB):
        data += piece
        require_size(len(data), state)
    return bytes(data)


def require_size(size: int, state: str) -> None:
    """Refuse a file over the limit."""
    if size > LARGEST:
        raise DumpFileError(f"it is over {LARGEST // ONE_MB} MB{state}: expected less; split it into several files")


def require_few_values(data: bytes) -> None:
    """Refuse a file that would take far more memory than its size."""
    if data.count(b",") + data.count(b"{") + data.count(b"[") > MOST_VALUES:
        raise DumpFileError(f"it has over {MOST_VALUES:,} JSON values: expected fewer; split it into several files")
