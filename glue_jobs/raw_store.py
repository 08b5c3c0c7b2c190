"""The raw objects of a folder: which there are, and why one cannot be read."""

import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from glue_jobs.errors import LoadError

KEY = re.compile(r"extraction_date=(?P<date>\d{4}-\d{2}-\d{2})/[^/]+\.ndjson\.gz")
CHUNK = 1 << 20


@dataclass(frozen=True)
class RawObject:
    """One raw object as the store lists it; `size` in bytes, `written_at` in UTC."""

    raw_key: str
    path: str
    extraction_date: dt.date
    size: int
    written_at: dt.datetime


def list_objects(raw: str, since: dt.date | None = None) -> list[RawObject]:
    """List the raw objects below a folder, oldest extraction first; other files are none of ours."""
    folder = Path(raw.removeprefix("file://"))
    if not folder.is_dir():
        raise LoadError(f"{raw}: expected a folder of raw objects, seen {_what_is(folder)}. Nothing was loaded.")
    found = (_raw_object(folder, path) for path in _files(folder))
    return [one for one in found if one and (since is None or one.extraction_date >= since)]


def _what_is(path: Path) -> str:
    return "a file" if path.exists() else "nothing"


def _files(folder: Path) -> Iterator[Path]:
    for day in sorted(folder.glob("extraction_date=*")):
        yield from sorted(path for path in day.iterdir() if not path.name.startswith((".", "_")))


def _raw_object(folder: Path, path: Path) -> RawObject | None:
    relative = path.relative_to(folder).as_posix()
    match = KEY.fullmatch(relative)
    if match is None:
        return None
    facts = path.stat()
    written_at = dt.datetime.fromtimestamp(int(facts.st_mtime), dt.UTC)
    date = dt.date.fromisoformat(match["date"])
    return RawObject(f"raw/{relative}", f"file:{path.absolute()}", date, facts.st_size, written_at)


def why_unreadable(path: str) -> str | None:
    """Read a raw object to its end and say what is wrong with it, as the ledger's status; None if nothing is."""
    try:
        with gzip.open(path.removeprefix("file:")) as stream:
            return None if _has_content(stream) else "empty"
    except FileNotFoundError:
        return "vanished"
    except PermissionError:
        return "forbidden"
    except EOFError:
        return "truncated"
    except (gzip.BadGzipFile, zlib.error):
        return "no_gzip"


def _has_content(stream: gzip.GzipFile) -> bool:
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
    return size > 0
