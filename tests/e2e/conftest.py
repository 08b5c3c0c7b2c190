"""The whole line on an emulated AWS, run once for all tests of this folder; and Trino over the tables it wrote."""

import datetime as dt
import gzip
import io
import json
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from lakehouse.cli import main as lakehouse
from lakehouse.demo.pipeline import Line as DemoLine
from lakehouse.demo.pipeline import open_line
from lakehouse.demo.show import Show
from lakehouse.demo.steps import go_the_whole_way
from lakehouse.emulated_aws.emulated import EmulatedAws, emulated_aws
from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse
from lakehouse.emulated_aws.runner import Ran
from lakehouse.simulator.regimes import Regime
from lakehouse.statements.statement import parse_statement
from lakehouse.trino.jars import missing_jars
from lakehouse.trino.server import Server, running_trino
from lakehouse.trino.session import TrinoSession
from lakehouse.warehouse.session import Session
from tests.dump import copy_dump
from tests.events import run_next
from tests.spark.objects import entry, page, song

DAYS: dict[dt.date, Regime] = {
    dt.date(2026, 11, 1): "restricted",
    dt.date(2026, 11, 2): "legacy",
    dt.date(2026, 11, 3): "extended",
    dt.date(2026, 11, 4): "restricted",
}
KEY = "raw/extraction_date=2026-11-01/20261101T100000Z-r1.ndjson.gz"
SONGS = {"s101": "Eins", "s102": "二", "s201": "Три"}


@dataclass
class Line:
    """What the whole line did: the AWS it ran on, what the queue held, and the run of the job."""

    aws: EmulatedAws
    said: Path
    ran: Ran | None = None
    events: list[Any] = field(default_factory=list)

    def ask(self, text: str, warehouse: Path | None = None) -> list[dict[str, Any]]:
        """Return the rows of a question to the catalog, or to a folder; Spark is not in it."""
        rows: list[dict[str, Any]] = Session(warehouse or GlueWarehouse()).run(parse_statement(text)).to_pylist()
        return rows

    def commits(self) -> dict[str, int]:
        """Return the number of snapshots of each table."""
        lake = GlueWarehouse()
        return {name: len(lake.catalog.load_table(("music", name)).metadata.snapshots) for name in lake.tables}


def raw_object() -> bytes:
    """Return a raw object: one playlist page with three songs."""
    entries = [entry({**song(song_id), "name": name}) for song_id, name in SONGS.items()]
    line = {
        "kind": "answer", "schema_version": 1, "run_id": "r1", "extracted_at": "2026-11-01T10:00:00Z",
        "fetched_at": "2026-11-01T10:00:01.000Z", "account": None, "source": {"kind": "playlist", "id": "p1"},
        "request": {"path": "playlists/p1/items", "params": {}}, "status": 200, "response": page(*entries),
    }  # fmt: skip
    return gzip.compress(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def land_demo(aws: EmulatedAws, folder: Path) -> None:
    """Land the demo's dump on S3, whose events nobody waits for: one event is enough for all that has landed."""
    copy_dump(folder / "dump")
    assert lakehouse(["import", str(folder / "dump"), "--raw", str(folder / "raw")]) == 0
    for path in sorted((folder / "raw").rglob("*.ndjson.gz")):
        key = f"raw/{path.relative_to(folder / 'raw').as_posix()}"
        aws.connect("s3").put_object(Bucket=aws.names.bucket, Key=key, Body=path.read_bytes())
    aws.connect("sqs").purge_queue(QueueUrl=aws.queue_url)


@pytest.fixture(scope="package")
def aws() -> Iterator[EmulatedAws]:
    """Run an AWS of one's own."""
    with emulated_aws() as aws:
        yield aws


def require_trino() -> None:
    """Skip where Trino's files would have to be fetched, unless they are required."""
    if missing_jars() and os.environ.get("REQUIRE_ALL") != "1":
        pytest.skip("Trino's jars (195 MB) are not cached; python -m lakehouse.trino.jars fetches them")


@pytest.fixture(scope="package")
def server(aws: EmulatedAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[Server]]:
    """Start Trino while the job runs; where its files are required they are fetched first."""
    require_trino()
    with ExitStack() as running, ThreadPoolExecutor(1) as beside:
        yield beside.submit(running.enter_context, running_trino(aws, folder=tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="package")
def line(aws: EmulatedAws, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """Land the demo's dump and one raw object, and let the event of that one run the job."""
    folder = tmp_path_factory.mktemp("aws")
    line = Line(aws, folder / "job.log")
    land_demo(aws, folder)
    aws.connect("s3").put_object(Bucket=aws.names.bucket, Key=KEY, Body=raw_object())
    line.ran = run_next(aws, output_file=line.said)
    return line


@pytest.fixture(scope="package")
def trino(server: Future[Server], line: Line) -> TrinoSession:
    """Return Trino over what the job wrote, with all views."""
    session = TrinoSession(server.result().port)
    session.create_views()
    return session


@pytest.fixture(scope="package")
def demo_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoLine]:
    """Run the demo's steps: a killed load, its event again, lost events, an event that comes a second time."""
    show = Show(Console(file=io.StringIO(), markup=False, highlight=False, soft_wrap=True))
    with open_line(tmp_path_factory.mktemp("line")) as line:
        go_the_whole_way(line, show, DAYS)
        yield line


@pytest.fixture(scope="package")
def demo_trino(demo_line: DemoLine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrinoSession]:
    """Return Trino over what the demo's steps left, with all views."""
    require_trino()
    with running_trino(demo_line.aws, folder=tmp_path_factory.getbasetemp()) as server:
        session = TrinoSession(server.port)
        session.create_views()
        yield session
