"""Whose the files of an import are, and for whom other raw objects were landed."""

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from lambda_extract.aws import S3Place, fetch_object, list_keys

Place = Path | S3Place
USERNAME = re.compile(rb'"username"\s*:\s*("(?:[^"\\]|\\.){1,200}")')
ACCOUNT = re.compile(rb'"account"\s*:\s*("(?:[^"\\]|\\.){1,200}")')
MOST_LOOKED_AT = 100
"""Raw objects of which the account is looked up, the newest."""
RAW_ENDING = ".ndjson.gz"
RAW_KEY = re.compile(r"(?:^|/)extraction_date=[0-9-]{10}/[^/]+\.ndjson\.gz$")
START = 4_096
"""Bytes of a raw object that are read: its first line names the account before it comes to the answer."""
GZIP = 31
"""What zlib calls the format of gzip."""


def list_raw_objects(raw: Place, date: str = "") -> Sequence[Place]:
    """List raw objects, all or those of a date, in order of their dates and times."""
    if isinstance(raw, Path):
        return sorted(raw.glob(f"extraction_date={date or '*'}/*{RAW_ENDING}"))
    folder = S3Place(raw.bucket, f"{raw.key}/extraction_date={date}".lstrip("/")) if date else raw
    return [S3Place(raw.bucket, key) for key in list_keys(folder) if RAW_KEY.search(key)]


def read_account(place: Place) -> str | None:
    """Read for whom a raw object was landed, from its first line."""
    try:
        start = _read_start(place)
        line = zlib.decompressobj(GZIP).decompress(start, START).partition(b"\n")[0]
    except (OSError, ClientError, zlib.error):
        return None
    match = ACCOUNT.search(line)
    return json.loads(match[1]) if match else None


def _read_start(place: Place) -> bytes:
    if isinstance(place, S3Place):
        return fetch_object(place, START)[0]
    with place.open("rb") as file:
        return file.read(START)


def find_only_account(raw: Place) -> str | None:
    """Return the account that the extractor's raw objects are of, where it is one alone."""
    extracted = [place for place in list_raw_objects(raw) if "-import-" not in name_of(place)]
    accounts = set(_accounts_of(extracted[-MOST_LOOKED_AT:]))
    return accounts.pop() if len(accounts) == 1 else None


def _accounts_of(places: Sequence[Place]) -> Iterator[str]:
    for place in places:
        if account := read_account(place):
            yield account


def name_of(place: Place) -> str:
    """Return the name of a raw object without its folder."""
    return place.name if isinstance(place, Path) else place.key.rsplit("/", 1)[-1]


def find_username(data: bytes) -> str | None:
    """Find the user name in the first plays of a history."""
    match = USERNAME.search(data[:100_000])
    return json.loads(match[1]) if match else None
