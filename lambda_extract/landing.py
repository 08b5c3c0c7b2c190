"""Collect a run's lines, compressed at once, and land them together: one file in a folder, or one PUT."""

import contextlib
import gzip
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from lambda_extract.aws import S3Place, find_place, put_object, refuse_landing
from lambda_extract.raw_format import place_in_folder

IN_MEMORY = 8 * 1024 * 1024


@dataclass
class Lines:
    """The lines so far: in memory while they are small, then in a temporary file."""

    file: IO[bytes]
    packed: gzip.GzipFile = field(init=False)
    is_whole: bool = True
    """False while a line is being written; if that is interrupted, the last line is incomplete."""

    def __post_init__(self) -> None:
        """Compress into the file; the same lines give the same bytes."""
        self.packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self.file, mtime=0)

    def add(self, line: bytes) -> None:
        """Add one line; raise if there is no room for it, so that nothing lands."""
        self.is_whole = False
        with _refusing_a_full_disk():
            self.packed.write(line)
        self.is_whole = True

    def close(self) -> int:
        """End the compression, go back to the start and return the size."""
        if not self.is_whole:
            raise refuse_landing("the temporary file", "stopped in the middle of a line")
        with _refusing_a_full_disk():
            self.packed.close()
        size = self.file.tell()
        self.file.seek(0)
        return size


@contextlib.contextmanager
def _refusing_a_full_disk() -> Iterator[None]:
    """Raise an error that says the data is lost if it cannot be written."""
    try:
        yield
    except OSError as error:
        raise refuse_landing("the temporary file", str(error.strerror)) from error


@contextlib.contextmanager
def collect_lines() -> Iterator[Lines]:
    """Hold lines until they are landed, then remove the temporary file."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        yield Lines(file)


@dataclass(frozen=True)
class Landed:
    """The place of a raw object, and its size."""

    place: str
    size: int


def land(lines: Lines, raw: str, key: str) -> Landed:
    """Land the lines under the raw place; raise if that fails."""
    place = find_place(raw)
    size = lines.close()
    if place is None:
        return Landed(_land_in_folder(lines, Path(raw), key), size)
    target = S3Place(place.bucket, "/".join(filter(None, (place.key, key))))
    put_object(target, lines.file)
    return Landed(str(target), size)


def _land_in_folder(lines: Lines, folder: Path, key: str) -> str:
    """Land the lines as a file."""
    try:
        is_new = place_in_folder(folder, key, lambda file: shutil.copyfileobj(lines.file, file))
    except OSError as error:
        raise refuse_landing(str(folder / key), str(error.strerror)) from error
    if not is_new:
        raise refuse_landing(str(folder / key), "is there already")
    return str(folder / key)
