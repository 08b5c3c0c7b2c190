"""Take over JSON dumps of other pipelines: land each file as one raw object."""

import argparse
import contextlib
import datetime as dt
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import Progress

from lakehouse.console import PlainConsole
from lakehouse.defaults import RAW, WAREHOUSE
from lakehouse.errors import UserError
from lakehouse.importing.accounts import find_only_account, list_raw_objects, name_of, read_account
from lakehouse.importing.dump_bucket import S3File, land_in_bucket, list_bucket, list_bucket_run_ids
from lakehouse.importing.dump_file import (
    Dump,
    DumpFacts,
    ImportedDump,
    open_dump,
    write_lines,
)
from lakehouse.importing.dump_folder import DumpFileError, Found, find_files
from lakehouse.importing.examining import Examiner
from lakehouse.importing.personal import NO_MUSIC, PEOPLE
from lakehouse.importing.readings import (
    Examined,
    File,
    NotLanded,
    Reading,
    describe_date,
    gather_names,
    join_pages,
    read_dumped,
)
from lakehouse.importing.undo import take_back
from lambda_extract.aws import S3Place, find_place
from lambda_extract.raw_format import JsonObject, Source, build_key, land_in_folder, list_run_ids

DEFAULT_RAW = str(RAW)
MANY_FILES = 20
NAMED_KINDS = {PEOPLE: f"{PEOPLE}, without ids,", NO_MUSIC: NO_MUSIC}
"""Kinds of what is passed over that are told apart; all others are called personal data."""
Say = Callable[[str], None]
Place = Path | S3Place


class ImportFault(Exception):
    """What stops the whole import; the message says what, expected, got and what became of the data."""


@dataclass(frozen=True)
class Listing:
    """The files below a folder, and what was passed over."""

    files: list[File] = field(default_factory=list)
    unreadable: list[tuple[File, str]] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

    def add(self, entry: Found) -> None:
        """Take one path: to be read, passed over or reported."""
        if entry.reason is None:
            self.files.append(entry.path)
        elif entry.is_fault:
            self.unreadable.append((entry.path, entry.reason))
        else:
            self.skip(entry.reason)

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
    plays_without_account: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    """Files that hold no JSON, by kind."""
    personal: dict[str, list[str]] = field(default_factory=dict)
    """Names of files that hold personal data and no music, by kind."""


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing usage and leaving."""

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong with the arguments."""
        raise ImportFault(f"{message}. Nothing was landed.")


