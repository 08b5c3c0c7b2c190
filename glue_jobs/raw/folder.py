"""Raw objects in a folder."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from glue_jobs.errors import LoadError
from glue_jobs.raw.raw_object import RawObject, find_raw_object


def list_folder(raw: str) -> Iterator[RawObject]:
    """Yield the raw objects below a folder, oldest extraction first."""
    folder = Path(raw.removeprefix("file://"))
    if not folder.is_dir():
        seen = "a file" if folder.exists() else "nothing"
        raise LoadError(f"{raw}: expected a folder of raw objects, seen {seen}. Nothing was loaded.")
    for day in sorted(folder.glob("extraction_date=*")):
        # A hidden file is one being written, and may be gone before it is looked at.
        for path in sorted(path for path in day.iterdir() if not path.name.startswith(".")):
            facts = path.stat()
            written_at = dt.datetime.fromtimestamp(facts.st_mtime, dt.UTC)
            key = path.relative_to(folder).as_posix()
            if one := find_raw_object(key, f"file:{path.absolute()}", facts.st_size, written_at):
                yield one


def open_file(path: str) -> IO[bytes]:
    """Open a raw object for reading."""
    return open(path.removeprefix("file:"), "rb")
