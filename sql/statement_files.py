"""The SQL files as they are published: name, what they read, their text, and the order in which they can be created."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
READS = re.compile(r"Reads: (?P<names>[\w\s,-]+?)\.")
CREATE_TABLE = re.compile(r"^create table\s+(?:if not exists\s+)?(?P<name>\w+)", re.MULTILINE | re.IGNORECASE)
LOCATION = re.compile(r"\blocation\s*=\s*'[^']*'", re.IGNORECASE)


class FileFault(ValueError):
    """A file that cannot be published; the message says what is wrong with it."""


REMEDY = re.compile(r"Severity: (?P<severity>error|warning)\. Remedy: (?P<remedy>.+?\.) Grain: ")


@dataclass(frozen=True)
class SqlFile:
    """One file: a view, a summary or a check."""

    kind: str
    name: str
    reads: tuple[str, ...]
    text: str
    severity: str = "error"
    remedy: str = ""
    """Of a check: how bad its rows are, and what to do about them."""


def read_files(kind: str, folder: Path = FOLDER) -> dict[str, SqlFile]:
    """Return the files of one kind by name; a kind without a folder has none."""
    return {path.stem: _read_file(kind, path) for path in sorted((folder / kind).glob("*.sql"))}


def _read_file(kind: str, path: Path) -> SqlFile:
    text = path.read_text(encoding="utf-8")
    header = " ".join(line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--"))
    found = READS.search(header)
    if found is None:
        raise FileFault(f"{kind}/{path.name}: expected a header with 'Reads: a, b.', got none. It is not published.")
    reads = tuple(name.strip() for name in found["names"].split(","))
    told = REMEDY.search(header)
    severity, remedy = (told["severity"], told["remedy"]) if told else ("error", "")
    return SqlFile(kind, path.stem, reads, text.strip(), severity, remedy)


def order_files(files: Mapping[str, SqlFile]) -> list[SqlFile]:
    """Return the files, each after those it reads."""
    waiting, ordered = dict(files), list[SqlFile]()
    while waiting:
        free = [file for file in waiting.values() if not set(file.reads) & set(waiting) - {file.name}]
        if not free:
            raise FileFault(f"{', '.join(sorted(waiting))} read each other in a circle. Nothing was published.")
        ordered += free
        for file in free:
            del waiting[file.name]
    return ordered


def digest_files(ordered: Iterable[SqlFile]) -> dict[str, str]:
    """Return a digest of each file's text and of all that it reads: a view must follow the views it reads."""
    digests: dict[str, str] = {}
    for file in ordered:
        parts = (file.text, *(digests.get(name, name) for name in file.reads))
        digests[file.name] = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return digests


def version_summary(file: SqlFile, version: str, location: str) -> str:
    """Return a summary's statement for a table of its own version, in a separate folder."""
    named, places = CREATE_TABLE.search(file.text), LOCATION.findall(file.text)
    if named is None or named["name"] != file.name or len(places) != 1:
        raise FileFault(
            f"{file.kind}/{file.name}.sql: expected 'create table {file.name}' and one location = '…'. Not refreshed."
        )
    text = file.text[: named.start("name")] + version + file.text[named.end("name") :]
    return LOCATION.sub(f"location = '{location}'", text)