def main(argv: Sequence[str] | None = None) -> int:
    """Import what the arguments name; 0 if every file is landed, 1 if some are not, 2 if the import cannot work."""
    complaints = PlainConsole(stderr=True)
    try:
        return run_import(parse_arguments(argv), complaints)
    except (ImportFault, UserError, OSError) as fault:
        _print(complaints, f"import: {fault}")
        return 2
    except (ClientError, BotoCoreError) as error:
        _print(complaints, f"import: S3: {error}. What was landed before is whole; run it again for the rest.")
        return 2
    except KeyboardInterrupt:
        complaints.print("import: stopped. What was landed before is whole; run it again for the rest.")
        return 130


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the arguments; an empty one counts as not given."""
    parser = _Parser(prog="import", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "source", metavar="FROM", nargs="?", default="", help="a folder of dumps, or one file; also s3://…"
    )
    parser.add_argument("--date", type=_parse_date, help="extraction date; else from the path, else the file's time")
    parser.add_argument("--account", help="whose the files are: the Spotify id of the user that the extractor reads")
    parser.add_argument(
        "--keep_private", action="store_true", help="also land what plays say of address, country and device"
    )
    parser.add_argument("--dry_run", action="store_true", help="only say what each file is and what it would give")
    parser.add_argument("--undo", action="store_true", help="take back what these files gave; with --dry_run say what")
    parser.add_argument("--warehouse", default="", help="with --undo: the tables to take the rows out of")
    parser.add_argument("--raw", default="", help=f"the raw folder to land in, also s3://… (default {DEFAULT_RAW})")
    arguments = parser.parse_args(argv)
    arguments.raw = arguments.raw or DEFAULT_RAW
    arguments.account = arguments.account or None
    if not arguments.source:
        raise ImportFault("FROM is not given: expected a folder of dumps or one file. Nothing was landed.")
    return arguments


def run_import(arguments: argparse.Namespace, complaints: Console) -> int:
    """Land every file and print a line for each and one for all."""
    origin, raw = (
        find_place(arguments.source) or Path(arguments.source),
        find_place(arguments.raw) or Path(arguments.raw),
    )
    listing = list_files(origin, raw)
    require_landing_place(origin, raw)
    require_files(origin, listing)
    out = PlainConsole()
    landed = list_run_ids(raw) if isinstance(raw, Path) else list_bucket_run_ids(raw)
    task = _Import(arguments, origin, raw, landed)
    with _show_progress(len(listing.files), out, complaints) as (say, step):
        for path, reason in listing.unreadable:
            task.refuse(NotLanded(task.examiner.name(path), f"cannot be read: {reason}", is_fault=True), say)
        examined = []
        for one in task.examiner.examine_all(listing.files, step):
            if isinstance(one, Examined):
                examined.append(one)
            else:
                task.refuse(one, say)
        readings = join_pages(examined)
        names = gather_names(examined)
        for reading in [] if arguments.undo else readings:
            task.land(reading, names, say)
    if arguments.undo:
        run_ids = {one.run_id for one in examined} | {reading.run_id for reading in readings}
        warehouse = Path(arguments.warehouse or WAREHOUSE)
        return take_back(run_ids, raw, warehouse, lambda text: _print(out, text), is_dry=arguments.dry_run)
    _print(out, describe_tally(task.tally, listing, raw, is_dry=arguments.dry_run))
    if hint := describe_missing_account(task.tally, raw):
        _print(out, hint)
    return 1 if task.tally.unreadable or task.tally.refused else 0


def describe_missing_account(tally: Tally, raw: Place) -> str | None:
    """Say how plays that were imported for nobody are joined to those of the one account that is there."""
    account = find_only_account(raw) if tally.plays_without_account else None
    if account is None:
        return None
    plays = _count_of(tally.plays_without_account, "play")
    return (
        f"{plays} without an account: if they are of {account}, whose plays are in {raw}, take them back with --undo "
        f"and import with --account {account}, or they count twice"
    )


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

    def __init__(self, arguments: argparse.Namespace, origin: Place, raw: Place, landed: dict[str, set[str]]) -> None:
        """Start with what has landed before."""
        self.origin, self.raw, self.landed = origin, raw, landed
        self.examiner = Examiner(origin, raw, arguments.date, arguments.account)
        self.account = arguments.account
        self.keeps_private, self.is_dry = arguments.keep_private, arguments.dry_run
        self.tally = Tally()

    def refuse(self, refused: NotLanded, say: Say) -> None:
        """Say why a file is not landed, and go on."""
        if refused.kind:
            self.tally.kinds[refused.kind] += 1
            return
        if refused.personal:
            self.tally.personal.setdefault(refused.personal, []).append(PurePath(refused.name).name)
            return
        self.tally.files += 1
        if refused.reason.startswith("refused"):
            self.tally.refused += 1
        else:
            self.tally.unreadable += 1
        say(f"{refused.name}  {refused.reason}. Not landed")

    def land(self, reading: Reading, names: dict[tuple[dt.date, Source], JsonObject], say: Say) -> None:
        """Land what is not there yet, and say of each file what became of it."""
        self.tally.files += len(reading.members)
        first = reading.members[0]
        dates = self.landed.setdefault(reading.run_id, set())
        if first.dated.date.isoformat() in dates or (first.dated.is_file_time and dates):
            self._say_already(reading, say)
            return
        gave = [ImportedDump() for _ in reading.members]
        try:
            is_new = self._write(reading, names, gave)
        except DumpFileError as error:
            self.tally.files -= len(reading.members)
            for member in reading.members:
                self.refuse(NotLanded(member.name, f"cannot be read: {error}", is_fault=True), say)
            return
        except (OSError, ClientError, BotoCoreError) as error:
            raise ImportFault(self._describe_failure(first, error)) from error
        dates.add(first.dated.date.isoformat())
        if not is_new:
            self._say_already(reading, say)
            return
        for member, imported in zip(reading.in_order, gave, strict=True):
            say(f"{member.name}  {describe_date(member)}  {self._count(member, imported, len(reading.members))}")

    def _write(
        self, reading: Reading, names: dict[tuple[dt.date, Source], JsonObject], gave: list[ImportedDump]
    ) -> bool:
        """Write a raw object; False means there is one of this name."""
        dumps = self._open_members(reading, names, gave)
        lines = write_lines(dumps, reading.run)
        if self.is_dry:
            for _ in lines:
                pass
            return True
        if isinstance(self.raw, S3Place):
            return land_in_bucket(self.raw, build_key(reading.run), lines)
        return land_in_folder(self.raw, build_key(reading.run), lines)

    def _open_members(
        self, reading: Reading, names: dict[tuple[dt.date, Source], JsonObject], gave: list[ImportedDump]
    ) -> Iterator[tuple[Dump, DumpFacts, ImportedDump]]:
        """Read the files of a raw object, one after another."""
        for member, imported in zip(reading.in_order, gave, strict=True):
            try:
                dump = open_dump(read_dumped(member.file)[0])
            except (OSError, ClientError) as error:
                raise DumpFileError(getattr(error, "strerror", None) or str(error)) from error
            known = names.get((member.dated.date, member.listed.source), {}) if member.listed else {}
            own = {member.listed.source: known} if member.listed else {}
            yield dump, DumpFacts(member.name, self.keeps_private, own), imported

    def _say_already(self, reading: Reading, say: Say) -> None:
        """Say of files that have landed before that they have."""
        self.tally.already += len(reading.members)
        for member in reading.members:
            say(f"{member.name}  {describe_date(member)}  already landed{self._describe_other_account(reading)}")

    def _describe_other_account(self, reading: Reading) -> str:
        """Say that what has landed was landed for another account."""
        account = reading.run.account
        if account is None:
            return ""
        dates = sorted(self.landed.get(reading.run_id, ()))
        places = [place for date in dates for place in list_raw_objects(self.raw, date)]
        for place in places:
            landed = read_account(place) if reading.run_id in name_of(place) else account
            if landed != account:
                return (
                    f" {'without an account' if landed is None else f'for {landed}'}: to change that, --undo it first"
                )
        return ""

    def _count(self, member: Examined, imported: ImportedDump, members: int) -> str:
        """Add a landed file to the tally and describe it."""
        tally = self.tally
        tally.landed += 1
        tally.documents += imported.documents
        tally.entries += imported.entries
        tally.no_json += not imported.is_json
        if member.account is None:
            tally.plays_without_account += imported.plays
        counts = f"{_count_of(imported.documents, 'document')}, {_count_of(imported.entries, 'entry', 'entries')}"
        about = [*imported.remarks, *(f"{number} {reason}" for reason, number in sorted(imported.reasons.items()))]
        about += [f"list {_name_source(imported.sources[0])}"] if self.is_dry and imported.sources else []
        about += [f"account {member.account}"] if member.account and member.account != self.account else []
        landed = "would land" if self.is_dry else "landed"
        joined = f"{landed} as one list of {members} files" if members > 1 else landed
        return "  ".join([", ".join([counts, *about]), joined])

    def _describe_failure(self, member: Examined, error: Exception) -> str:
        """Say that landing failed and what is there."""
        before = (
            f"{_count_of(self.tally.landed, 'file')} landed before it" if self.tally.landed else "Nothing was landed"
        )
        reason = getattr(error, "strerror", None) or str(error)
        return f"{member.name} could not be written to {self.raw}: {reason}. {before}."


def _name_source(source: Source) -> str:
    return source.kind if source.kind == source.id else f"{source.kind} {source.id}"


def describe_tally(tally: Tally, listing: Listing, raw: Place, *, is_dry: bool = False) -> str:
    """Sum up the import in one line."""
    files = [f"{tally.landed} {'would land' if is_dry else 'landed'}", f"{tally.already} already there"]
    files += [f"{tally.refused} refused"] if tally.refused else []
    files += [f"{tally.unreadable} unreadable"] if tally.unreadable else []
    content = [_count_of(tally.documents, "document"), _count_of(tally.entries, "entry", "entries")]
    if tally.no_json:
        content.append(f"{_count_of(tally.no_json, 'file')} {'is' if tally.no_json == 1 else 'are'} not valid JSON")
    skipped = _describe_skipped(listing, tally)
    return f"{_count_of(tally.files, 'file')}: {', '.join(files)}; {', '.join(content)}{skipped} → {raw}"


def _describe_skipped(listing: Listing, tally: Tally | None = None) -> str:
    """Say how many files and folders were passed over, and why."""
    tally = tally or Tally()
    parts = [f"{count} {reason}" for reason, count in sorted(listing.skipped.items())]
    parts += [f"{count} {kind}" for kind, count in sorted(tally.kinds.items())]
    files: dict[str, list[str]] = {}
    for kind, names in tally.personal.items():
        files.setdefault(NAMED_KINDS.get(kind, "personal data"), []).extend(names)
    parts += [f"{kind} in {', '.join(sorted(names))}" for kind, names in sorted(files.items(), reverse=True)]
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
