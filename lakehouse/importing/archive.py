"""The files inside a zip, such as the one that Spotify mails, read as the files of a folder are: within limits."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePath, PurePosixPath

from lakehouse.importing.dump_folder import LARGEST, DumpFileError, require_size

MOST_FILES = 10_000
"""Files of one zip."""


@dataclass(frozen=True)
class ZipFile:
    """One file of a zip, unpacked when it is read."""

    container: PurePath
    inside: PurePosixPath
    packed: bytes
    modified: datetime

    @property
    def path(self) -> PurePath:
        """Return its path: the zip's, then its own inside."""
        return self.container / self.inside

    def read(self) -> tuple[bytes, datetime]:
        """Unpack it up to the limit; its time is that of the zip."""
        try:
            with zipfile.ZipFile(BytesIO(self.packed)) as archive, archive.open(str(self.inside)) as file:
                data = file.read(LARGEST + 1)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
            raise DumpFileError(f"it cannot be unpacked: {error}") from error
        require_size(len(data), " unpacked")
        return data, self.modified


def list_archive(container: PurePath, data: bytes, modified: datetime) -> Iterator[ZipFile]:
    """List the files of a zip, in order; raises for one that is damaged or has too many."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
    except zipfile.BadZipFile as error:
        raise DumpFileError(f"it is not a whole zip file: {error}") from error
    if len(infos) > MOST_FILES:
        raise DumpFileError(f"it has {len(infos):,} files: expected at most {MOST_FILES:,}; unpack it")
    for info in sorted(infos, key=lambda one: one.filename):
        inside = PurePosixPath(info.filename)
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        if info.is_dir() or is_link or inside.is_absolute() or ".." in inside.parts:
            continue
        if not any(part.startswith((".", "__MACOSX")) for part in inside.parts):
            yield ZipFile(container, inside, data, modified)
