"""The table of statuses and reasons: the documentation holds all of them, and each reason has a case."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from glue_jobs.load.read_object import ObjectCounts, ObjectFacts, ObjectRows, read_object
from glue_jobs.raw import unpack
from glue_jobs.spotify.reasons import REASONS, STATUSES, Outcome
from tests.spark.objects import entry, page, playlist, song
from tests.unit.reading import reader_of

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
HEAD = {"kind": "answer", "schema_version": 1, "fetched_at": "2026-11-01T10:00:00.000Z", "account": None}
SOURCE = {"source": {"kind": "playlist", "id": "p1"}, "request": {"path": "x"}, "status": 200}


def line(response: Any, **given: Any) -> bytes:
    """Return a line with an answer."""
    return json.dumps({**HEAD, **SOURCE, "response": response, **given}, ensure_ascii=False).encode()


def read(content: bytes) -> tuple[ObjectCounts, dict[str, set[Any]], list[tuple[Any, ...]]]:
    """Return the counts, the ids of the rows by table, and the rejected records of a raw object."""
    *parts, counts = read_object(reader_of(content), ObjectFacts("raw/x", date(2026, 11, 1), len(content), None))
    assert isinstance(counts, ObjectCounts)
    ids: dict[str, set[Any]] = {}
    rejected: list[tuple[Any, ...]] = []
    for part in parts:
        assert isinstance(part, ObjectRows)
        rejected += part.rejected
        for name, best in part.best.items():
            ids.setdefault(name, set()).update(row[0] for row in best.rows.values())
    return counts, ids, rejected


GOOD = entry(song("good"))
DEEP = b"[" * 50_000 + b"]" * 50_000
ENTRIES: dict[str, tuple[bytes, str]] = {
    "a null entry": (b"null", "null_entry"),
    "an entry of which every value is null": (json.dumps(dict.fromkeys(map(str, range(1000)))).encode(), "null_entry"),
    "a file of one's own": (b'{"track": {"uri": "spotify:local:a:b:c:1", "is_local": true}}', "local_file"),
    "an episode": (b'{"track": {"type": "episode", "id": "e1"}}', "episode"),
    "a show": (b'{"show": {"id": "x", "type": "show"}}', "show"),
    "an audiobook": (b'{"type": "audiobook", "id": "b"}', "audiobook"),
    "a playlist": (json.dumps(playlist()).encode(), "playlist"),
    "a riddle": (b'{"type": "riddle", "id": "x"}', "unknown_shape"),
    "a number": (b"7", "unknown_shape"),
    "a user": (b'{"type": "user", "id": "u1"}', "user"),
    "a song without an id": (b'{"track": {"type": "track", "name": "x"}}', "no_id"),
    "bytes that are not UTF-8": (b'{"track": {"type": "track", "id": "s", "name": "Caf\xe9"}}', "not_utf8"),
    "a duration in words": (json.dumps(entry(song(duration_ms="long"))).encode(), "bad_value: duration_ms"),
    "NaN": (json.dumps(entry(song(popularity=float("nan")))).encode(), "bad_value: popularity"),
    "a number of 5,000 digits": (
        json.dumps(entry(song(duration_ms=0))).replace('"duration_ms": 0', '"duration_ms": ' + "9" * 5000).encode(),
        "bad_value: duration_ms",
    ),
    "a number of 65 bits": (json.dumps(entry(song(duration_ms=2**64 - 1))).encode(), "bad_value: duration_ms"),
    "text for a list": (
        json.dumps(entry(song(uri=..., external_urls=..., artists="A, B"))).encode(),
        "unexpected_type: artists",
    ),
    "an album nested too deep": (b'{"track": {"id": "s", "type": "track", "album": ' + DEEP + b"}}", "nested_too_deep"),
    "an entry nested too deep": (DEEP, "nested_too_deep"),
    "text for an object": (b'{"type": "artist", "id": "a5", "followers": "x"}', "unexpected_type: followers"),
}
LINES: dict[str, tuple[bytes, str]] = {
    "half a line": (b'{"kind":"answer","schema_ver', "unreadable_line"),
    "a list": (b"[1, 2]", "unreadable_line"),
    "control characters": (b"\x00\x01\x02", "unreadable_line"),
    "a lone kind": (b'{"kind":"other"}', "unknown_line"),
    "a newer version": (line(page(), schema_version=2), "unknown_schema_version"),
    "a version of a thousand digits": (
        line(page()).replace(b'"schema_version": 1', b'"schema_version": ' + b"1" * 1000), "unknown_schema_version",
    ),
    "text for a body": (line(None, response_text="it was raining"), "not_json"),
    "a list of words for a body": (line(["a", "b"]), "not_an_object"),
    "no body": (line(None), "empty_answer"),
    "an error": (line({"error": {"status": 400}}), "error_body"),
    "a user": (line({"type": "user", "id": "u1"}), "user"),
    "devices": (line({"devices": []}), "no_music"),
    "a body nested too deep": (line("@").replace(b'"@"', DEEP), "not_an_object"),
    "a body nested too deep inside": (line("@").replace(b'"@"', b'{"x": ' + DEEP + b"}"), "no_music"),
    "a line of brackets that are never closed": (b'{"kind": "answer", "x": ' + b"[" * 50_000, "unreadable_line"),
    "nothing but opening brackets": (b"[" * 50_000, "unreadable_line"),
    "a line cut in an object nested too deep": (
        b'{"kind": "answer", "response": {"items": [{"id": "a"}, ' + b'{"a":' * 3_000, "unreadable_line",
    ),
    "a line nested too deep that does not end": (b'{"kind": "answer", "x": ' + DEEP[:-1] + b"}", "unreadable_line"),
    "an account that is not UTF-8": (line(page()).replace(b'"account": null', b'"account": "\xff"'), "not_utf8"),
}  # fmt: skip


def documented() -> Iterator[str]:
    """Yield the names in the first column of the page's tables."""
    for text in PAGE.splitlines():
        if match := re.match(r"\| `([^`]+)` \|", text):
            yield match[1]


