"""publish_rds at length: what leaves the lake, other lakes, rivals, kills, and the whole of it as deployed."""

import json
import logging
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs import publish_rds
from glue_jobs.errors import LoadError
from glue_jobs.postgres.connection import Postgres
from glue_jobs.postgres.target import make_target
from glue_jobs.publish_rds import Copied, PublishReport
from glue_jobs.tables import PLAY
from lakehouse.cli import main as lakehouse
from lakehouse.emulated_aws.emulated import REGION, emulated_aws
from lakehouse.emulated_aws.glue_job import (
    as_words,
    catalog_settings,
    emulated_settings,
    run_arguments,
)
from lakehouse.emulated_aws.runner import run_job
from lakehouse.jobs import load
from lakehouse.jobs import publish_rds as program
from lakehouse.paths import DEMO_DUMP, ROOT
from lakehouse.spark.submit import AWS_JARS, POSTGRESQL, Jars, submit
from tests.e2e.conftest import KEY, SONGS, raw_object
from tests.glue_arguments import publish_arguments
from tests.long.postgresql import Client, run_postgresql
from tests.spark.conftest import Lake
from tests.spark.test_publish_rds import (
    NOON,
    PASSWORD,
    add,
    bring,
    change,
    client,
    differences,
    full,
    server,
    small,
    versions,
)  # fmt: skip

__all__ = ["client", "full", "server", "small"]


def test_rows_that_leave_the_lake_leave_postgresql(small: Lake, client: Client) -> None:
    bring(small, client)
    change(small, "song", "delete from {} where song_id = 'a'")
    change(small, "listing", "delete from {} where extraction_date = date'2026-11-01'")
    change(small, "play", "delete from {} where played_at < timestamp'2026-11-01'")
    deleted = {name: one.deleted for name, one in bring(small, client).tables.items()}
    assert deleted == {"song": 2, "listing": 1, "listing_entry": 2, "play": 1}
    assert differences(small, client) == []


def test_another_lake_replaces_the_first_and_a_compaction_writes_no_row(
    small: Lake, full: Lake, client: Client
) -> None:
    bring(full, client)
    assert bring(small, client).tables["song"] == Copied(inserted=4, deleted=3)
    call = "call lake.system.rewrite_data_files(table => '{}.song', options => map('rewrite-all', 'true'))"
    small.spark.sql(call.format(small.database))
    report = bring(small, client)
    assert (report.written, report.tables) == (0, {"song": Copied(unchanged=4)})
    assert differences(small, client) == ["artist", "album"], "tables that the lake lacks are left as they are"


def test_a_table_without_its_partitions_is_read_as_a_whole(small: Lake, client: Client) -> None:
    bring(small, client)
    change(small, "play", "alter table {} drop partition field month(played_at)")
    add(small, PLAY, {"account": "me", "played_at": NOON, "song_id": "a", "origin": "api"})
    report = bring(small, client)
    assert (report.partitions, report.tables) == ({"play": None}, {"play": Copied(inserted=1, unchanged=2)})
    assert differences(small, client) == []


def test_two_at_once_go_one_after_the_other(
    small: Lake, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "publish_rds")
    reports: list[PublishReport] = []
    second = threading.Thread(target=lambda: reports.append(bring(small, client)))

    def wait_for_the_second(postgres: Postgres) -> None:
        second.start()
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        until = time.monotonic() + 30
        while client.ask(waiting) != "1" and time.monotonic() < until:
            time.sleep(0.05)
        assert client.ask(waiting) == "1"
        postgres.commit()

    with monkeypatch.context() as patch:
        patch.setattr(publish_rds, "_commit", wait_for_the_second)
        first = bring(small, client)
    second.join(60)
    assert first.written > 0
    assert [one.written for one in reports] == [0]
    assert "another run publishes into schema music; waiting for it" in caplog.text
    assert differences(small, client) == []


def test_a_new_column_is_added_and_filled(small: Lake, client: Client) -> None:
    bring(small, client)
    client.ask("alter table music.song drop column isrc, drop column name; comment on table music.play is 'x'")
    report = bring(small, client)
    assert report.made == ["song"]
    assert report.tables == {"song": Copied(updated=4)}
    assert differences(small, client) == []
    assert client.ask("select obj_description('music.play'::regclass)") != "x"


def test_a_look_at_the_whole_finds_what_was_changed_by_hand(small: Lake, client: Client) -> None:
    bring(small, client)
    client.ask("delete from music.song where song_id = 'b'")
    client.ask("update music.listing_entry set item_id = 'x' where place = 1")
    assert bring(small, client).written == 0
    assert bring(small, client, "--whole").written == 4
    assert differences(small, client) == []


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse in a folder with the made-up dump in it."""
    folder = tmp_path_factory.mktemp("made")
    raw, tables = folder / "raw", folder / "warehouse"
    assert lakehouse(["import", str(DEMO_DUMP), "--raw", str(raw)]) == 0
    assert load.load(raw, tables, output_file=folder / "load.log") == 0
    return folder / "warehouse"


@pytest.fixture
def place(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Let the environment lead to the client's database."""
    for name, value in client.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("POSTGRES_URL", raising=False)
    return client


