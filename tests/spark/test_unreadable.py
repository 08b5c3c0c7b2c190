"""Raw objects that cannot be read, at whatever moment: the ledger says so, the rest loads."""

import gzip
import hashlib
from typing import Any

import pytest

from glue_jobs.load import batch
from tests.spark.conftest import Lake
from tests.spark.objects import entry, page, song

RIDDLE = {"type": "riddle", "id": "x"}


@pytest.mark.parametrize("moment", ["_read_entries", "_look_closer"])
def test_an_object_that_vanishes_while_it_is_read_is_marked(
    moment: str, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = lake.land(page(entry(song("s1")), RIDDLE), run_id="gone")
    lake.land(page(entry(song("s2")), RIDDLE), run_id="here")
    read = getattr(batch, moment)

    def vanish_and_read(*told: Any) -> Any:
        (lake.raw / gone.removeprefix("raw/")).unlink(missing_ok=True)
        return read(*told)

    monkeypatch.setattr(batch, moment, vanish_and_read)
    report = lake.load()
    assert (report.objects, dict(report.unreadable)) == (1, {"vanished": 1})
    assert lake.rows("raw_object", "status", "entries") == [("loaded", 2), ("vanished", None)]
    assert lake.rows("song", "song_id") == ["s2"]
    assert [row[0] for row in lake.rows("rejected_record", "reason", "path")] == ["unknown_shape"]


def test_a_batch_of_which_nothing_can_be_read_ends_in_the_ledger(lake: Lake) -> None:
    for number in range(2):
        key = lake.land(page(entry(song("s1"))), run_id=f"cut{number}")
        path = lake.raw / key.removeprefix("raw/")
        path.write_bytes(path.read_bytes()[:-20])
    report = lake.load()
    assert (report.objects, dict(report.unreadable)) == (0, {"truncated": 2})
    assert lake.rows("raw_object", "status", "entries") == [("truncated", None)] * 2
    assert lake.rows("song", "song_id") == []


def test_a_line_that_is_too_long_is_set_aside_unparsed(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch.lines, "MOST_BYTES", 100_000)
    key = lake.land(page(entry(song("s1"))), page(entry(song("s2", name="é" * 50_000))), page(entry(song("s3"))))
    lake.load()
    line = gzip.decompress((lake.raw / key.removeprefix("raw/")).read_bytes()).splitlines()[1]
    (row,) = lake.rows("rejected_record", "line", "path", "reason", "payload", "payload_hash", "payload_length")
    assert row[:3] == (2, "$", "line_too_long")
    assert line.decode().startswith(row[3])
    assert 16_000 < len(row[3].encode()) <= 64 * 1024
    assert row[4:] == (hashlib.sha256(line).hexdigest(), len(line))
    assert lake.rows("song", "song_id") == ["s1", "s3"]
    assert lake.rows("raw_object", "lines", "rejected_documents", "accepted") == [(4, 1, 2)]
