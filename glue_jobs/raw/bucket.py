"""Raw objects in an S3 bucket; the addresses and keys of the service are those of the environment."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from glue_jobs.errors import LoadError
from glue_jobs.raw.raw_object import RawObject, find_raw_object

PLACE = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<key>.*)")
PATIENCE = Config(connect_timeout=10, read_timeout=60, retries={"mode": "standard", "max_attempts": 3})
VANISHED = {"NoSuchKey"}
FORBIDDEN = {"AccessDenied", "AllAccessDisabled", "InvalidObjectState"}
"""InvalidObjectState: moved into an archive that gives it back only on request."""


def list_bucket(raw: str, since: dt.date | None) -> Iterator[RawObject]:
    """Yield the raw objects below a prefix, oldest extraction first, with one call per thousand."""
    bucket, key = _read_place(raw)
    prefix = f"{key.rstrip('/')}/" if key.strip("/") else ""
    start = {"StartAfter": f"{prefix}extraction_date={since}"} if since else {}
    try:
        pages = _connect().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=bucket, Prefix=f"{prefix}extraction_date=", **start):
            for found in page.get("Contents", []):
                path = f"s3://{bucket}/{found['Key']}"
                one = find_raw_object(found["Key"].removeprefix(prefix), path, found["Size"], found["LastModified"])
                if one:
                    yield one
    except (ClientError, BotoCoreError) as error:
        seen = _say(error)
        raise LoadError(f"{raw}: expected a bucket to list raw objects in, seen {seen}. Nothing was loaded.") from error


@contextmanager
def open_object(path: str) -> Iterator[IO[bytes]]:
    """Open a raw object for reading; one that is gone or closed to us raises as a file would."""
    bucket, key = _read_place(path)
    try:
        with _connect().get_object(Bucket=bucket, Key=key)["Body"] as body:
            yield body
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in VANISHED:
            raise FileNotFoundError(path) from error
        if code in FORBIDDEN:
            raise PermissionError(path) from error
        raise _refuse_reading(path, error) from error
    except BotoCoreError as error:
        raise _refuse_reading(path, error) from error


def _refuse_reading(path: str, error: Exception) -> LoadError:
    """Say that S3, not the object, stands in the way."""
    return LoadError(f"{path}: expected to read the raw object, seen {_say(error)}. The next run loads it.")


def _say(error: Exception) -> str:
    """Return what S3 answered, as one line."""
    if not isinstance(error, ClientError):
        return " ".join(str(error).split())
    said = error.response["Error"]
    return " ".join(f"{said.get('Code')}: {said.get('Message', '')}".split())


def _read_place(text: str) -> tuple[str, str]:
    match = PLACE.fullmatch(text)
    if match is None:
        raise LoadError(f"{text}: expected s3://bucket/prefix. Nothing was loaded.")
    return match["bucket"], match["key"]


def _connect() -> Any:
    return boto3.session.Session().client("s3", config=PATIENCE)
