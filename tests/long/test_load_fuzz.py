"""Random raw objects through what the load runs in a Python worker: nothing ends it, and the neighbour loads.

Whatever an object holds, it gets a status of docs/reasons.md that is not `failed`, its rows fit the tables' types, and
the good object beside it gives its rows.
"""

import contextlib
import copy
import datetime as dt
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_jobs.load.arrow import NOTE
from glue_jobs.load.days import Day, read_days
from glue_jobs.load.notes import DayNote
from glue_jobs.raw.raw_object import RawObject
from glue_jobs.spotify.reasons import STATUSES
from glue_jobs.tables import RAW_OBJECT, REJECTED_RECORD, SONG
from tests.spark.objects import credit, entry, full_album, full_artist, page, playlist, song

SAMPLES = sorted((Path(__file__).resolve().parent.parent / "samples").glob("*.json"))
DAY = dt.date(2026, 11, 1)
GOOD = "raw/extraction_date=2026-11-01/good.ndjson.gz"
ODD = "raw/extraction_date=2026-11-01/odd.ndjson.gz"
KNOWN = {status.name for status in STATUSES} - {"failed"}
many = settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

ANSWERS: list[Any] = [
    page(entry(song("s2")), entry(song("s3"), added_at=None), None),
    playlist(items=page(entry(song("s4")))),
    page({"played_at": "2026-11-01T08:00:00.123Z", "track": song("s5"), "context": None}, cursors={"after": "1"}),
    [{"ts": "2026-10-01T08:00:00Z", "ms_played": 31_000, "spotify_track_uri": "spotify:track:" + "a" * 22}],
    {"items": [{"endTime": "2026-10-01 08:00", "artistName": "A", "trackName": "T", "msPlayed": 31_000}]},
    {"tracks": page(song("s6")), "artists": page(full_artist()), "albums": page(full_album())},
    {"tracks": [song("s7"), None]},
    full_album(),
    full_artist(),
    song("s8"),
    page(credit("a3")),
    {"error": {"status": 404, "message": "not found"}},
    *(json.loads(path.read_text("utf-8")) for path in SAMPLES),
]
SOURCES: list[Any] = [
    {"kind": "playlist", "id": "p1"},
    {"kind": "recently_played", "id": None},
    {"kind": "search", "id": "track,artist,album: a"},
    {"kind": "album", "id": "al1"},
    {"kind": "saved_tracks"},
    {"kind": "import", "id": "x"},
    {"kind": 7, "id": []},
    None,
]
ODD_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, 1.0, 0.5),
    *("", " ", "\x00", "\ud800", "null", "NaN", "7", "track", "2026-02-30", "0000-00-00", "9999-12-31T23:59:59.999Z"),
    *("10000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "spotify:track:", "spotify:local:a:b:c:1", "x" * 100_000),
    *([], {}, [None], [[]], {"": ""}, [{}] * 20, {"items": None}, {"items": {}}, {"items": [[]]}),
]


def spots_of(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place below a value as its container and the key or index in it."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from spots_of(value[key])


def mutate(line: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return the line with some of its values replaced, removed, swapped, doubled or wrapped."""
    line = copy.deepcopy(line)
    for _ in range(chance.randint(1, 4)):
        container, key = chance.choice(list(spots_of(line)))
        other, place = chance.choice(list(spots_of(line)))
        match chance.randint(0, 6):
            case 0 | 1 | 2:
                container[key] = copy.deepcopy(chance.choice(ODD_VALUES))
            case 3:
                del container[key]
            case 4:
                container[key] = copy.deepcopy(other[place])
            case 5:
                container[key] = [container[key]] * 2
            case 6:
                container[key] = {"item": container[key], "items": [container[key]]}
    return line


def write(line: dict[str, Any]) -> bytes:
    """Write a line as JSON; half a surrogate pair as an escape, huge numbers in full."""
    return json.dumps(line).encode()


def damage(content: bytes, chance: random.Random) -> bytes:
    """Return bytes of which a few are changed, removed or doubled."""
    odd = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(odd) + 1)
        odd[place : place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    return bytes(odd)


@st.composite
def raw_objects(draw: st.DrawFn) -> bytes:
    """Draw the bytes of a raw object: lines with mutated answers, some of them damaged, and gzip that may be cut."""
    chance = draw(st.randoms(use_true_random=False))
    lines = []
    for number in range(chance.randint(1, 5)):
        line = {
            "kind": "answer",
            "schema_version": 1,
            "fetched_at": f"2026-11-01T10:00:0{number}.000Z",
            "account": "anna",
            "source": chance.choice(SOURCES),
            "request": {"path": "/v1/me/player/recently-played", "params": {"limit": "50"}},
            "status": 200,
            "response": chance.choice(ANSWERS),
        }
        if chance.random() < 0.2:
            listed = {"kind": "playlist", "id": "p1", "status": "ok", "pages": 1, "entries": 3, "is_complete": True}
            line = {"kind": "summary", "schema_version": 1, "account": "anna", "sources": [listed]}
        text = write(mutate(line, chance))
        lines.append(damage(text, chance) if chance.random() < 0.3 else text)
    content = gzip.compress(b"\n".join(lines), 1)
    return content if chance.random() < 0.9 else damage(content, chance)


def opener_of(contents: dict[str, bytes]) -> Callable[[str], contextlib.AbstractContextManager[Callable[[int], bytes]]]:
    """Return what opens these objects by their path."""
    return lambda path: contextlib.nullcontext(io.BytesIO(contents[path]).read)


def load(contents: dict[str, bytes]) -> tuple[dict[str, list[dict[str, Any]]], DayNote]:
    """Return the rows of each table that the objects of a day give together, and the note for the driver."""
    objects = tuple(RawObject(key, key, DAY, len(content), None) for key, content in contents.items())
    rows: dict[str, list[dict[str, Any]]] = {}
    note = DayNote()
    for batch in read_days([Day(DAY, objects)], opener_of(contents), 0):
        batch.validate(full=True)
        for row in batch.to_pylist():
            for name, value in row.items():
                if name == NOTE and value is not None:
                    note = DayNote.from_json(value)
                elif value is not None:
                    rows.setdefault(name, []).append(value)
    return rows, note


@many
@given(raw_objects() | st.binary(max_size=200) | st.binary(max_size=200).map(gzip.compress))
def test_an_odd_raw_object_ends_nothing_and_its_neighbour_loads(odd: bytes) -> None:
    good = write(
        {
            "kind": "answer", "schema_version": 1, "fetched_at": "2026-11-01T09:00:00.000Z", "account": "ben",
            "source": {"kind": "playlist", "id": "p9"}, "status": 200, "response": page(entry(song("good"))),
        }
    )  # fmt: skip
    rows, note = load({GOOD: gzip.compress(good), ODD: odd})
    ledger = {row["raw_key"]: row for row in rows[RAW_OBJECT.name]}
    assert ledger[GOOD]["status"] == "loaded"
    assert ledger[ODD]["status"] in KNOWN, ledger[ODD]
    assert not note.failed
    assert "good" in {row["song_id"] for row in rows[SONG.name]}
    entries = sum(note.skipped.values()) + note.accepted + sum(note.rejected.values())
    assert note.entries == entries
    rejected = [row for row in rows.get(REJECTED_RECORD.name, []) if row["raw_key"] == ODD]
    assert len(rejected) == sum(note.rejected.values()) + sum(note.documents.values())
    keys = [(row["raw_key"], row["line"], row["path"]) for row in rejected]
    assert len(keys) == len(set(keys))
