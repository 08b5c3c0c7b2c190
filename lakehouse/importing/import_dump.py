"""Take over JSON dumps of other pipelines: land each file as one raw object."""

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import Progress

from lakehouse.errors import UserError
from lakehouse.importing.dump_bucket import S3File, land_in_bucket, list_bucket, list_bucket_run_ids
from lakehouse.importing.dump_date import find_path_date
from lakehouse.importing.dump_file import Dump, ImportedDump, import_dump_file, is_raw_object, open_dump
from lakehouse.importing.dump_folder import Found, find_files, read_file
from lambda_extract.aws import S3Place, find_place
from lambda_extract.plain_text import mask_text
from lambda_extract.raw_format import Run, build_key, land_in_folder, list_run_ids

MANY_FILES = 20
Say = Callable[[str], None]
File = Path | S3File
Place = Path | S3Place


class ImportFault(UserError):
    """What stops the whole import; the message says what, seen, expected and what became of the data."""


@dataclass(frozen=True)
class Listing:
    """The files below a folder, and what was passed over."""

    files: list[File] = field(default_factory=list)
    unreadable: list[tuple[File, str]] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

    def add(self, found: Found) -> None:
        """Take one path: to be read, passed over or reported."""
        if found.reason is None:
            self.files.append(found.path)
        elif found.is_fault:
            self.unreadable.append((found.path, found.reason))
        else:
            self.skip(found.reason)

    def skip(self, reason: str) -> None:
        """Count what is passed over."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1


@dataclass
class Tally:
    """What the import did so far."""

    files: int = 0
    landed: int = 0
    already: int = 0
    refused: int = 0
    unreadable: int = 0
    documents: int = 0
    entries: int = 0
    no_json: int = 0


@dataclass(frozen=True)
class Dated:
    """An extraction date and where it was found."""

    date: dt.date
    origin: str
    is_file_time: bool = False


def import_files(source: str, raw: str, date: dt.date | None) -> int:
    """Land every file and print a line for each and one for all; 0 if every file is landed, 1 if some are not."""
    complaints = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    try:
        return run_import(find_place(source) or Path(source), find_place(raw) or Path(raw), date, complaints)
    except OSError as error:
        raise ImportFault(str(error)) from error
    except (ClientError, BotoCoreError) as error:
        raise ImportFault(f"S3: {error}. What was landed before is whole; run it again for the rest.") from error


def run_import(origin: Place, raw: Place, date: dt.date | None, complaints: Console) -> int:
    """Import what lies at the origin."""
    listing = list_files(origin, raw)
    require_landing_place(origin, raw)
    require_files(origin, listing)
    out = Console(soft_wrap=True, markup=False, highlight=False)
    landed = list_run_ids(raw) if isinstance(raw, Path) else list_bucket_run_ids(raw)
    task = _Import(origin, raw, date, landed)
    with _show_progress(len(listing.files), out, complaints) as (say, step):
        for path, reason in listing.unreadable:
            task.report_unreadable(path, reason, say)
        for path in listing.files:
            task.import_file(path, say)
            step()
    _print(out, describe_tally(task.tally, listing, raw))
    return 1 if task.tally.unreadable or task.tally.refused else 0


def list_files(origin: Place, raw: Place) -> Listing:
    """List the regular files below a folder in order, or the one file."""
    if isinstance(origin, S3Place):
        return _list_objects(origin, raw)
    if not origin.exists():
        raise ImportFault(f"{origin} does not exist: expected a folder of dumps or one file. Nothing was landed.")
    listing = Listing()
    if origin.is_dir():
        found = sorted(
            find_files(origin, raw.resolve() if isinstance(raw, Path) else None), key=lambda one: one.path.parts
        )
        for one in found:
            listing.add(one)
    else:
        listing.files.append(origin)
    return listing


def _list_objects(origin: S3Place, raw: Place) -> Listing:
    """List the objects below a folder of a bucket, or the one object."""
    listing = Listing()
    for file in list_bucket(origin):
        if any(part.startswith(".") for part in file.below(origin).parts):
            listing.skip("hidden")
        elif isinstance(raw, S3Place) and file.is_within(raw) and raw != origin:
            listing.skip("raw object")
        else:
            listing.files.append(file)
    return listing


def require_landing_place(origin: Place, raw: Place) -> None:
    """Refuse a raw folder that cannot be written to, or that holds what is to be imported."""
    if isinstance(origin, S3Place) and isinstance(raw, S3Place) and S3File(origin).is_within(raw):
        raise ImportFault(f"{origin} lies in the raw folder {raw}: its files are landed already. Nothing was landed.")
    if isinstance(raw, S3Place):
        return
    if isinstance(origin, Path) and origin.resolve().is_relative_to(raw.resolve()):
        raise ImportFault(f"{origin} lies in the raw folder {raw}: its files are landed already. Nothing was landed.")
    nearest = next(folder for folder in (raw, *raw.absolute().parents) if os.path.lexists(folder))
    if not nearest.is_dir():
        raise ImportFault(f"{nearest} is a file: expected a folder to land in. Nothing was landed.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ImportFault(f"{nearest} cannot be written to: expected a folder to land in. Nothing was landed.")


def require_files(origin: Place, listing: Listing) -> None:
    """Refuse a folder without a file."""
    if not listing.files and not listing.unreadable:
        skipped = _describe_skipped(listing)
        raise ImportFault(f"{origin} holds no file to import{skipped}: expected JSON dumps. Nothing was landed.")


class _Import:
    """One import: where from, where to, and what has happened."""

    def __init__(self, origin: Place, raw: Place, date: dt.date | None, landed: dict[str, set[str]]) -> None:
        """Start with what has landed before."""
        self.origin, self.raw, self.date, self.landed = origin, raw, date, landed
        self.tally = Tally()

    def import_file(self, file: File, say: Say) -> None:
        """Land one file and say what became of it."""
        try:
            data, moment = read_dumped(file)
            dump, path = open_dump(data), path_of(file)
        except (OSError, ClientError) as error:
            self.report_unreadable(file, getattr(error, "strerror", None) or str(error), say)
            return
        self.tally.files += 1
        if path.name.endswith(".ndjson.gz") and is_raw_object(dump):
            self.tally.refused += 1
            say(f"{self.name(file)}  refused: it is a raw object already; copy it into {self.raw}. Not landed")
            return
        dated = find_date(path, self.date, moment)
        say(f"{self.name(file)}  {dated.date} ({dated.origin})  {self._land(file, dump, dated, moment)}")

    def report_unreadable(self, file: File, reason: str, say: Say) -> None:
        """Say that a file could not be read, and go on."""
        self.tally.files += 1
        self.tally.unreadable += 1
        say(f"{self.name(file)}  cannot be read: {reason}. Not landed")

    def name(self, file: File) -> str:
        """Name a file as the request of its answers does."""
        path, origin = path_of(file), self.origin if isinstance(self.origin, Path) else path_of(S3File(self.origin))
        return path.name if path == origin else path.relative_to(origin).as_posix()

    def _land(self, file: File, dump: Dump, dated: Dated, moment: dt.datetime) -> str:
        """Land what is not there yet; return what there is to say."""
        dates = self.landed.setdefault(dump.run_id, set())
        if dated.date.isoformat() in dates or (dated.is_file_time and dates):
            self.tally.already += 1
            return "already landed"
        run = Run(dump.run_id, dt.datetime.combine(dated.date, moment.time(), dt.UTC))
        imported = import_dump_file(dump, run, self.name(file))
        try:
            is_new = self._write(build_key(run), imported.lines)
        except (OSError, ClientError, BotoCoreError) as error:
            raise ImportFault(self._describe_failure(file, error)) from error
        dates.add(dated.date.isoformat())
        return self._count(imported) if is_new else self._count_already()

    def _write(self, key: str, lines: list[bytes]) -> bool:
        """Write a raw object; False means there is one of this name."""
        if isinstance(self.raw, S3Place):
            return land_in_bucket(self.raw, key, lines)
        return land_in_folder(self.raw, key, lines)

    def _count(self, imported: ImportedDump) -> str:
        """Add a landed file to the tally and describe it."""
        self.tally.landed += 1
        self.tally.documents += imported.documents
        self.tally.entries += imported.entries
        self.tally.no_json += not imported.is_json
        counts = f"{_count_of(imported.documents, 'document')}, {_count_of(imported.entries, 'entry', 'entries')}"
        return "  ".join([", ".join([counts, *imported.remarks]), "landed"])

    def _count_already(self) -> str:
        """Add a file that somebody else has just landed to the tally."""
        self.tally.already += 1
        return "already landed"

    def _describe_failure(self, file: File, error: Exception) -> str:
        """Say that landing failed and what is there."""
        before = (
            f"{_count_of(self.tally.landed, 'file')} landed before it" if self.tally.landed else "Nothing was landed"
        )
        reason = getattr(error, "strerror", None) or str(error)
        return f"{self.name(file)} could not be written to {self.raw}: {reason}. {before}."


def read_dumped(file: File) -> tuple[bytes, dt.datetime]:
    """Read a file, and when it was written, to the second."""
    if isinstance(file, S3File):
        return file.read()
    return read_file(file)


def path_of(file: File) -> PurePath:
    """Return a file's path, or an object's, its bucket first."""
    return file.path if isinstance(file, S3File) else file


def find_date(path: PurePath, given: dt.date | None, modified: dt.datetime) -> Dated:
    """Take the given date, else the one in the path, else the day of the file's time."""
    if given:
        return Dated(given, "given")
    if found := find_path_date(path):
        return Dated(found, "from the path")
    return Dated(modified.date(), "from the file's time", is_file_time=True)


