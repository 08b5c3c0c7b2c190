"""From a raw object on emulated S3 to rows in the catalog: event, rule, queue, runner, job."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.aws.emulated import EmulatedAws, emulated_aws
from local.aws.glue_warehouse import GlueWarehouse, copy_tables
from local.aws.runner import Ran, run_next, take_event
from local.query import Session
from local.statements import parse_statement
from tests.spark.objects import entry, page, song

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


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Land one raw object, and let its event run the job."""
    with emulated_aws() as aws:
        line = Line(aws, tmp_path_factory.mktemp("aws") / "job.log")
        aws.connect("s3").put_object(Bucket=aws.names.bucket, Key=KEY, Body=raw_object())
        line.ran = run_next(aws, said=line.said)
        yield line


def test_the_event_of_a_raw_object_runs_the_job(line: Line) -> None:
    assert line.ran is not None
    assert line.ran.key == KEY


def test_the_rows_are_those_that_were_landed(line: Line) -> None:
    assert {row["song_id"]: row["name"] for row in line.ask("select song_id, name from song")} == SONGS
    (ledger,) = line.ask("select * from raw_object")
    assert (ledger["raw_key"], ledger["status"], ledger["entries"]) == (KEY, "loaded", 3)
    assert ledger["size"] == len(raw_object())


def test_the_tables_lie_on_s3_below_the_warehouse(line: Line) -> None:
    metadata = GlueWarehouse().catalog.load_table(("music", "song")).metadata_location
    assert metadata.startswith(f"s3://{line.aws.names.bucket}/warehouse/music.db/song/metadata/")


def test_a_copy_in_a_folder_answers_the_same(line: Line, tmp_path: Path) -> None:
    copied = copy_tables(GlueWarehouse(), tmp_path / "warehouse")
    assert copied["song"] == len(SONGS)
    question = "select song_id, name, artist_names, album_name from song_full order by 1"
    answer = line.ask(question)
    assert len(answer) == len(SONGS)
    assert line.ask(question, tmp_path / "warehouse") == answer


def test_other_objects_and_the_job_itself_give_no_event(line: Line) -> None:
    s3 = line.aws.connect("s3")
    for key in ("state/account.json", f"warehouse/{KEY}", "raw/extraction_date=2026-11-01/notes.txt"):
        s3.put_object(Bucket=line.aws.names.bucket, Key=key, Body=b"x")
    assert take_event(line.aws, patience=1) is None


def test_the_same_event_again_changes_nothing(line: Line) -> None:
    rows, commits = line.ask("select * from song"), line.commits()
    body = json.dumps({"source": "aws.s3", "detail": {"object": {"key": KEY}}})
    line.aws.connect("sqs").send_message(QueueUrl=line.aws.queue_url, MessageBody=body)
    ran = run_next(line.aws, said=line.said)
    assert ran is not None
    assert ran.key == KEY
    assert (line.ask("select * from song"), line.commits()) == (rows, commits)
    assert json.loads(line.said.read_text().splitlines()[-1])["commits"] == 0
    assert take_event(line.aws, patience=0) is None
