"""From a raw object on emulated S3 to rows in the catalog: event, rule, queue, runner, job."""

import json
from pathlib import Path

from local.aws.glue_warehouse import GlueWarehouse, copy_tables
from local.aws.runner import run_next, take_event
from tests.e2e.conftest import KEY, SONGS, Line, raw_object


def test_the_event_of_a_raw_object_runs_the_job(line: Line) -> None:
    assert line.ran is not None
    assert line.ran.key == KEY


def test_the_rows_are_those_that_were_landed(line: Line) -> None:
    assert {
        row["song_id"]: row["name"] for row in line.ask(f"select song_id, name from song where raw_key = '{KEY}'")
    } == SONGS
    (ledger,) = line.ask(f"select * from raw_object where raw_key = '{KEY}'")
    assert (ledger["raw_key"], ledger["status"], ledger["entries"]) == (KEY, "loaded", 3)
    assert ledger["size"] == len(raw_object())


def test_the_tables_lie_on_s3_below_the_warehouse(line: Line) -> None:
    metadata = GlueWarehouse().catalog.load_table(("music", "song")).metadata_location
    assert metadata.startswith(f"s3://{line.aws.names.bucket}/warehouse/music.db/song/metadata/")


def test_a_copy_in_a_folder_answers_the_same(line: Line, tmp_path: Path) -> None:
    copied = copy_tables(GlueWarehouse(), tmp_path / "warehouse")
    assert copied["song"] > len(SONGS)
    question = "select song_id, name, artist_names, album_name from song_full order by 1"
    answer = line.ask(question)
    assert {row["song_id"] for row in answer} > set(SONGS)
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
