"""Take over JSON dumps of other pipelines: land each file as one raw object."""

import argparse
import contextlib
import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.progress import Progress

from lambda_extract.dump_date import find_path_date
from lambda_extract.dump_file import Dump, ImportedDump, import_dump_file, is_raw_object, open_dump
from lambda_extract.raw_object import Run, build_key, land_in_folder, list_run_ids

DEFAULT_RAW = "data/raw"
MANY_FILES = 20
Say = Callable[[str], None]


class ImportFault(Exception):
    """What stops the whole import; the message says what, seen, expected and what became of the data."""


@dataclass(frozen=True)
class Listing:
    """The files below a folder, and what was passed over."""

    files: list[Path] = field(default_factory=list)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

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


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing usage and leaving."""

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong with the arguments."""
        raise ImportFault(f"{message}. Nothing was landed.")


def main(argv: Sequence[str] | None = None) -> int:
    """Import what the arguments name; 0 if every file is landed, 1 if some are not, 2 if the import cannot work."""
    complaints = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    try:
        return run_import(parse_arguments(argv), complaints)
    except (ImportFault, OSError) as fault:
        _print(complaints, f"import: {fault}")
        return 2
    except KeyboardInterrupt:
        complaints.print("import: stopped. What was landed before is whole; run it again for the rest.")
        return 130


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the arguments; an empty one counts as not given."""
    parser = _Parser(prog="import", description=__doc__, allow_abbrev=False)
    parser.add_argument("source", metavar="FROM", nargs="?", default="", help="a folder of dumps, or one file")
    parser.add_argument("--date", type=_parse_date, help="extraction date; else from the path, else the file's time")
    parser.add_argument("--raw", default="", help=f"the raw folder to land in (default {DEFAULT_RAW})")
    arguments = parser.parse_args(argv)
    arguments.raw = arguments.raw or DEFAULT_RAW
    if not arguments.source:
        raise ImportFault("FROM is not given: expected a folder of dumps or one file. Nothing was landed.")
    return arguments


def run_import(arguments: argparse.Namespace, complaints: Console) -> int:
    """Land every file and print a line for each and one for all."""
    origin, raw = Path(arguments.source), Path(arguments.raw)
    listing = list_files(origin, raw)
    require_landing_place(origin, raw)
    require_files(origin, listing)
    out = Console(soft_wrap=True, markup=False, highlight=False)
    task = _Import(origin, raw, arguments.date, list_run_ids(raw))
    with _show_progress(len(listing.files), out, complaints) as (say, step):
        for path, reason in listing.unreadable:
            task.report_unreadable(path, reason, say)
        for path in listing.files:
            task.import_file(path, say)
            step()
    _print(out, describe_tally(task.tally, listing, raw))
    return 1 if task.tally.unreadable or task.tally.refused else 0


def list_files(origin: Path, raw: Path) -> Listing:
    """List the regular files below a folder in order, or the one file."""
    if not origin.exists():
        raise ImportFault(f"{origin} does not exist: expected a folder of dumps or one file. Nothing was landed.")
    listing = Listing()
    if origin.is_dir():
        _walk(origin, raw.resolve(), listing)
        listing.files.sort(key=lambda path: path.relative_to(origin).parts)
    else:
        listing.files.append(origin)
    return listing


def require_landing_place(origin: Path, raw: Path) -> None:
    """Refuse a raw folder that cannot be written to, or that holds what is to be imported."""
    if origin.resolve().is_relative_to(raw.resolve()):
        raise ImportFault(f"{origin} lies in the raw folder {raw}: its files are landed already. Nothing was landed.")
    nearest = next(folder for folder in (raw, *raw.absolute().parents) if os.path.lexists(folder))
    if not nearest.is_dir():
        raise ImportFault(f"{nearest} is a file: expected a folder to land in. Nothing was landed.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ImportFault(f"{nearest} cannot be written to: expected a folder to land in. Nothing was landed.")


def require_files(origin: Path, listing: Listing) -> None:
    """Refuse a folder without a file."""
    if not listing.files and not listing.unreadable:
        skipped = _describe_skipped(listing)
        raise ImportFault(f"{origin} holds no file to import{skipped}: expected JSON dumps. Nothing was landed.")


class _Import:
    """One import: where from, where to, and what has happened."""

    def __init__(self, origin: Path, raw: Path, date: dt.date | None, landed: dict[str, set[str]]) -> None:
        """Start with what has landed before."""
        self.origin, self.raw, self.date, self.landed = origin, raw, date, landed
        self.tally = Tally()

    def import_file(self, path: Path, say: Say) -> None:
        """Land one file and say what became of it."""
        try:
            dump, modified = open_dump(path.read_bytes()), path.stat().st_mtime
        except OSError as error:
            self.report_unreadable(path, error.strerror or str(error), say)
            return
        self.tally.files += 1
        if path.name.endswith(".ndjson.gz") and is_raw_object(dump):
            self.tally.refused += 1
            say(f"{self.name(path)}  refused: it is a raw object already; copy it into {self.raw}. Not landed")
            return
        moment = dt.datetime.fromtimestamp(int(modified), dt.UTC)
        dated = find_date(path, self.date, moment)
        say(f"{self.name(path)}  {dated.date} ({dated.origin})  {self._land(path, dump, dated, moment)}")

    def report_unreadable(self, path: Path, reason: str, say: Say) -> None:
        """Say that a file could not be read, and go on."""
        self.tally.files += 1
        self.tally.unreadable += 1
        say(f"{self.name(path)}  cannot be read: {reason}. Not landed")

    def name(self, path: Path) -> str:
        """Name a file as the request of its answers does."""
        return path.name if path == self.origin else path.relative_to(self.origin).as_posix()

    def _land(self, path: Path, dump: Dump, dated: Dated, moment: dt.datetime) -> str:
        """Land what is not there yet; return what there is to say."""
        dates = self.landed.setdefault(dump.run_id, set())
        if dated.date.isoformat() in dates or (dated.is_file_time and dates):
            self.tally.already += 1
            return "already landed"
        run = Run(dump.run_id, dt.datetime.combine(dated.date, moment.time(), dt.UTC))
        imported = import_dump_file(dump, run, self.name(path))
        try:
            is_new = land_in_folder(self.raw, build_key(run), imported.lines)
        except OSError as error:
            raise ImportFault(self._describe_failure(path, error)) from error
        dates.add(dated.date.isoformat())
        return self._count(imported) if is_new else self._count_already()

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

    def _describe_failure(self, path: Path, error: OSError) -> str:
        """Say that landing failed and what is there."""
        before = (
            f"{_count_of(self.tally.landed, 'file')} landed before it" if self.tally.landed else "Nothing was landed"
        )
        return f"{self.name(path)} could not be written to {self.raw}: {error.strerror}. {before}."


def find_date(path: Path, given: dt.date | None, modified: dt.datetime) -> Dated:
    """Take the given date, else the one in the path, else the day of the file's time."""
    if given:
        return Dated(given, "given")
    if found := find_path_date(path):
        return Dated(found, "from the path")
    return Dated(modified.date(), "from the file's time", is_file_time=True)


