"""The raw object: its name, its lines, its bytes, and how it is put into a folder."""

import datetime as dt
import errno
import gzip
import io
import json
import os
from pathlib import Path

import pytest

from lambda_extract.raw_format import (
    Answer,
    Run,
    Source,
    SourceResult,
    build_answer_line,
    build_key,
    build_summary_line,
    encode_json,
    join_is_complete,
    land_in_folder,
    list_run_ids,
    write_gzip,
)

MOMENT = dt.datetime(2024, 6, 1, 12, 34, 56, 789_000, tzinfo=dt.UTC)
RUN = Run("run-101", MOMENT, "user-201")
SOURCE = Source("playlist", "3pLyLst00000000000000A")
KEY = "extraction_date=2024-06-01/20240601T123456Z-run-101.ndjson.gz"


def answer(**changed) -> Answer:
    given = {"source": SOURCE, "path": "/v1/me", "params": {}, "fetched_at": MOMENT, "status": 200, "response": {}}
    return Answer(**given | changed)


def test_the_key_holds_the_date_the_second_and_the_run():
    assert build_key(RUN) == KEY


def test_the_key_is_utc_whatever_the_zone():
    zone = dt.timezone(dt.timedelta(hours=9))
    assert build_key(Run("r", dt.datetime(2024, 6, 1, 3, 0, tzinfo=zone))).startswith(
        "extraction_date=2024-05-31/20240531T1800"
    )


def test_an_answer_line_has_the_fields_of_the_contract():
    line = build_answer_line(RUN, answer(response={"name": "Ночь"}, params={"limit": 50}))
    assert line.endswith(b"}\n")
    assert json.loads(line) == {
        "kind": "answer",
        "schema_version": 1,
        "run_id": "run-101",
        "extracted_at": "2024-06-01T12:34:56Z",
        "fetched_at": "2024-06-01T12:34:56.789Z",
        "account": "user-201",
        "source": {"kind": "playlist", "id": "3pLyLst00000000000000A"},
        "request": {"path": "/v1/me", "params": {"limit": 50}},
        "status": 200,
        "response": {"name": "Ночь"},
    }


def test_a_body_that_is_no_json_stands_beside_a_null_response():
    line = json.loads(build_answer_line(RUN, answer(response=None, response_text="<html>")))
    assert (line["response"], line["response_text"]) == (None, "<html>")


def test_a_summary_line_has_the_fields_of_the_contract():
    result = SourceResult(SOURCE, "ok", pages=2, entries=101, total=102, is_complete=False)
    line = json.loads(build_summary_line(Run("r", MOMENT), [result], MOMENT, {"nan_as_null": 3}))
    assert line == {
        "kind": "summary",
        "schema_version": 1,
        "run_id": "r",
        "extracted_at": "2024-06-01T12:34:56Z",
        "fetched_at": "2024-06-01T12:34:56.789Z",
        "account": None,
        "is_complete": False,
        "sources": [
            {
                "kind": "playlist",
                "id": SOURCE.id,
                "status": "ok",
                "pages": 2,
                "entries": 101,
                "total": 102,
                "is_complete": False,
            }
        ],
        "nan_as_null": 3,
    }


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        pytest.param([True, True], True, id="all complete is complete"),
        pytest.param([True, None], None, id="one unknown makes the whole unknown"),
        pytest.param([None, False, True], False, id="one incomplete decides over an unknown"),
    ],
)
def test_completeness_of_the_whole(parts, whole):
    assert join_is_complete(parts) is whole


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("夜に駆ける · Ёлка · أم كلثوم · 🎧", id="names in any script"),
        pytest.param("line\u2028separator\u2029and\x85and\x1e", id="what other tools take for line ends"),
        pytest.param("half \ud83d of a pair", id="half a surrogate pair"),
        pytest.param(2**70 + 1, id="an integer beyond 64 bits"),
        pytest.param(0.1 + 0.2, id="a float to its last digit"),
        pytest.param({"": {"a b": [None, True, []]}}, id="empty keys and containers"),
    ],
)
def test_a_value_survives_in_one_line(value):
    encoded = encode_json(value)
    assert json.loads(encoded.decode()) == value
    assert b"\n" not in encoded


