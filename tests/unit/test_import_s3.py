"""Dumps on S3 are imported as those in folders are, into a folder or onto S3 again."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from lakehouse.emulated_aws.emulated import EmulatedAws, emulated_aws
from lakehouse.importing import dump_bucket, dump_folder
from lakehouse.importing.import_dump import main
from lambda_extract import aws as edge

TRACK = {"id": "0001MadeUpId0000000000", "name": "Ночь", "type": "track"}
PAGE = {"items": [{"track": TRACK}, None], "total": 2, "offset": 0}
COUNT = iter(range(100))


@pytest.fixture(scope="module")
def aws() -> Iterator[EmulatedAws]:
    with emulated_aws() as aws:
        yield aws


@pytest.fixture
def bucket(aws: EmulatedAws) -> str:
    """Return a bucket as the usual pipelines leave it."""
    name = f"old-pipeline-{next(COUNT)}"
    s3 = aws.connect("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for key, body in {
        "raw_data/": b"",
        "raw_data/to_processed/spotify_raw_2026-11-02 08:00:00.json": json.dumps(PAGE).encode(),
        "raw_data/processed/2026/11/01/page.json.gz": gzip.compress(json.dumps({**PAGE, "offset": 2}).encode()),
        "raw_data/processed//double.json": json.dumps({**PAGE, "offset": 4}).encode(),
        "raw_data/.hidden/x.json": b"{}",
        "elsewhere/x.json": b"{}",
    }.items():
        s3.put_object(Bucket=name, Key=key, Body=body)
    return name


def landed(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.rglob("*.ndjson.gz"))


def test_a_folder_of_a_bucket_lands_like_a_folder(
    bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"s3://{bucket}/raw_data", "--raw", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "to_processed/spotify_raw_2026-11-02 08:00:00.json  2026-11-02 (from the path)" in said
    assert "processed/2026/11/01/page.json.gz  2026-11-01 (from the path)" in said
    assert "(passed over: 1 hidden)" in said
    assert landed(tmp_path)[:2] == ["extraction_date=2026-11-01", "extraction_date=2026-11-02"]
    assert len(landed(tmp_path)) == 3


def test_an_object_too_large_does_not_stop_the_others(
    bucket: str, aws: EmulatedAws, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.connect("s3").put_object(Bucket=bucket, Key="raw_data/a.json", Body=b"[" + b" " * 2**20)
    for module in (dump_folder, dump_bucket):
        monkeypatch.setattr(module, "LARGEST", 2**20)
    assert main([f"s3://{bucket}/raw_data", "--raw", str(tmp_path)]) == 1
    assert "a.json  cannot be read: it is over 1 MB: expected less" in capsys.readouterr().out
    assert len(landed(tmp_path)) == 3


def test_it_lands_once(bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([f"s3://{bucket}/raw_data/", "--raw", str(tmp_path)])
    assert main([f"s3://{bucket}/raw_data", "--raw", str(tmp_path)]) == 0
    assert "3 files: 0 landed, 3 already there" in capsys.readouterr().out


def test_one_object_is_named_by_its_name(bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = "raw_data/processed/2026/11/01/page.json.gz"
    assert main([f"s3://{bucket}/{key}", "--raw", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("page.json.gz  2026-11-01 (from the path)")


def test_it_lands_on_s3_too_once(aws: EmulatedAws, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    raw = f"s3://{bucket}/raw"
    assert main([f"s3://{bucket}/raw_data", "--raw", raw]) == 0
    found = aws.connect("s3").list_objects_v2(Bucket=bucket, Prefix="raw/extraction_date=2026-11-02/")["Contents"]
    body = aws.connect("s3").get_object(Bucket=bucket, Key=found[0]["Key"])["Body"].read()
    answer, summary = (json.loads(line) for line in gzip.decompress(body).splitlines())
    assert (answer["response"], summary["kind"]) == (PAGE, "summary")
    assert main([f"s3://{bucket}/raw_data", "--raw", raw]) == 0
    assert "3 files: 0 landed, 3 already there" in capsys.readouterr().out


def test_landed_on_s3_the_bytes_are_the_same(aws: EmulatedAws, bucket: str, tmp_path: Path) -> None:
    main([f"s3://{bucket}/raw_data/processed/2026", "--raw", str(tmp_path), "--date", "2026-11-01"])
    main([f"s3://{bucket}/raw_data/processed/2026", "--raw", f"s3://{bucket}/raw", "--date", "2026-11-01"])
    (here,) = tmp_path.rglob("*.ndjson.gz")
    there = aws.connect("s3").get_object(Bucket=bucket, Key=f"raw/{here.relative_to(tmp_path).as_posix()}")
    assert there["Body"].read() == here.read_bytes()


def test_raw_objects_in_what_is_imported_are_passed_over(bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([f"s3://{bucket}/raw_data", "--raw", f"s3://{bucket}/raw"])
    assert main([f"s3://{bucket}", "--raw", f"s3://{bucket}/raw"]) == 0
    assert "3 raw object" in capsys.readouterr().out


PLAY = {"ts": "2024-01-01T10:00:00Z", "ms_played": 1, "spotify_track_uri": f"spotify:track:{TRACK['id']}"}


def put_raw(aws: EmulatedAws, bucket: str, name: str, account: str | None) -> None:
    """Put a raw object of the extractor, with a first line far longer than what is read of it."""
    line = json.dumps({"kind": "answer", "schema_version": 1, "account": account, "response": {"x": "y" * 50_000}})
    key = f"raw/extraction_date=2024-01-01/20240101T000000Z-{name}.ndjson.gz"
    aws.connect("s3").put_object(Bucket=bucket, Key=key, Body=gzip.compress(line.encode()))


def test_plays_of_nobody_beside_one_account_on_s3_are_named(
    aws: EmulatedAws, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.connect("s3").put_object(Bucket=bucket, Key="mine/plays.json", Body=json.dumps([PLAY]).encode())
    put_raw(aws, bucket, "one", "made_user")
    put_raw(aws, bucket, "two", None)
    assert main([f"s3://{bucket}/mine", "--raw", f"s3://{bucket}/raw", "--dry_run"]) == 0
    assert "--account made_user" in capsys.readouterr().out
    put_raw(aws, bucket, "three", "another")
    assert main([f"s3://{bucket}/mine", "--raw", f"s3://{bucket}/raw"]) == 0
    assert "--account" not in capsys.readouterr().out


def test_what_landed_for_another_account_on_s3_is_said(
    aws: EmulatedAws, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.connect("s3").put_object(Bucket=bucket, Key="mine/plays.json", Body=json.dumps([PLAY]).encode())
    for account in ("anna", "bert"):
        assert main([f"s3://{bucket}/mine", "--raw", f"s3://{bucket}/raw", "--account", account]) == 0
    assert "already landed for anna: to change that, --undo it first" in capsys.readouterr().out


def test_an_import_on_s3_is_taken_back(aws: EmulatedAws, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    raw = f"s3://{bucket}/raw"
    put_raw(aws, bucket, "kept", "anna")
    main([f"s3://{bucket}/raw_data", "--raw", raw, "--date", "2026-11-02"])
    undo = [f"s3://{bucket}/raw_data", "--raw", raw, "--undo"]

    def landed() -> list[str]:
        listed = aws.connect("s3").list_objects_v2(Bucket=bucket, Prefix="raw/")
        return [one["Key"].rpartition("/")[2] for one in listed["Contents"]]

    assert main([*undo, "--dry_run"]) == 0
    assert len(landed()) == 4
    capsys.readouterr()
    assert main(undo) == 0
    assert landed() == ["20240101T000000Z-kept.ndjson.gz"]
    said = capsys.readouterr().out
    assert "3 raw objects of 1 day: 2026-11-02" in said
    assert "run the job …-load-music with --reload 2026-11-02..2026-11-02 --accept_missing" in said
    assert main(undo) == 0
    assert "0 raw objects of 0 days: none" in capsys.readouterr().out


@pytest.mark.parametrize(("source", "message"), [
    pytest.param("s3://{0}/none", "holds no file to import: expected JSON dumps. Nothing was landed.", id="empty"),
    pytest.param("s3://no-such-bucket-here", "S3: An error occurred (NoSuchBucket)", id="no bucket"),
    pytest.param("s3://{0}/raw/extraction_date=2026-11-01", "lies in the raw folder", id="the raw folder itself"),
])  # fmt: skip
def test_what_cannot_be_imported_is_one_line(
    bucket: str, capsys: pytest.CaptureFixture[str], source: str, message: str
) -> None:
    assert main([source.format(bucket), "--raw", f"s3://{bucket}/raw"]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_without_credentials_it_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    class Nobody:
        def client(self, *_: Any, **__: Any) -> Any:
            raise NoCredentialsError

    monkeypatch.setattr(edge, "_open_session", Nobody)
    assert main(["s3://somewhere/raw_data", "--raw", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(
        "import: S3: Unable to locate credentials. What was landed before is whole"
    )
