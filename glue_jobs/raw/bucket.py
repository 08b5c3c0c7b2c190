"""Raw objects in an S3 bucket; the addresses and keys of the service are those of the environment."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from glue_jobs.errors import LoadError
from glue_jobs.raw.raw_object import RawObject, find_raw_object
from glue_jobs.raw.unpack import Unreadable

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
            for listed in page.get("Contents", []):
                path = f"s3://{bucket}/{listed['Key']}"
                raw_object = find_raw_object(
                    listed["Key"].removeprefix(prefix), path, listed["Size"], listed["LastModified"]
                )
                if raw_object:
                    yield raw_object
    except (ClientError, BotoCoreError) as error:
        got = _say(error)
        raise LoadError(f"{raw}: expected a bucket to list raw objects in, got {got}. Nothing was loaded.") from error


@contextmanager
def open_object(path: str) -> Iterator[Callable[[int], bytes]]:
    """Open a raw object for reading; gives what reads its next bytes. Opening and reading raise Unreadable."""
    bucket, key = _read_place(path)
    with _statuses():
        body = _connect().get_object(Bucket=bucket, Key=key)["Body"]
    with body:

        def read(size: int) -> bytes:
            with _statuses():
                return bytes(body.read(size))

        yield read


@contextmanager
def _statuses() -> Iterator[None]:
    """Turn what S3 says into the ledger's status."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = "vanished" if code in VANISHED else "forbidden" if code in FORBIDDEN else "unreadable"
        raise Unreadable(status, _say(error)) from error
    except (BotoCoreError, HTTPError, OSError) as error:
        raise Unreadable("unreadable", _say(error)) from error


def _say(error: Exception) -> str:
    """Return what S3 answered, as one line."""
    if not isinstance(error, ClientError):
        return " ".join(str(error).split())
    details = error.response["Error"]
    return " ".join(f"{details.get('Code')}: {details.get('Message', '')}".split())


def _read_place(text: str) -> tuple[str, str]:
    match = PLACE.fullmatch(text)
    if match is None:
        raise LoadError(f"{text}: expected s3://bucket/prefix. Nothing was loaded.")
    return match["bucket"], match["key"]


@cache
def _connect() -> Any:
    return boto3.session.Session().client("s3", config=PATIENCE)