def describe_tally(tally: Tally, listing: Listing, raw: Path) -> str:
    """Sum up the import in one line."""
    files = [f"{tally.landed} landed", f"{tally.already} already there"]
    files += [f"{tally.refused} refused"] if tally.refused else []
    files += [f"{tally.unreadable} unreadable"] if tally.unreadable else []
    content = [_count_of(tally.documents, "document"), _count_of(tally.entries, "entry", "entries")]
    if tally.no_json:
        content.append(f"{_count_of(tally.no_json, 'file')} {'is' if tally.no_json == 1 else 'are'} no JSON")
    skipped = _describe_skipped(listing)
    return f"{_count_of(tally.files, 'file')}: {', '.join(files)}; {', '.join(content)}{skipped} → {raw}"


def _walk(folder: Path, raw: Path, listing: Listing) -> None:
    """List the files below a folder, passing over what is hidden, linked or ours."""
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        listing.unreadable.append((folder, error.strerror or str(error)))
        return
    for entry in entries:
        path = folder / entry.name
        if reason := _find_reason_to_skip(entry, path, raw):
            listing.skip(reason)
        elif entry.is_dir():
            _walk(path, raw, listing)
        elif entry.is_file():
            listing.files.append(path)
        else:
            listing.unreadable.append((path, "it is no regular file"))


def _find_reason_to_skip(entry: os.DirEntry[str], path: Path, raw: Path) -> str | None:
    """Say why a file or folder is passed over, if it is."""
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_dir() and entry.is_symlink():
        return "linked folder"
    return "raw folder itself" if entry.is_dir() and path.resolve() == raw else None


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


def _parse_date(text: str) -> dt.date | None:
    """Read a date; an empty one counts as not given."""
    if not text:
        return None
    try:
        date = dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        date = None
    if date is None or date.isoformat() != text:
        raise ImportFault(f"--date {text}: expected a date as YYYY-MM-DD. Nothing was landed.")
    return date


def _count_of(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _print(console: Console, text: str) -> None:
    """Print one line; what the console cannot show, such as a broken file name, as escapes."""
    shown = text.encode(console.encoding, "backslashreplace").decode(console.encoding)
    console.print(shown.replace("\n", "\\n").replace("\r", "\\r"))


if __name__ == "__main__":
    sys.exit(main())
