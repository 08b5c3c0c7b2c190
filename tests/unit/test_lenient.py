"""Strict and lenient reading give the same: every field of every class with every kind of value, and whole objects."""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_jobs.load.read_object import ObjectCounts, ObjectFacts, ObjectRows, read_object
from glue_jobs.spotify import entries, objects
from glue_jobs.spotify.lenient import Fault, NotJson, TooDeep, build, decode, decode_plain
from tests.model.cases import File, files
from tests.unit.reading import reader_of

HOLD_JSON = (msgspec.Struct, objects.Line, objects.Parameters)
"""They keep JSON as it came, which is not compared."""
CLASSES = [
    kind
    for kind in vars(objects).values()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in HOLD_JSON
]
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -7, 71.0, 71.9, 1e300, 2**31, 2**63, 10**30),
    *("", "71", "71.0", " 71 ", "true", "NO", "spotify:track:s1", "2026-11-01T10:00:00Z", "é𝄞", "many"),
    *([], [None], ["a", None], [{}], [{"id": "s1", "name": "x"}], [7], {}, {"id": "s1"}, {"total": 5}, {"items": [{}]}),
    *({"spotify": "https://open.spotify.com/track/s1"}, {"url": 5}, {"isrc": 7, "upc": None}),
)
FIELDS = [(kind, name) for kind in CLASSES for name in kind.__struct_fields__]


@pytest.mark.parametrize(
    ("kind", "name"), [pytest.param(*field, id=f"{field[0].__name__}.{field[1]}") for field in FIELDS]
)
def test_a_field_is_read_alike_both_ways_whatever_its_value(kind: type[msgspec.Struct], name: str) -> None:
    for value in VALUES:
        raw = json.dumps({name: value}).encode()
        by_either, faults = decode(raw, kind)
        generally, general_faults = build(decode_plain(raw), kind)
        assert by_either == generally
        if not general_faults:
            assert faults == []


def test_a_value_that_fits_needs_no_lenient_reading() -> None:
    found, faults = decode(b'{"duration_ms": 201000, "explicit": true, "name": "x", "unknown": [1]}', objects.Element)
    assert (found, faults) == (objects.Element(duration_ms=201_000, explicit=True, name="x"), [])


@pytest.mark.parametrize(
    ("field", "value", "expected", "fault"),
    [
        pytest.param("duration_ms", '"201000"', 201_000, None, id="a duration given as text is a number"),
        pytest.param("duration_ms", "201000.0", 201_000, None, id="a float that is whole is a number"),
        pytest.param("duration_ms", '"long"', None, "bad_value", id="a word is not a number"),
        pytest.param("duration_ms", "1" * 5_000, None, "bad_value", id="thousands of digits are no number"),
        pytest.param("duration_ms", "NaN", None, "bad_value", id="NaN is not a number"),
        pytest.param("duration_ms", "1e999", None, "bad_value", id="infinity is not a number"),
        pytest.param("explicit", '"true"', True, None, id="truth given as text"),
        pytest.param("explicit", '"perhaps"', None, "bad_value", id="a word is not a truth"),
        pytest.param("name", "7", "7", None, id="a number as a name is text"),
        pytest.param("name", '"a\\ud800b"', "a\ufffdb", None, id="half a surrogate pair is replaced"),
        pytest.param("name", '["\\ud800"]', '["\ufffd"]', None, id="half a surrogate pair inside a list, too"),
        pytest.param("name", '"a\\u0000b"', "a\x00b", None, id="a NUL stays"),
        pytest.param("name", '"a\nb"', "a\nb", None, id="a bare line break inside a text is read"),
        pytest.param("artists", '"A, B"', None, "unexpected_type", id="text where a list belongs"),
        pytest.param("name", '"a", "name": "b"', "b", None, id="of two equal keys the last counts"),
    ],
)
def test_an_odd_value(field: str, value: str, expected: Any, fault: str | None) -> None:
    found, faults = decode(f'{{"{field}": {value}}}'.encode(), objects.Element)
    assert getattr(found, field) == expected
    assert faults == ([Fault(fault, field)] if fault else [])


def test_bytes_that_are_not_utf8_are_a_fault_of_their_field_alone() -> None:
    found, faults = decode(b'{"name": "Caf\xe9", "id": "s1"}', objects.Element)
    assert (found and found.name, faults) == ("Caf\ufffd", [Fault("not_utf8", "name")])
    assert decode(b'{"unknown": "Caf\xe9", "id": "s1"}', objects.Element)[1] == []


def test_what_is_not_json_and_what_is_too_deep_are_told_apart() -> None:
    with pytest.raises(NotJson):
        decode(b'{"name": ', objects.Element)
    with pytest.raises(TooDeep):
        decode(b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", objects.Element)


def read(file: File) -> tuple[list[dict[str, Any]], list[Any], ObjectCounts]:
    """Return all rows, rejected records and counts of a raw object."""
    raw = file.named("c")
    facts = ObjectFacts(f"raw/{raw.key}", date.fromisoformat(file.day), len(raw.content), None)
    *parts, counts = read_object(reader_of(raw.content), facts)
    assert isinstance(counts, ObjectCounts)
    kept = [part for part in parts if isinstance(part, ObjectRows)]
    rows = [{name: best.rows for name, best in part.best.items()} for part in kept]
    return rows, [part.rejected for part in kept], counts


class NeverStrict:
    """A decoder that refuses everything."""

    @staticmethod
    def decode(_: bytes) -> Iterator[Any]:
        """Refuse."""
        raise msgspec.DecodeError


@settings(max_examples=150, deadline=None)
@given(files(1))
def test_a_whole_object_gives_the_same_rows_both_ways(file: File) -> None:
    strictly = read(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entries, "STRICT", NeverStrict)
        patch.setattr(entries, "STRICT_ELEMENT", NeverStrict)
        leniently = read(file)
    assert leniently == strictly


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Draw a line of a raw object in which one value was replaced by any other."""
    answers = [text for text in draw(files(1)).lines if text.startswith(b'{"kind":"answer","schema_version":1')]
    line = json.loads(draw(st.sampled_from([*answers, b"{}"])))
    places = list(_places(line))
    holder, key = draw(st.sampled_from(places)) if places else ({}, "x")
    holder[key] = draw(st.sampled_from(VALUES))
    return json.dumps(line, ensure_ascii=False).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = range(len(value)) if isinstance(value, list) else list(value) if isinstance(value, dict) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


@settings(max_examples=300, deadline=None)
@given(spoilt())
def test_any_value_anywhere_gives_a_reason_and_the_same_rows_both_ways(line: bytes) -> None:
    file = File("2026-11-01", "r", (line,))
    strictly = read(file)
    assert strictly[2].status == "loaded"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entries, "STRICT", NeverStrict)
        patch.setattr(entries, "STRICT_ELEMENT", NeverStrict)
        assert read(file) == strictly


def test_the_reader_unpacks_what_gzip_packs() -> None:
    assert reader_of(gzip.compress(b"x"))(2) == b"\x1f\x8b"