def read_report(said: Path) -> dict[str, Any]:
    return json.loads(said.read_text().splitlines()[-1])


def digest(client: Client) -> str:
    """Return one word for all rows of each table."""
    names = ("album", "artist", "song", "listing", "listing_entry", "play")
    rows = "select md5(string_agg(t::text, '|' order by t::text)) from music.{} t"
    return " ".join(client.ask(rows.format(name)) for name in names)


def test_a_job_that_is_killed_at_its_commit_leaves_nothing_and_the_next_completes(
    warehouse: Path, place: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program.publish(warehouse, output_file=tmp_path / "first.log") == 0
    whole = digest(place)
    place.ask("delete from music.published; delete from music.song where name like 'L%'")
    before = versions(place)
    command = [sys.executable, "-m", "tests.long.submit_publish", str(warehouse)]
    note = tmp_path / "staged"
    monkeypatch.setenv("DYING_NOTE", str(note))
    with (tmp_path / "killed.log").open("wb") as said:
        done = subprocess.run(command, cwd=ROOT, stdout=said, stderr=said, check=False)
    assert done.returncode == 128 + signal.SIGKILL
    assert note.exists(), (tmp_path / "killed.log").read_text()[-3000:]
    assert versions(place) == before
    assert place.ask("select count(*) from pg_class where relname like '%_staged'") == "0"
    assert program.publish(warehouse, output_file=tmp_path / "next.log") == 0
    report = read_report(tmp_path / "next.log")
    assert report["written"] == report["tables"]["song"]["inserted"] > 0
    assert digest(place) == whole
    assert not [log for log in tmp_path.glob("*.log") if place.password in log.read_text()]


def test_two_programs_at_once_leave_the_same_rows(warehouse: Path, place: Client, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lakehouse", "publish-rds", "--warehouse", str(warehouse)]
    logs = [tmp_path / f"{number}.log" for number in (1, 2)]
    rivals = []
    for log in logs:
        with log.open("wb") as said:
            rivals.append(subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said))
    assert [one.wait() for one in rivals] == [0, 0], "".join(log.read_text()[-2000:] for log in logs)
    written = sorted(read_report(log)["written"] for log in logs)
    assert written[0] == 0
    assert written[1] > 100
    assert program.publish(warehouse, ["--whole"], output_file=tmp_path / "whole.log") == 0
    assert read_report(tmp_path / "whole.log")["written"] == 0


def test_the_job_runs_as_deployed_on_an_emulated_aws(client: Client, tmp_path: Path) -> None:
    with emulated_aws() as aws:
        aws.connect("s3").put_object(Bucket=aws.names.bucket, Key=KEY, Body=raw_object())
        run_job(aws, output_file=tmp_path / "load.log")
        secret = {"username": "postgres", "password": client.password}
        made = aws.connect("secretsmanager").create_secret(Name="rds!db-a", SecretString=json.dumps(secret))
        place = {"host": "127.0.0.1", "port": str(client.port), "dbname": client.database, "secret": made["ARN"]}
        arguments = {**publish_arguments(aws.names.bucket, aws.names.database, place), **run_arguments("1")}
        settings = {**catalog_settings(aws.names.bucket), **emulated_settings(aws.endpoint, REGION)}
        jars = Jars("Iceberg's and Hadoop's parts for AWS, PostgreSQL's driver", "118 MB",
                    (*AWS_JARS.packages, POSTGRESQL), AWS_JARS.excludes)  # fmt: skip
        said = tmp_path / "publish.log"
        for _ in range(2):
            assert submit("publish_rds", as_words(arguments), settings, quick=True, output_file=said, jars=jars) == 0, (
                said.read_text()[-3000:]
            )
            assert client.password not in said.read_text()
    assert read_report(said)["written"] == 0
    songs = client.rows("select song_id, name from music.song")
    assert {one["song_id"]: one["name"] for one in songs} == SONGS


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a certificate for localhost that vouches for itself, and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    told = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    more = ["-addext", "subjectAltName=DNS:localhost", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(["openssl", "req", *told, *more], check=True, capture_output=True)
    return certificate, key


def test_a_server_is_verified_by_the_certificates_that_are_given(spark: SparkSession, tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine, to make certificates with")
    own, other = make_certificate(tmp_path, "own"), make_certificate(tmp_path, "other")

    def connect(port: int, host: str, authority: Path | None) -> list[tuple[str | None, ...]]:
        mode, tls_ca = ("verify-full", str(authority)) if authority else ("require", None)
        with closing(Postgres(spark, make_target(host, port, "postgres", "postgres", PASSWORD, mode, tls_ca))) as one:
            return one.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()")

    with run_postgresql(PASSWORD, own) as port:
        assert connect(port, "localhost", None) == connect(port, "localhost", own[0]) == [("t",)]
        for host, authority in (("localhost", other[0]), ("127.0.0.1", own[0])):
            with pytest.raises(LoadError, match=r"Nothing was published\.$") as error:
                connect(port, host, authority)
            assert "\n" not in str(error.value)
