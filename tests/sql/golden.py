"""Golden rows: for each SQL file a text with tiny tables beside the rows expected of them (tests/sql/golden/NAME.txt).

    ## what the case shows
    with limit=5
    song: song_id | extraction_date | artist_ids
          s1      | 2026-11-16      | a1 a2
    => place | song_id
       1     | s1

`on u2=Asia/Tokyo` sets an account's clock, * that of all others; without it local times are an hour ahead of UTC.

A column that is not named has its default (see DEFAULTS), else null. null, "" and [] are what they look like. Entries
are ids of songs in their order, or kind:id; ?:null stands for an entry that holds nothing. A page of plays is
from/to/full. No row below => means none.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

FOLDER = Path(__file__).parent / "golden"
MONDAY = "2026-11-16"
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "album": {"extraction_date": MONDAY},
    "artist": {"extraction_date": MONDAY},
    "song": {"extraction_date": MONDAY},
    "listing": {
        "account": "u1",
        "source_kind": "playlist",
        "source_id": "p1",
        "extraction_date": MONDAY,
        "is_complete": "true",
    },
    "play": {"account": "u1", "origin": "api"},
    "raw_object": {"account": "u1", "extraction_date": MONDAY, "status": "loaded"},
    "rejected_record": {"extraction_date": MONDAY, "path": "$"},
}
AN_HOUR_AHEAD = {"*": "Africa/Lagos"}
"""One hour ahead of UTC in summer and winter."""

SECTION = re.compile(r"(?P<name>\w+|=(?=>)): (?P<header>.*)|=> (?P<columns>.*)")


@dataclass
class Case:
    """One case: what is asked of which rows, and the answer expected."""

    name: str
    title: str
    parameters: dict[str, str] = field(default_factory=dict)
    time_zones: dict[str, str] = field(default_factory=lambda: dict(AN_HOUR_AHEAD))
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    expected: list[tuple[str, ...]] = field(default_factory=list)

    def rows(self, schemas: Mapping[str, pa.Schema]) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of each table, typed by its schema."""
        return {table: [read_row(table, row, schemas[table]) for row in rows] for table, rows in self.tables.items()}


def cells_of(line: str) -> list[str]:
    """Return the cells of a line."""
    return [cell.strip() for cell in line.split("|")]


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the cases of one file."""
    for block in path.read_text(encoding="utf-8").split("## ")[1:]:
        title, *lines = block.rstrip().splitlines()
        yield read_case(path.stem, title, lines)


def read_case(name: str, title: str, lines: Iterable[str]) -> Case:
    """Return one case from its lines."""
    case, names, table = Case(name, title), list[str](), ""
    for line in filter(str.strip, lines):
        section = SECTION.match(line)
        if line.startswith("with "):
            case.parameters = dict(pair.split("=", 1) for pair in line.removeprefix("with ").split())
        elif line.startswith("on "):
            case.time_zones |= dict(pair.split("=", 1) for pair in line.removeprefix("on ").split())
        elif section and section["columns"] is not None:
            case.columns, table = cells_of(section["columns"]), "=>"
        elif section:
            table, names = section["name"], cells_of(section["header"])
            case.tables.setdefault(table, [])
        elif table == "=>":
            case.expected.append(tuple(cells_of(line)))
        else:
            case.tables[table].append(dict(zip(names, cells_of(line), strict=True)))
    return case


def read_row(table: str, cells: Mapping[str, str], schema: pa.Schema) -> dict[str, Any]:
    """Return a row, typed."""
    given = {**DEFAULTS[table], **cells}
    return {name: read_value(text, schema.field(name).type) for name, text in given.items()}


def read_value(text: str, kind: pa.DataType) -> Any:
    """Return a cell as its column holds it."""
    if text == "null":
        return None
    if pa.types.is_list(kind):
        words = [] if text == "[]" else text.split()
        if not pa.types.is_struct(kind.value_type):
            return words
        if "plays_from" in kind.value_type.names:
            return [read_page(word) for word in words]
        return [read_entry(place, word) for place, word in enumerate(words, 1)]
    if pa.types.is_timestamp(kind):
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC if kind.tz else None)
    if pa.types.is_date(kind):
        return dt.date.fromisoformat(text)
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}[text]
    return int(text) if pa.types.is_integer(kind) else text.strip('"')


def read_page(word: str) -> dict[str, Any]:
    """Return a page of recently played: from/to/whether it is full."""
    first, last, is_full = word.split("/")
    moments = [dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) for text in (first, last)]
    return {"plays_from": moments[0], "plays_to": moments[1], "is_full": is_full == "true"}


def read_entry(place: int, word: str) -> dict[str, Any]:
    """Return an entry of a listing."""
    kind, _, item = word.rpartition(":")
    return {
        "position": place,
        "item_kind": {"": "song", "?": None}.get(kind, kind),
        "item_id": None if item == "null" else item,
    }


def show(value: Any) -> str:
    """Return a value of an answer as a cell."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    if isinstance(value, Decimal | float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return " ".join(map(str, value)) or "[]"
    return str(value) or '""'


def show_rows(rows: Iterable[Sequence[Any]]) -> list[tuple[str, ...]]:
    """Return the rows of an answer as cells."""
    return [tuple(show(value) for value in row) for row in rows]


CASES = [case for path in sorted(FOLDER.glob("*.txt")) for case in read_cases(path)]