def test_names_are_written_as_they_are_and_without_blanks():
    assert encode_json({"name": "Ёлка", "n": [1, 2]}) == '{"name":"Ёлка","n":[1,2]}'.encode()


def test_infinity_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_json(float("inf"))


def test_the_same_lines_give_the_same_bytes():
    first, second = io.BytesIO(), io.BytesIO()
    write_gzip([b"1\n", b"2\n"], first)
    write_gzip([b"1\n", b"2\n"], second)
    assert first.getvalue() == second.getvalue()
    assert first.getvalue()[4:8] == bytes(4)  # no time stamp
    assert gzip.decompress(first.getvalue()) == b"1\n2\n"


def test_landing_leaves_only_the_whole_object(tmp_path: Path):
    assert land_in_folder(tmp_path, KEY, [b"1\n"]) is True
    assert gzip.decompress((tmp_path / KEY).read_bytes()) == b"1\n"
    assert os.listdir((tmp_path / KEY).parent) == [Path(KEY).name]


def test_landing_never_replaces_an_object(tmp_path: Path):
    land_in_folder(tmp_path, KEY, [b"first\n"])
    assert land_in_folder(tmp_path, KEY, [b"second\n"]) is False
    assert gzip.decompress((tmp_path / KEY).read_bytes()) == b"first\n"


def test_an_object_that_appears_while_ours_is_written_is_left_alone(tmp_path: Path):
    def lines():
        (tmp_path / KEY).write_bytes(b"theirs")
        yield b"ours\n"

    assert land_in_folder(tmp_path, KEY, lines()) is False
    assert (tmp_path / KEY).read_bytes() == b"theirs"
    assert len(os.listdir((tmp_path / KEY).parent)) == 1


def test_a_crash_while_writing_leaves_nothing(tmp_path: Path):
    def lines():
        yield b"1\n"
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        land_in_folder(tmp_path, KEY, lines())
    assert os.listdir((tmp_path / KEY).parent) == []


def test_while_being_written_the_object_is_hidden_from_spark(tmp_path: Path):
    seen = []

    def lines():
        seen.extend(os.listdir((tmp_path / KEY).parent))
        yield b"1\n"

    land_in_folder(tmp_path, KEY, lines())
    assert [name[0] for name in seen] == ["."]


@pytest.mark.parametrize("is_there", [False, True], ids=["a free name is taken", "a taken name is left"])
def test_a_file_system_without_hard_links_is_served(tmp_path: Path, monkeypatch, is_there):
    def refuse(_source, target):
        if is_there:
            Path(target).write_bytes(b"theirs")
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert land_in_folder(tmp_path, KEY, [b"ours\n"]) is not is_there
    assert ((tmp_path / KEY).read_bytes() == b"theirs") is is_there
    assert len(os.listdir((tmp_path / KEY).parent)) == 1


def test_another_fault_of_the_disk_is_raised(tmp_path: Path, monkeypatch):
    def refuse(_source, _target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="No space left"):
        land_in_folder(tmp_path, KEY, [b"ours\n"])
    assert os.listdir((tmp_path / KEY).parent) == []


def test_run_ids_are_read_off_the_names(tmp_path: Path):
    for key in (
        KEY,
        "extraction_date=2024-06-02/20240602T000000Z-run-101.ndjson.gz",
        "extraction_date=2024-06-02/x.txt",
    ):
        land_in_folder(tmp_path, key, [])
    (tmp_path / "extraction_date=2024-06-03").write_text("a file, not a folder")
    (tmp_path / "other").mkdir()
    assert list_run_ids(tmp_path) == {"run-101": {"2024-06-01", "2024-06-02"}}


def test_a_raw_folder_that_is_not_there_has_no_run_ids(tmp_path: Path):
    assert list_run_ids(tmp_path / "none") == {}
