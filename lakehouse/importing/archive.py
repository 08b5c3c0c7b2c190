"""The files inside a zip, such as the one that Spotify mails, read as the files of a folder are: within limits."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import PurePath, PurePosixPath

from lakehouse.importing.dump_folder import LARGEST, ONE_MB, DumpFileError, read_all

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
MOST_FILES = 10_000
"""Files of one zip, with those of the zips inside it."""
MOST_LEVELS = 3
"""Zips within zips that are opened."""
IMPORTED = (".json", ".jsonl", ".ndjson", ".jsonlines", ".csv", ".zip")


@dataclass
class Budget:
    """What a zip may still hold with all zips inside it: they are kept in memory."""

    files: int = MOST_FILES
    size: int = LARGEST

    def take(self, files: int, size: int) -> None:
        """Take one zip; raises where it is too much."""
        self.files -= files
        self.size -= size
        if self.files < 0:
            raise DumpFileError(f"it has more than {MOST_FILES:,} files: expected fewer; unpack it")
        if self.size < 0:
            raise DumpFileError(f"it has zips of over {LARGEST // ONE_MB} MB inside: expected less; unpack it")


@dataclass(frozen=True)
class ZipFile:
    """One file of a zip, unpacked when it is read."""

    container: PurePath
    inside: PurePosixPath
    archive: zipfile.ZipFile = field(repr=False, compare=False)
    info: zipfile.ZipInfo = field(repr=False, compare=False)
    modified: datetime
    levels: int
    budget: Budget = field(repr=False, compare=False)

    @property
    def path(self) -> PurePath:
        """Return its path: the zip's, then its own inside."""
        return self.container / self.inside

    def read(self) -> tuple[bytes, datetime]:
        """Unpack it up to the limit; its time is that of the zip."""
        try:
            with self.archive.open(self.info) as file:
                return read_all(file, " unpacked"), self.modified
        except DumpFileError:
            raise
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise DumpFileError(f"it cannot be unpacked: {error}") from error


def is_archive(path: PurePath, data: bytes) -> bool:
    """Return whether a file is a zip of files to import: by its content, and by its name where it is damaged."""
    if path.name.lower().endswith(".zip"):
        return True
    return data.startswith(ZIP_MAGIC) and _holds_dumps(data)


def _holds_dumps(data: bytes) -> bool:
    """Tell a zip from the formats that are zips, too, such as spreadsheets."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return any(name.lower().removesuffix(".gz").endswith(IMPORTED) for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def list_archive(
    container: PurePath, data: bytes, modified: datetime, outer: ZipFile | None = None
) -> Iterator[ZipFile]:
    """List the files of a zip, in order; raises for one that is damaged, too deep inside others, or has too many."""
    levels = outer.levels + 1 if outer else 1
    if levels > MOST_LEVELS:
        raise DumpFileError(f"it lies in a zip within {MOST_LEVELS - 1} others: expected fewer; unpack it")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except zipfile.BadZipFile as error:
        raise DumpFileError(f"it is not a whole zip file: {error}") from error
    budget = outer.budget if outer else Budget()
    infos = archive.infolist()
    budget.take(len(infos), len(data) if outer else 0)
    for info in sorted(infos, key=lambda member: member.filename):
        # Some programs write the separators of Windows, against the format's rules.
        inside = PurePosixPath(info.filename.replace("\\", "/"))
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        if info.is_dir() or info.filename.endswith("\\") or is_link or inside.is_absolute() or ".." in inside.parts:
            continue
        if not any(part.startswith((".", "__MACOSX")) for part in inside.parts):
            yield ZipFile(container, inside, archive, info, modified, levels, budget)
