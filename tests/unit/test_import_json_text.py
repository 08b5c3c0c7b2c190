"""Bytes become JSON values; what is none is kept as text."""

import codecs
import gzip
import json

import pytest

from lakehouse.importing.json_text import read_content, unpack

NAMES = {"name": "Ёлка 夜 أغنية 🎧", "n": 101}


def read(text: str | bytes) -> list:
    """Return the values, and broken stretches as (line, text)."""
    content = read_content(text.encode() if isinstance(text, str) else text)
    return [piece.value if piece.is_json else (piece.line, piece.text) for piece in content.pieces]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param('{"a":1}', [{"a": 1}], id="one object"),
        pytest.param(" \n[1,\n 2]\n", [[1, 2]], id="one list over several lines"),
        pytest.param('{"a":1}\n{"a":2}\n', [{"a": 1}, {"a": 2}], id="JSON lines"),
        pytest.param(
            '{"a":1}\r\n\r\n{"a":2}', [{"a": 1}, {"a": 2}], id="JSON lines with Windows ends and a blank line"
        ),
        pytest.param('{"a":1}{"a":2}[3]', [{"a": 1}, {"a": 2}, [3]], id="values without anything between"),
        pytest.param('{\n "a": 1\n}\n{\n "a": 2\n}', [{"a": 1}, {"a": 2}], id="pretty-printed values in a row"),
        pytest.param('{"a":1},\n{"a":2},', [{"a": 1}, {"a": 2}], id="values with commas between"),
        pytest.param('\x1e{"a":1}\n\x1e{"a":2}\n', [{"a": 1}, {"a": 2}], id="values with record separators"),
        pytest.param('{"a":1}\n\ufeff{"a":2}', [{"a": 1}, {"a": 2}], id="files joined with their byte order marks"),
        pytest.param("null", [None], id="a null"),
        pytest.param('"text"', ["text"], id="a JSON string"),
        pytest.param(" 17 ", [17], id="a number"),
        pytest.param('{"a":"x\u2028y"}', [{"a": "x\u2028y"}], id="a line separator inside a string"),
        pytest.param('{"a":1,"a":2}', [{"a": 2}], id="of a repeated key the last wins"),
        pytest.param(
            '{"a":123456789012345678901234567890}', [{"a": 123456789012345678901234567890}], id="a big integer"
        ),
    ],
)
def test_values(text, values):
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("", [(1, "")], id="an empty file is one empty text"),
        pytest.param(" \n\t\n", [(1, "")], id="white space only is one empty text"),
        pytest.param('# Title\n{"a":1}\n', [(1, '# Title\n{"a":1}\n')], id="what starts like prose is one text"),
        pytest.param("17 and more", [(1, "17 and more")], id="a number with words behind it is one text"),
        pytest.param('{"a":', [(1, '{"a":')], id="a truncated value"),
        pytest.param(
            '{"a":1}\n{"b":\n{"c":3}\n', [{"a": 1}, (2, '{"b":\n'), {"c": 3}], id="a broken line among whole ones"
        ),
        pytest.param(
            '{"a":1}\noops\n{"c":3}', [{"a": 1}, (2, "oops\n"), {"c": 3}], id="a foreign line among whole ones"
        ),
        pytest.param(
            '{"a":1}\n{"b"\n{"c"\n{"d":4}',
            [{"a": 1}, (2, '{"b"\n{"c"\n'), {"d": 4}],
            id="broken neighbours are one stretch",
        ),
        pytest.param('{"a":1}\n{"b', [{"a": 1}, (2, '{"b')], id="a file cut off at its end"),
        pytest.param(
            '[\n{"a":1},\n{"b":2},\n{"c"',
            [[{"a": 1}, {"b": 2}], (4, '{"c"')],
            id="a list cut off keeps its whole elements, as a list",
        ),
        pytest.param('[\n  {\n  "a": 1 },\n  {\n  "b"', [[{"a": 1}], (4, '{\n  "b"')], id="also where it is indented"),
        pytest.param('[{"a":1},]', [[{"a": 1}]], id="a comma too many"),
        pytest.param('[{"a":1}\n{"b":2}]', [[{"a": 1}, {"b": 2}]], id="a comma too few"),
        pytest.param('{"n":' + "9" * 5000 + "}", [(1, '{"n":' + "9" * 5000 + "}")], id="a number too long to read"),
    ],
)
def test_what_is_no_json_is_kept_as_text(text, pieces):
    assert read(text) == pieces


def test_nothing_of_a_broken_file_is_lost():
    text = '{"a":1}\n{"b":\n  {"x"}\n{"c":3} tail\n[4]\n'
    content = read_content(text.encode())
    assert "".join("".join(piece.text for piece in content.pieces).split()) == "".join(text.split())


def test_absurd_nesting_is_text():
    text = "[" * 100_000 + "]" * 100_000
    assert read(text) == [(1, text)]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param(json.dumps(NAMES, ensure_ascii=False).encode(), "utf-8", id="UTF-8"),
        pytest.param(json.dumps(NAMES, ensure_ascii=False).encode("utf-8-sig"), "utf-8", id="UTF-8 with its mark"),
        pytest.param(
            codecs.BOM_UTF16_LE + json.dumps(NAMES, ensure_ascii=False).encode("utf-16-le"),
            "utf-16",
            id="UTF-16, little end first",
        ),
        pytest.param(
            codecs.BOM_UTF16_BE + json.dumps(NAMES, ensure_ascii=False).encode("utf-16-be"),
            "utf-16",
            id="UTF-16, big end first",
        ),
        pytest.param(
            json.dumps(NAMES, ensure_ascii=False).encode("utf-16-le"), "utf-16-le", id="UTF-16 without its mark"
        ),
    ],
)
def test_encodings(data, encoding):
    content = read_content(data)
    assert (content.pieces[0].value, content.encoding) == (NAMES, encoding)


def test_other_bytes_are_read_as_latin_1_without_loss():
    data = '{"name":"Café"}'.encode("latin-1")
    content = read_content(data)
    assert (content.pieces[0].value, content.encoding) == ({"name": "Café"}, "latin-1")
    assert content.pieces[0].text.encode("latin-1") == data


def test_a_utf_16_mark_before_other_bytes_is_no_reason_to_fail():
    content = read_content(b"\xff\xfe\x00")
    assert (content.encoding, content.is_json) == ("latin-1", False)
    assert content.pieces[0].text.encode("latin-1") == b"\xff\xfe\x00"


def test_numbers_that_json_does_not_have_become_null_and_are_counted():
    content = read_content(b'{"a":NaN,"b":[Infinity,-Infinity,1e999],"c":1.5}')
    assert content.pieces[0].value == {"a": None, "b": [None, None, None], "c": 1.5}
    assert content.nan_count == 4


def test_numbers_in_a_broken_stretch_are_not_counted():
    assert read_content(b'{"a":NaN,\n{"b":NaN}').nan_count == 1
    assert read_content(b"NaN and more").nan_count == 0


def test_gzip_is_unpacked():
    assert unpack(gzip.compress(b"[1]")) == (b"[1]", True)
    assert unpack(b"[1]") == (b"[1]", True)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(b"[1, 2, 3]" * 100)[:-12], id="cut off"),
        pytest.param(b"\x1f\x8b", id="nothing but its mark"),
        pytest.param(gzip.compress(b"[1]")[:10] + b"\xff" * 20, id="damaged inside"),
    ],
)
def test_a_damaged_gzip_is_given_back_as_it_came(data):
    assert unpack(data) == (data, False)
