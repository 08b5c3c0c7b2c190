"""The raw objects of a folder: what is listed, what is passed over, and why one cannot be read."""

import datetime as dt
import errno
import gzip
import os
from pathlib import Path

import pytest

from glue_jobs.errors import LoadError
from glue_jobs.raw import folder
from glue_jobs.raw.store import list_objects
from tests.unit.reading import status_of

NAME = "extraction_date=2026-11-01/20261101T100000Z-r1.ndjson.gz"


def put(place: Path, name: str, content: bytes = b"x") -> Path:
    path = place / name
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
    with pytest.raises(LoadError, match="expected a folder of raw objects, got nothing"):
        list_objects(str(tmp_path / "none"))
    with pytest.raises(LoadError, match="expected a folder of raw objects, got a file"):
        list_objects(str(put(tmp_path, "file")))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(gzip.compress(b"{}\n"), "loaded", id="a whole object is read"),
        pytest.param(gzip.compress(b"{}\n" * 1000)[:-12], "truncated", id="a cut one is truncated"),
        pytest.param(b"plain", "no_gzip", id="text is no gzip"),
        pytest.param(gzip.compress(b""), "empty", id="nothing inside is empty"),
    ],
)
def test_why_an_object_cannot_be_read(tmp_path: Path, content: bytes, status: str) -> None:
    assert status_of(f"file:{put(tmp_path, NAME, content)}") == status


def test_a_vanished_object(tmp_path: Path) -> None:
    assert status_of(f"file:{tmp_path / NAME}") == "vanished"


@pytest.mark.parametrize(
    ("number", "status"),
    [
        pytest.param(errno.EACCES, "forbidden", id="no permission"),
        pytest.param(errno.EIO, "unreadable", id="a broken disk"),
        pytest.param(errno.ENOENT, "vanished", id="gone"),
    ],
)
def test_what_the_system_says_when_a_file_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, status: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, "as the test says")

    path = put(tmp_path, NAME)
    monkeypatch.setattr(folder, "_open_at_once", refuse)
    assert status_of(f"file:{path}") == status


def test_a_folder_a_pipe_and_links_among_the_objects_have_a_status(tmp_path: Path) -> None:
    day = put(tmp_path, NAME, gzip.compress(b"{}")).parent
    (day / "folder.ndjson.gz").mkdir()
    os.mkfifo(day / "pipe.ndjson.gz")
    (day / "dangling.ndjson.gz").symlink_to("nowhere")
    (day / "loop.ndjson.gz").symlink_to("loop.ndjson.gz")
    found = {one.raw_key.split("/")[-1]: status_of(one.path) for one in list_objects(str(tmp_path))}
    assert found == {
        Path(NAME).name: "loaded",
        "folder.ndjson.gz": "not_a_file",
        "pipe.ndjson.gz": "not_a_file",
        "dangling.ndjson.gz": "vanished",
        "loop.ndjson.gz": "unreadable",
    }


def test_a_file_where_a_day_s_folder_should_be_stops_nothing(tmp_path: Path) -> None:
    put(tmp_path, NAME)
    put(tmp_path, "extraction_date=2026-11-02")
    assert len(list_objects(str(tmp_path))) == 1


def test_a_name_that_is_not_utf8_and_a_time_beyond_the_calendar_are_listed(tmp_path: Path) -> None:
    path = put(tmp_path, NAME)
    odd = os.fsencode(path.parent) + b"/\xff.ndjson.gz"
    os.rename(path, odd)
    put(tmp_path, NAME)
    os.rename(path, odd.replace(b"\xff", b"\xfe"))
    other, one = list_objects(str(tmp_path))
    assert [found.raw_key.split("/")[-1] for found in (other, one)] == ["\\xfe.ndjson.gz", "\\xff.ndjson.gz"]
    assert folder._moment(1e18) is None
    assert status_of(one.path) == "no_gzip"
