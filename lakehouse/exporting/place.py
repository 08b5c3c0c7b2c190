"""Where an export goes: it is written beside its place under another name, and takes its place when it is whole."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from lakehouse.errors import UserError

NOTHING = "Nothing was exported."
UNFINISHED = ".unfinished"
WAL = ".wal"
"""What DuckDB adds to a file's name while it writes."""


@contextmanager
def whole(place: Path, *, is_folder: bool, is_forced: bool) -> Iterator[Path]:
    """Yield where to write; at the end that is put in its place. What fails leaves the place as it was.

    Into a folder that is there, files are moved one by one: those of other names stay.
    """
    require_place(place, is_folder=is_folder, is_forced=is_forced)
    draft = place.with_name(f".{place.name}{UNFINISHED}")
    try:
        remove(draft)
        place.parent.mkdir(parents=True, exist_ok=True)
        if is_folder:
            draft.mkdir()
        yield draft
        take_place(draft, place)
    except (OSError, pa.ArrowException, duckdb.Error) as error:
        raise UserError(f"{place}: cannot be written: {explain(error)}. {NOTHING}") from error
    finally:
        with suppress(OSError):
            remove(draft)


def require_place(place: Path, *, is_folder: bool, is_forced: bool) -> None:
    """Refuse a place where something is that would be lost, or that is of the other kind."""
    kind = "folder" if is_folder else "file"
    if place.is_symlink() or not place.exists():
        there = "a link" if place.is_symlink() else None
    elif place.is_dir() != is_folder:
        there = "a folder" if place.is_dir() else "a file"
    else:
        is_free = is_forced or (is_folder and not any(place.iterdir()))
        if not is_free:
            raise UserError(f"{place}: expected a {kind} that is not there yet; --force replaces it. {NOTHING}")
        there = None
    if there:
        raise UserError(f"{place}: expected a {kind}, got {there}. {NOTHING}")


def take_place(draft: Path, place: Path) -> None:
    """Move what was written to its place."""
    if not place.is_dir():
        draft.replace(place)
        return
    for path in sorted(draft.iterdir()):
        path.replace(place / path.name)


def remove(draft: Path) -> None:
    """Remove what is not finished, also of an export that was killed."""
    if draft.is_dir():
        shutil.rmtree(draft)
    draft.unlink(missing_ok=True)
    draft.with_name(f"{draft.name}{WAL}").unlink(missing_ok=True)


def explain(error: Exception) -> str:
    """Return an error's reason as one line."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return reason.splitlines()[0].rstrip(".")