def test_the_page_has_every_status_and_reason_with_its_meaning() -> None:
    known = {status.name: status.meaning for status in STATUSES} | {one.name: one.meaning for one in REASONS}
    assert set(documented()) == set(known)
    assert [meaning for meaning in known.values() if meaning not in PAGE] == []


def test_every_reason_has_a_case() -> None:
    given = {re.sub(r": .*", ": <field>", reason) for _, reason in (*ENTRIES.values(), *LINES.values())}
    assert given | {"line_too_long", "bytes_after_gzip"} == {reason.name for reason in REASONS}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_odd_entry_gets_its_reason_and_its_neighbours_load(name: str) -> None:
    raw, reason = ENTRIES[name]
    before, after = json.dumps(entry(song("before"))).encode(), json.dumps(entry(song("after"))).encode()
    text = line("@").replace(b'"@"', b'{"items": [' + before + b", " + raw + b", " + after + b"]}")
    counts, ids, rejected = read(gzip.compress(text + b"\n" + line(page(GOOD))))
    assert ids["song"] == {"before", "after", "good"}
    assert (counts.status, counts.entries, counts.outcomes[Outcome.ACCEPTED]) == ("loaded", 4, 3)
    assert [row[4] for row in rejected] + list(counts.skipped) == [reason]


@pytest.mark.parametrize("levels", [300, 800, *range(880, 1010), 5_000])
def test_neighbours_of_an_entry_load_however_deep_it_is_nested(levels: int) -> None:
    deep = b"[" * levels + b"]" * levels
    foreign = json.dumps(entry(song("foreign", extra="@"))).encode().replace(b'"@"', deep)
    items = b", ".join([json.dumps(GOOD).encode(), deep, foreign])
    counts, ids, rejected = read(gzip.compress(line("@").replace(b'"@"', b'{"items": [' + items + b"]}")))
    assert ids["song"] == {"good", "foreign"}
    assert [(row[2], row[4]) for row in rejected] in (
        [("$.items[1]", "unknown_shape")],
        [("$.items[1]", "nested_too_deep")],
    )
    assert counts.entries == 3


@pytest.mark.parametrize("name", LINES)
def test_an_odd_line_gets_its_reason_and_its_neighbours_load(name: str) -> None:
    text, reason = LINES[name]
    counts, ids, rejected = read(gzip.compress(line(page(GOOD)) + b"\n" + text + b"\n" + line(page(entry(song("s2"))))))
    assert ids["song"] == {"good", "s2"}
    assert counts.lines == 3
    assert [(row[1], row[2], row[4]) for row in rejected] == [(2, "$", reason)]


def test_a_line_that_is_too_long_and_bytes_behind_the_data_get_their_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "LONGEST_LINE", 2_000_000)
    long = line(page(entry(song("long", name="x" * 3_000_000))))
    counts, ids, rejected = read(gzip.compress(long + b"\n" + line(page(GOOD))) + b"and more")
    assert ids["song"] == {"good"}
    assert [(row[1], row[4], row[7]) for row in rejected] == [
        (1, "line_too_long", len(long)),
        (3, "bytes_after_gzip", len(b"and more")),
    ]
    assert counts.status == "loaded"


@pytest.mark.parametrize(
    "summary",
    [
        {"sources": [{"kind": "playlist", "id": "p1", "total": 10**400, "entries": 1e300, "pages": "x"}]},
        {"sources": [{"kind": "playlist", "status": "ok"}, None, 7]},
        {"sources": {"kind": "playlist"}},
        {"is_complete": "perhaps", "sources": None},
    ],
    ids=["numbers beyond all bounds", "a source without an id, null and a number", "an object for a list", "no truth"],
)
def test_an_odd_summary_stops_nothing(summary: dict[str, Any]) -> None:
    text = json.dumps({"kind": "summary", "schema_version": 1, "fetched_at": "soon", "account": "u1", **summary})
    counts, ids, _ = read(gzip.compress(line(page(GOOD)) + b"\n" + text.encode()))
    assert (counts.status, ids["song"]) == ("loaded", {"good"})


def test_a_source_without_an_id_is_one_listing_however_often_it_is_read() -> None:
    text = line(page(GOOD), source={"kind": "playlist"})
    *parts, _ = read_object(reader_of(gzip.compress(text)), ObjectFacts("raw/x", date(2026, 11, 1), 1, None))
    (row,) = [row for part in parts if isinstance(part, ObjectRows) for row in part.best["listing"].rows.values()]
    assert row[:3] == ("-", "playlist", "-")


def test_a_name_of_a_megabyte_and_a_blank_entry_deep_in_a_long_list_load() -> None:
    items = [entry(song(f"s{number}")) for number in range(5_200)]
    items[4_000] = {}
    items[5_100] = entry(song("long", name="é" * 1_000_000))
    counts, ids, _ = read(gzip.compress(line(page(*items))))
    assert (counts.entries, counts.skipped["null_entry"], len(ids["song"])) == (5_200, 1, 5_199)
