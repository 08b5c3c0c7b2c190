"""Look at the files of an import: what each is, when it was extracted, and which of them are pages of one list."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from lakehouse.importing.account_export import read_exportify
from lakehouse.importing.archive import ZipFile
from lakehouse.importing.dump_bucket import S3File
from lakehouse.importing.dump_date import find_path_date
from lakehouse.importing.dump_folder import read_file
from lakehouse.importing.first_look import ListPages, Look
from lambda_extract.raw_format import JsonObject, Run, Source

File = Path | S3File | ZipFile
JSON_SUFFIXES = frozenset(("json", "jsonl", "ndjson", "jsonlines"))


@dataclass(frozen=True)
class Dated:
    """An extraction date and where it was found."""

    date: dt.date
    origin: str
    is_file_time: bool = False


@dataclass(frozen=True)
class Examined:
    """A file that was looked at: what it is, under which date it lands, and of which list it is a page."""

    file: File
    name: str
    run_id: str
    moment: dt.datetime
    dated: Dated
    look: Look = field(default_factory=Look)
    account: str | None = None

    @property
    def listed(self) -> ListPages | None:
        """Return the list that it has pages of."""
        return self.look.listed


@dataclass(frozen=True)
class NotLanded:
    """A file that is not landed: why, and whether somebody has to do something about it."""

    name: str
    reason: str
    is_fault: bool
    kind: str | None = None
    """Of a file that holds no JSON: its kind, counted in one line."""
    personal: str | None = None
    """The kind of personal data that it holds; such files are named in one line."""


@dataclass
class Reading:
    """Files that are landed as one raw object: pages of one list, or a single file."""

    members: list[Examined]

    @property
    def run_id(self) -> str:
        """Name the run: one file by its content, several by the contents of all."""
        if len(self.members) == 1:
            return self.members[0].run_id
        text = "\n".join(sorted(member.run_id for member in self.members))
        return f"import-{hashlib.sha256(text.encode()).hexdigest()[:20]}"

    @property
    def run(self) -> Run:
        """Return the run: its time is that of the newest file, its account the one that the files agree on."""
        newest = max(member.moment for member in self.members)
        first = self.members[0]
        moment = dt.datetime.combine(first.dated.date, newest.time(), dt.UTC)
        return Run(self.run_id, moment, first.account)

    def takes(self, examined: Examined) -> bool:
        """Return whether a file has further pages of the same list: at places that none of the members has."""
        first = self.members[0]
        if (
            examined.listed is None
            or first.listed is None
            or not (examined.listed.is_placed and first.listed.is_placed)
        ):
            return False
        if examined.account != first.account:
            return False
        held = [page for member in self.members if member.listed for page in member.listed.pages]
        return not any(
            page.list_name == other.list_name and page.start < other.end and other.start < page.end
            for page in examined.listed.pages
            for other in held
        )

    @property
    def in_order(self) -> list[Examined]:
        """Return the members in the order of their pages; those of a list with cursors are in order."""
        return sorted(self.members, key=_first_place)


def _first_place(examined: Examined) -> int:
    return (
        examined.listed.pages[0].start if examined.listed and examined.listed.is_placed and examined.listed.pages else 0
    )


def join_pages(examined: Sequence[Examined]) -> list[Reading]:
    """Join files with pages of one list, account and day.

    Pages with offsets are joined as long as no two hold the same places: those are two readings. Pages with cursors are
    joined where one was asked for with what the other gives.
    """
    readings: list[Reading] = []
    latest: dict[Any, Reading] = {}
    linked: dict[Any, list[Examined]] = {}
    for each in sorted(examined, key=lambda each: (each.moment, each.name)):
        key = (each.dated.date, each.account, each.listed.source) if each.listed else None
        if each.listed and not each.listed.is_placed:
            linked.setdefault(key, []).append(each)
            continue
        reading = latest.get(key) if key else None
        if reading and reading.takes(each):
            reading.members.append(each)
            continue
        reading = Reading([each])
        readings.append(reading)
        if key:
            latest[key] = reading
    readings += [reading for members in linked.values() for reading in _follow_cursors(members)]
    return sorted(readings, key=lambda reading: min(PurePath(member.name).parts for member in reading.members))


def _follow_cursors(members: Sequence[Examined]) -> Iterator[Reading]:
    """Join files, each with the one that it was asked for with: first from those that none leads to."""
    cursors = {member.name: member.listed.cursor for member in members if member.listed}
    given = {text for cursor in cursors.values() for text in cursor.gives}
    by_question: dict[str, list[Examined]] = {}
    for member in reversed(members):
        for text in cursors[member.name].asked:
            by_question.setdefault(text, []).append(member)
    taken: set[str] = set()
    for first in sorted(members, key=lambda member: not cursors[member.name].asked.isdisjoint(given)):
        if first.name in taken:
            continue
        chain: list[Examined] = []
        following: Examined | None = first
        while following:
            taken.add(following.name)
            chain.append(following)
            waiting = [by_question.get(text, []) for text in sorted(cursors[following.name].gives)]
            following = next(
                (member for line in waiting for member in reversed(line) if member.name not in taken), None
            )
        yield Reading(chain)


def gather_names(examined: Sequence[Examined]) -> dict[tuple[dt.date, Source], JsonObject]:
    """Gather by day what the files say of a list: a page without the name gets it from the file that has it."""
    names: dict[tuple[dt.date, Source], JsonObject] = {}
    for each in sorted(examined, key=lambda each: (each.moment, each.name)):
        if each.listed and each.listed.facts:
            names.setdefault((each.dated.date, each.listed.source), {}).update(each.listed.facts)
    return names


def find_foreign_kind(path: PurePath, data: bytes) -> str | None:
    """Name the kind of a file that holds neither JSON nor a playlist of Exportify; None for one that is imported."""
    name = path.name.lower().removesuffix(".gz")
    suffix = PurePath(name).suffix.removeprefix(".")
    if suffix in JSON_SUFFIXES or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return None
    if suffix == "csv":
        text = data[:10_000].decode("utf-8", "replace").removeprefix("\ufeff").partition("\n")[0]
        return None if read_exportify(text) is not None else "csv"
    return suffix or "file without JSON"


def read_dumped(file: File) -> tuple[bytes, dt.datetime]:
    """Read a file, and when it was written, to the second."""
    return read_file(file) if isinstance(file, Path) else file.read()


def path_of(file: File) -> PurePath:
    """Return a file's path, or an object's, its bucket first."""
    return file if isinstance(file, Path) else file.path


def find_date(path: PurePath, given: dt.date | None, modified: dt.datetime) -> Dated:
    """Take the given date, else the one in the path, else the day of the file's time."""
    if given:
        return Dated(given, "given")
    if path_date := find_path_date(path):
        other = f"from the path, which also says {path_date.other}" if path_date.other else "from the path"
        return Dated(path_date.date, other)
    return Dated(modified.date(), "from the file's time", is_file_time=True)


def describe_date(member: Examined) -> str:
    """Say under which date a file lands, and why."""
    return f"{member.dated.date} ({member.dated.origin})"
