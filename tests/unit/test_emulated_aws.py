"""Emulated AWS without Spark: what is in it, which events reach the queue, when they leave it, and that it ends."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError

from lakehouse.emulated_aws import glue_job, runner
from lakehouse.emulated_aws.emulated import EVENT_PATTERN, EmulatedAws, Names, emulated_aws, event_pattern
from lakehouse.errors import UserError
from lakehouse.paths import ROOT
from lakehouse.spark.submit import running
from tests.events import run_all, run_next
from tests.glue_arguments import what_the_job_reads

KEY = "raw/extraction_date=2026-11-01/20261101T100000Z-r1.ndjson.gz"
OTHERS = (
    "state/account.json", f"warehouse/{KEY}", "raw/extraction_date=2026-11-01/x.json", "raw/x.ndjson.gz", f"{KEY}.part",
)  # fmt: skip

HOLDING = """
import time
from lakehouse.emulated_aws.start import running_server

with running_server() as server:
    print(server.endpoint, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[EmulatedAws]:
    """Return an AWS with a secret; what it takes over of the environment is given back."""
    before = dict(os.environ)
    os.environ |= {"AWS_PROFILE": "somebody", "AWS_ENDPOINT_URL_S3": "https://s3.example"}
    during = dict(os.environ)
    with emulated_aws(secret={"client_id": "c1"}) as aws:
        yield aws
    assert dict(os.environ) == during
    for name in set(during) - set(before):
        del os.environ[name]


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Return what the runner starts, and the exit codes it then gets, 0 where none is left."""
    calls: list[dict[str, Any]] = []

    @contextlib.contextmanager
    def start_job(job: str, arguments: list[str], settings: dict[str, str], **told: Any) -> Iterator[Any]:
        calls.append({"job": job, "arguments": arguments, "settings": settings, **told})
        with running([sys.executable, "-c", f"raise SystemExit({CODES.pop(0) if CODES else 0})"], os.environ) as job_:
            yield job_

    monkeypatch.setattr(runner, "start_job", start_job)
    yield calls
    CODES.clear()


CODES: list[int] = []


def land(aws: EmulatedAws, key: str = KEY) -> None:
    aws.connect("s3").put_object(Bucket=aws.names.bucket, Key=key, Body=b"x")


def test_bucket_database_and_secret_are_there(aws: EmulatedAws) -> None:
    assert [one["Name"] for one in aws.connect("s3").list_buckets()["Buckets"]] == [aws.names.bucket]
    assert aws.connect("glue").get_database(Name="music")["Database"]["Name"] == "music"
    secret = aws.connect("secretsmanager").get_secret_value(SecretId=aws.names.secret)["SecretString"]
    assert json.loads(secret) == {"client_id": "c1"}


def test_this_process_reaches_no_other_aws_while_it_runs(aws: EmulatedAws) -> None:
    found = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    assert found == aws.variables
    assert boto3.client("s3").meta.endpoint_url == aws.endpoint


def test_only_raw_objects_give_an_event(aws: EmulatedAws) -> None:
    for key in OTHERS:
        land(aws, key)
    assert runner.take_event(aws, patience=1) is None


def test_an_event_leaves_the_queue_when_the_job_has_succeeded(aws: EmulatedAws, submitted: list[Any]) -> None:
    land(aws)
    assert [ran.key for ran in run_all(aws, patience=1)] == [KEY]
    assert len(submitted) == 1


def test_a_job_that_fails_leaves_its_event_for_the_next_try(aws: EmulatedAws, submitted: list[Any]) -> None:
    land(aws)
    CODES.append(2)
    with pytest.raises(UserError, match=r"load_music ended with 2\. Its event stays in the queue"):
        run_next(aws, patience=1)
    assert [ran.key for ran in run_all(aws, patience=1)] == [KEY]
    assert len(submitted) == 2


def test_each_event_runs_the_job_with_what_glue_passes(aws: EmulatedAws, submitted: list[Any]) -> None:
    land(aws)
    ran = run_next(aws, patience=1)
    assert ran is not None
    (call,) = submitted
    assert call["job"] == "load_music"
    assert call["arguments"][:6] == [
        "--raw",
        "s3://music-lake/raw/",
        "--catalog",
        "glue_catalog",
        "--database",
        "music",
    ]
    assert f"wr_{ran.run_id}" in call["arguments"]
    assert call["settings"]["spark.sql.catalog.glue_catalog.glue.endpoint"] == aws.endpoint


def test_an_event_of_another_kind_only_says_when(aws: EmulatedAws, submitted: list[Any]) -> None:
    for body in ("text", "[]", '{"detail": {"object": {"key": 7}}}'):
        aws.connect("sqs").send_message(QueueUrl=aws.queue_url, MessageBody=body)
    assert [ran.key for ran in run_all(aws, patience=1)] == [None, None, None]


def test_an_event_sent_again_is_the_same_and_events_can_be_lost(aws: EmulatedAws) -> None:
    land(aws)
    event = runner.take_event(aws, patience=5)
    assert event is not None
    runner.send_again(aws, event)
    again = runner.take_event(aws, patience=5)
    assert again is not None
    assert (again.body, again.key, again.receipt != event.receipt) == (event.body, KEY, True)
    for one in (event, again):
        runner.give_back(aws, one)
    assert runner.drop_events(aws) == 2
    assert runner.take_event(aws, patience=0) is None


def test_a_job_is_killed_when_it_is_time_with_all_its_processes(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = f"import subprocess; subprocess.run(['sh', '-c', 'echo $$ > {tmp_path}/pid; exec sleep 600'])"
    monkeypatch.setattr(runner, "start_job", lambda *_, **__: running([sys.executable, "-c", program], os.environ))
    note = tmp_path / "pid"
    assert runner.kill_job(aws, lambda: note.exists() and bool(note.read_text())) is not None
    until = time.monotonic() + 10
    while Path(f"/proc/{note.read_text().strip()}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{note.read_text().strip()}").exists()


def test_a_job_that_ends_before_it_is_time_was_not_killed(aws: EmulatedAws, submitted: list[Any]) -> None:
    assert runner.kill_job(aws, lambda: False) is None
    assert len(submitted) == 1


def test_something_can_be_done_beside_the_job(aws: EmulatedAws, submitted: list[Any]) -> None:
    done: list[str] = []
    runner.run_job(aws, alongside=lambda: done.append("looked"))
    assert done == ["looked"]


def test_the_job_reads_the_arguments_that_glue_passes() -> None:
    settings = what_the_job_reads("a-lake", "a_database")
    assert (settings.raw, settings.catalog, settings.database) == ("s3://a-lake/raw/", "glue_catalog", "a_database")
    assert (settings.since, settings.replay_rejected) == (None, False)


def test_glues_one_conf_chains_every_setting_of_the_catalog() -> None:
    chained = glue_job.default_arguments("a-lake")["--conf"].split(" --conf ")
    assert dict(one.split("=", 1) for one in chained) == glue_job.catalog_settings("a-lake")


def test_the_pattern_has_one_thing_to_fill_in() -> None:
    assert EVENT_PATTERN.read_text(encoding="utf-8").count("${") == 1
    assert json.loads(event_pattern("a-lake"))["detail"]["bucket"] == {"name": ["a-lake"]}


def test_nothing_is_left_afterwards() -> None:
    with emulated_aws(Names(bucket="gone")) as aws:
        connected = aws.connect("s3")
    with pytest.raises(BotoCoreError):
        connected.list_buckets()


def test_a_server_that_does_not_start_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(UserError, match="emulated AWS did not start"), emulated_aws():
        pass


def test_the_server_ends_with_a_program_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDING], cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        endpoint = program.stdout.readline().strip()
        assert listening(endpoint)
        program.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while listening(endpoint) and time.monotonic() < until:
        time.sleep(0.05)
    assert not listening(endpoint)


def listening(endpoint: str) -> bool:
    host, port = endpoint.removeprefix("http://").split(":")
    with socket.socket() as connection:
        return connection.connect_ex((host, int(port))) == 0
