"""A line of 200 MB under the default memory, and an object whose permissions forbid reading: the rest loads."""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from lakehouse.paths import ROOT
from lakehouse.spark.submit import driver_memory
from lakehouse.warehouse.folder import prepare_warehouse
from lambda_extract.raw_format import Answer, Run, Source, build_answer_line, encode_json
from tests.long.test_crash import reading_catalog
from tests.spark.conftest import Lake
from tests.spark.objects import entry, page, song

BYTES = 200_000_000


def load(lake: Lake, *prefix: str) -> str:
    """Run `lakehouse load`'s program as a process of its own; return what it said."""
    told = ["--raw", str(lake.raw), "--warehouse", str(lake.folder / "warehouse")]
    command = [*prefix, sys.executable, "-m", "lakehouse", "load", *told]
    known = {name: value for name, value in os.environ.items() if name != "SPARK_DRIVER_MEMORY"}
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout + done.stderr


def rows(lake: Lake, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table."""
    with reading_catalog(prepare_warehouse(str(lake.folder / "warehouse"))) as catalog:
        found = catalog.load_table(f"music.{table}").scan(selected_fields=columns).to_arrow().to_pylist()
    return sorted((tuple(row[name] for name in columns) for row in found), key=repr)


@pytest.mark.parametrize("kind", ["a valid answer", "no JSON"])
def test_a_line_of_200_mb_is_rejected_and_its_neighbours_load(kind: str, lake: Lake) -> None:
    assert driver_memory() == "2g"
    key = lake.land(page(entry(song("s1"))), page(entry(song("s2"))))
    path = lake.raw / key.removeprefix("raw/")
    first, second, summary = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    long = long_line(kind)
    path.write_bytes(gzip.compress(first + long + second + summary, compresslevel=1))
    lake.land(page(entry(song("s3"))), run_id="other")
    load(lake)
    columns = ("line", "reason", "payload_length", "payload_hash")
    told = long.rstrip(b"\n")
    assert rows(lake, "rejected_record", *columns) == [
        (2, "line_too_long", len(told), hashlib.sha256(told).hexdigest())
    ]
    assert rows(lake, "song", "song_id") == [("s1",), ("s2",), ("s3",)]
    assert rows(lake, "raw_object", "status", "lines", "rejected_documents") == [("loaded", 2, 0), ("loaded", 4, 1)]


def long_line(kind: str) -> bytes:
    """Return a line of 200 MB."""
    if kind == "no JSON":
        return b'{"kind":"answer' + b"a" * BYTES + b"\n"
    run = Run("r", datetime(2026, 11, 1, tzinfo=UTC))
    element = entry(song("s9"))
    body = page(*[element] * (BYTES // len(encode_json(element)) + 1))
    return build_answer_line(run, Answer(Source("playlist", "p1"), "x", {}, run.extracted_at, 200, body))


def test_an_object_that_permissions_forbid_to_read_is_marked_until_it_may_be_read(lake: Lake) -> None:
    prefix: tuple[str, ...] = ()
    if os.getuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may read everything; giving that up needs setpriv (Debian's util-linux)")
        powers = "-dac_override,-dac_read_search"
        prefix = ("setpriv", f"--inh-caps={powers}", f"--bounding-set={powers}")
    closed = lake.land(page(entry(song("s1"))), run_id="closed")
    lake.land(page(entry(song("s2"))), run_id="open")
    path = lake.raw / closed.removeprefix("raw/")
    path.chmod(0)
    assert "forbidden" in load(lake, *prefix)
    assert rows(lake, "raw_object", "status") == [("forbidden",), ("loaded",)]
    assert rows(lake, "song", "song_id") == [("s2",)]
    path.chmod(0o600)
    load(lake, *prefix)
    assert rows(lake, "raw_object", "status") == [("loaded",), ("loaded",)]
    assert rows(lake, "song", "song_id") == [("s1",), ("s2",)]