def describe_tally(tally: Tally, listing: Listing, raw: Place) -> str:
    """Sum up the import in one line."""
    files = [f"{tally.landed} landed", f"{tally.already} already there"]
    files += [f"{tally.refused} refused"] if tally.refused else []
    files += [f"{tally.unreadable} unreadable"] if tally.unreadable else []
    content = [_count_of(tally.documents, "document"), _count_of(tally.entries, "entry", "entries")]
    if tally.no_json:
        content.append(f"{_count_of(tally.no_json, 'file')} {'is' if tally.no_json == 1 else 'are'} no JSON")
    skipped = _describe_skipped(listing)
    return f"{_count_of(tally.files, 'file')}: {', '.join(files)}; {', '.join(content)}{skipped} → {raw}"


def _describe_skipped(listing: Listing) -> str:
    """Say how many files and folders were passed over, and why."""
    parts = [f"{count} {reason}" for reason, count in sorted(listing.skipped.items())]
    return f" (passed over: {', '.join(parts)})" if parts else ""


@contextlib.contextmanager
def _show_progress(files: int, out: Console, complaints: Console) -> Iterator[tuple[Say, Callable[[], None]]]:
    """Show a bar where somebody watches many files; else only print lines."""
    if not complaints.is_terminal or files <= MANY_FILES:
        yield lambda text: _print(out, text), lambda: None
        return
    with Progress(console=complaints, transient=True) as progress:
        bar = progress.add_task("importing", total=files)
        lines = complaints if out.is_terminal else out
        yield lambda text: _print(lines, text), lambda: progress.advance(bar)


def _count_of(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _print(console: Console, text: str) -> None:
    """Print one line; what the console cannot show, such as a broken file name, or what would steer it, as escapes."""
    console.print(mask_text(text).encode(console.encoding, "backslashreplace").decode(console.encoding))
