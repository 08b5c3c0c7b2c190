"""The raw objects of a folder: what is listed, what is passed over, and why one cannot be read."""

import datetime as dt
import gzip
import os
from pathlib import Path

import pytest

from glue_jobs.errors import LoadError
from glue_jobs.raw.store import list_objects, why_unreadable

NAME = "extraction_date=2026-11-01/20261101T100000Z-r1.ndjson.gz"


def put(folder: Path, name: str, content: bytes = b"x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1_790_000_000, 1_790_000_000))
    return path


def test_an_object_is_named_by_its_place_below_the_folder(tmp_path: Path) -> None:
    path = put(tmp_path, NAME, b"four")
    (one,) = list_objects(str(tmp_path))
    assert (one.raw_key, one.path, one.size) == (f"raw/{NAME}", f"file:{path}", 4)
    assert one.extraction_date == dt.date(2026, 11, 1)
    assert one.written_at == dt.datetime.fromtimestamp(1_790_000_000, dt.UTC)


def test_other_files_are_none_of_ours(tmp_path: Path) -> None:
    put(tmp_path, NAME)
    for other in ("extraction_date=2026-11-01/.x.ndjson.gz", "extraction_date=2026-11-01/x.json", "x.ndjson.gz",
                  "extraction_date=soon/x.ndjson.gz"):  # fmt: skip
        put(tmp_path, other)
    assert [one.raw_key for one in list_objects(str(tmp_path))] == [f"raw/{NAME}"]


def test_since_leaves_older_days_out(tmp_path: Path) -> None:
    put(tmp_path, NAME)
    put(tmp_path, NAME.replace("2026-11-01", "2026-10-31"))
    found = list_objects(str(tmp_path), since=dt.date(2026, 11, 1))
    assert [one.extraction_date.day for one in found] == [1]


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="expected a folder of raw objects, seen nothing"):
        list_objects(str(tmp_path / "none"))
    with pytest.raises(LoadError, match="expected a folder of raw objects, seen a file"):
        list_objects(str(put(tmp_path, "file")))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(gzip.compress(b"{}\n"), None, id="a whole object is readable"),
        pytest.param(gzip.compress(b"{}\n" * 1000)[:-12], "truncated", id="a cut one is truncated"),
        pytest.param(b"plain", "no_gzip", id="text is no gzip"),
        pytest.param(gzip.compress(b""), "empty", id="nothing inside is empty"),
    ],
)
def test_why_an_object_cannot_be_read(tmp_path: Path, content: bytes, status: str | None) -> None:
    assert why_unreadable(f"file:{put(tmp_path, NAME, content)}") == status


def test_a_vanished_object(tmp_path: Path) -> None:
    assert why_unreadable(f"file:{tmp_path / NAME}") == "vanished"


def test_a_forbidden_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(gzip, "open", refuse)
    assert why_unreadable(f"file:{put(tmp_path, NAME)}") == "forbidden"
