"""The raw objects of a bucket: what is listed with how many calls, and why one cannot be read. moto answers in here."""

import datetime as dt
import gzip
import io
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws
from urllib3.exceptions import ProtocolError

from glue_jobs import load_music
from glue_jobs.errors import LoadError
from glue_jobs.raw import bucket
from glue_jobs.raw.store import list_objects
from tests.unit.reading import status_of

BUCKET = "raw-store-tests"
NAME = "extraction_date=2026-11-01/20261101T100000Z-r1.ndjson.gz"
PLACE = f"s3://{BUCKET}/raw"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a client of an S3 with one bucket."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    forget = bucket._connect.cache_clear
    forget()
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client
    forget()


def put(s3: Any, key: str, content: bytes = b"x") -> str:
    s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    return f"s3://{BUCKET}/{key}"


def names(raw: str, since: dt.date | None = None) -> list[str]:
    return [one.raw_key for one in list_objects(raw, since)]


def answer_with(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let S3 refuse everything with this code."""

    class Refusing:
        def get_object(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": code, "Message": "as the\ntest says"}}, "GetObject")

    monkeypatch.setattr(bucket, "_connect", Refusing)


def test_an_object_is_named_by_its_place_below_the_prefix(s3: Any) -> None:
    path = put(s3, f"raw/{NAME}", b"four")
    (one,) = list_objects(f"{PLACE}/")
    assert (one.raw_key, one.path, one.size) == (f"raw/{NAME}", path, 4)
    assert one.extraction_date == dt.date(2026, 11, 1)
    assert one.written_at.tzinfo is dt.UTC
    assert one.written_at.microsecond == 0


@pytest.mark.parametrize(
    ("raw", "prefix"),
    [
        pytest.param(PLACE, "raw/", id="a prefix"),
        pytest.param(f"{PLACE}/", "raw/", id="a prefix with its slash"),
        pytest.param(f"s3://{BUCKET}/a/b", "a/b/", id="a deeper prefix"),
        pytest.param(f"s3://{BUCKET}", "", id="a whole bucket"),
        pytest.param(f"s3://{BUCKET}/", "", id="a whole bucket with its slash"),
    ],
)
def test_a_raw_key_is_the_same_wherever_the_objects_lie(s3: Any, raw: str, prefix: str) -> None:
    put(s3, f"{prefix}{NAME}")
    assert names(raw) == [f"raw/{NAME}"]


def test_other_objects_are_none_of_ours(s3: Any) -> None:
    put(s3, f"raw/{NAME}")
    for other in (
        "state/a.json", f"warehouse/{NAME}", f"raw2/{NAME}", "raw/extraction_date=2026-11-01/x.json",
        "raw/extraction_date=2026-11-01/.x.ndjson.gz", "raw/extraction_date=2026-11-01/_x.ndjson.gz",
        "raw/extraction_date=2026-11-01/deeper/x.ndjson.gz", "raw/extraction_date=2026-13-01/x.ndjson.gz",
    ):  # fmt: skip
        put(s3, other)
    assert names(PLACE) == [f"raw/{NAME}"]


def test_since_is_asked_of_s3_itself(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [f"raw/{NAME.replace('2026-11-01', day)}" for day in ("2026-10-31", "2026-11-01", "2026-11-02")]
    for key in days:
        put(s3, key)
    asked: list[dict[str, Any]] = []
    client = bucket._connect()
    client.meta.events.register("before-parameter-build.s3.ListObjectsV2", lambda params, **_: asked.append(params))
    monkeypatch.setattr(bucket, "_connect", lambda: client)
    assert names(PLACE, dt.date(2026, 11, 1)) == days[1:]
    assert [one["StartAfter"] for one in asked] == ["raw/extraction_date=2026-11-01"]


def test_more_objects_than_one_answer_holds_are_all_listed(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    keys = [f"raw/{NAME.replace('r1', f'r{number}')}" for number in range(5)]
    for key in reversed(keys):
        put(s3, key)
    assert s3.list_objects_v2(Bucket=BUCKET)["IsTruncated"]
    assert names(PLACE) == keys


def test_a_bucket_without_raw_objects_has_none(s3: Any) -> None:
    assert names(PLACE) == []


def test_a_bucket_that_is_not_there_is_one_line(s3: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert load_music.main(["--raw", "s3://no-such-bucket/raw"]) == 2
    assert capsys.readouterr().err == (
        "load_music: s3://no-such-bucket/raw: expected a bucket to list raw objects in, got NoSuchBucket: "
        "The specified bucket does not exist. Nothing was loaded.\n"
    )


def test_an_s3_that_does_not_answer_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    bucket._connect.cache_clear()
    assert load_music.main(["--raw", PLACE]) == 2
    said = capsys.readouterr().err
    assert 'got Could not connect to the endpoint URL: "http://127.0.0.1:9/' in said
    assert said.count("\n") == 1


def test_an_address_without_a_bucket_is_one_line() -> None:
    with pytest.raises(LoadError, match="s3:///raw: expected s3://bucket/prefix"):
        list_objects("s3:///raw")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(gzip.compress(b"{}\n"), "loaded", id="a whole object is read"),
        pytest.param(gzip.compress(b"{}\n" * 1000)[:-12], "truncated", id="a cut one is truncated"),
        pytest.param(b"plain", "no_gzip", id="text is no gzip"),
        pytest.param(gzip.compress(b""), "empty", id="nothing inside is empty"),
        pytest.param(b"", "empty", id="nothing at all is empty"),
    ],
)
def test_why_an_object_cannot_be_read(s3: Any, content: bytes, status: str) -> None:
    assert status_of(put(s3, f"raw/{NAME}", content)) == status


def test_a_vanished_object(s3: Any) -> None:
    assert status_of(f"{PLACE}/{NAME}") == "vanished"


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidObjectState"])
def test_a_forbidden_object(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    answer_with(monkeypatch, code)
    assert status_of(f"{PLACE}/{NAME}") == "forbidden"


@pytest.mark.parametrize("code", ["ExpiredToken", "NoSuchBucket", "SlowDown"])
def test_what_s3_refuses_for_now_is_unreadable_and_tried_again(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    answer_with(monkeypatch, code)
    assert status_of(f"{PLACE}/{NAME}") == "unreadable"


@pytest.mark.parametrize("error", [ReadTimeoutError(endpoint_url="http://s3"), ProtocolError("cut"), OSError("reset")])
def test_a_connection_that_breaks_off_is_unreadable(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    class Breaking(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise error

    class Client:
        def get_object(self, **_: str) -> dict[str, Any]:
            return {"Body": Breaking()}

    monkeypatch.setattr(bucket, "_connect", Client)
    assert status_of(f"{PLACE}/{NAME}") == "unreadable"


def test_a_folder_needs_no_boto3() -> None:
    code = "import sys, glue_jobs.raw.store as r; r.list_objects('.'); sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
