"""The edge to AWS: objects on S3, secrets in Secrets Manager. Nothing else here imports boto3."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any

import boto3
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambda_extract import errors
from lambda_extract.errors import ExtractError
from lambda_extract.spotify.secret import refuse_secret

S3_PLACE = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<key>.*)")


@dataclass(frozen=True)
class S3Place:
    """An object or a folder on S3."""

    bucket: str
    key: str

    def __str__(self) -> str:
        """Write it as people do."""
        return f"s3://{self.bucket}/{self.key}"


def find_place(text: str) -> S3Place | None:
    """Read an S3 URI; None is a path of this machine."""
    match = S3_PLACE.fullmatch(text)
    return S3Place(match["bucket"], match["key"].rstrip("/")) if match else None


def read_object(place: S3Place) -> str:
    """Read a text object."""
    try:
        body: bytes = _connect("s3").get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
        return body.decode()
    except (ClientError, BotoCoreError, UnicodeDecodeError) as error:
        message = f"sources document {place}: {error}; expected a JSON text. Nothing was fetched."
        raise ExtractError(message, errors.SOURCES) from error


def find_text(place: S3Place) -> str | None:
    """Read a text object; None if it does not exist, or if this role may not know whether it does."""
    try:
        body: bytes = _connect("s3").get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "NoSuchKey":
            return None
        raise
    return body.decode()


def put_text(place: S3Place, text: str) -> None:
    """Write a small text object."""
    _connect("s3").put_object(Bucket=place.bucket, Key=place.key, Body=text.encode(), ContentType="application/json")


def put_object(place: S3Place, file: IO[bytes]) -> None:
    """Write an object in one PUT."""
    try:
        _connect("s3").put_object(Bucket=place.bucket, Key=place.key, Body=file, ContentType="application/gzip")
    except (ClientError, BotoCoreError) as error:
        raise refuse_landing(str(place), str(error)) from error


def list_keys(place: S3Place) -> list[str]:
    """List the keys of a folder, or of a bucket, in order."""
    prefix = f"{place.key}/" if place.key else ""
    pages = _connect("s3").get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=prefix)
    return [str(entry["Key"]) for page in pages for entry in page.get("Contents", [])]


def fetch_object(place: S3Place, most: int) -> tuple[bytes, dt.datetime]:
    """Read the first so many bytes of an object, and when it was written."""
    answer = _connect("s3").get_object(Bucket=place.bucket, Key=place.key)
    with answer["Body"] as body:
        return body.read(most), answer["LastModified"]


def put_new_object(place: S3Place, file: IO[bytes]) -> bool:
    """Write an object in one PUT unless the key is taken; False means that it is."""
    try:
        _connect("s3").put_object(
            Bucket=place.bucket, Key=place.key, Body=file, ContentType="application/gzip", IfNoneMatch="*"
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"):
            return False
        raise
    return True


def delete_keys(bucket: str, keys: Sequence[str]) -> None:
    """Delete objects, a thousand in a call; one that is gone is no error, one that may not be deleted is."""
    for start in range(0, len(keys), 1000):
        given = {"Objects": [{"Key": key} for key in keys[start : start + 1000]], "Quiet": True}
        answer = _connect("s3").delete_objects(Bucket=bucket, Delete=given)
        for error in answer.get("Errors", []):
            raise ClientError({"Error": {"Code": error["Code"], "Message": error["Key"]}}, "DeleteObjects")


def refuse_landing(place: str, reason: str) -> ExtractError:
    """Return the error for data that could not be written."""
    return ExtractError(
        f"{place}: {reason}; expected to write the raw object. What was fetched is lost; the next run fetches it.",
        errors.LANDING,
    )


class SecretStore:
    """One secret in Secrets Manager."""

    def __init__(self, name: str) -> None:
        """Connect to nothing yet. The provider is not shared: a shared one would cache an older secret."""
        self.name = name
        self._provider = SecretsProvider(boto3_client=_connect("secretsmanager"))

    def read(self) -> str:
        """Read its present value; a change by a person takes effect with the next run."""
        try:
            return str(self._provider.get(self.name, force_fetch=True))
        except GetParameterError as error:
            if _is_missing(error):
                raise refuse_secret(self.name, "does not exist or has no value") from error
            message = f"secret {self.name}: {error}; expected to read it. Nothing was fetched."
            raise ExtractError(message, errors.UNREACHABLE) from error

    def write(self, text: str) -> None:
        """Store a new version; Secrets Manager keeps the previous one."""
        self._provider.client.put_secret_value(SecretId=self.name, SecretString=text)

    def create(self, text: str) -> None:
        """Store the first version of a new secret."""
        self._provider.client.create_secret(Name=self.name, SecretString=text)


def _is_missing(error: BaseException) -> bool:
    """Distinguish a missing secret from one that could not be read."""
    cause = error.__cause__ or error.__context__
    code = cause.response.get("Error", {}).get("Code") if isinstance(cause, ClientError) else None
    return code in ("ResourceNotFoundException", "InvalidRequestException")


def _connect(service: str) -> Any:
    return _open_session().client(service, config=IN_TIME)  # type: ignore[call-overload]


IN_TIME = Config(connect_timeout=3, read_timeout=6, retries={"mode": "standard", "total_max_attempts": 2})
"""Two tries end within the seconds that are reserved for landing, even if AWS does not answer."""


@lru_cache(maxsize=1)
def _open_session() -> boto3.session.Session:
    """Open one session: its first client takes 0.1 s or more, each other client milliseconds."""
    return boto3.session.Session()
