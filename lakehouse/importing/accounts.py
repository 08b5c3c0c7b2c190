"""Whose the files of an import are, and for whom other raw objects were landed."""

import gzip
import json
import re
from pathlib import Path

from lambda_extract.aws import S3Place

Place = Path | S3Place
USERNAME = re.compile(rb'"username"\s*:\s*("(?:[^"\\]|\\.){1,200}")')
MOST_LOOKED_AT = 100
"""Raw objects of which the account is looked up, the newest."""


def read_account(path: Path) -> str | None:
    """Read for whom a raw object was landed, from its first line."""
    try:
        with gzip.open(path, "rb") as file:
            line = json.loads(file.readline())
    except (OSError, EOFError, ValueError):
        return None
    account = line.get("account") if isinstance(line, dict) else None
    return account if isinstance(account, str) else None


def find_only_account(raw: Place) -> str | None:
    """Return the account that the extractor's raw objects are of, where it is one alone."""
    if not isinstance(raw, Path):
        return None
    paths = [path for path in raw.glob("extraction_date=*/*.ndjson.gz") if "-import-" not in path.name]
    accounts = {account for path in sorted(paths)[-MOST_LOOKED_AT:] if (account := read_account(path))}
    return accounts.pop() if len(accounts) == 1 else None


def find_username(data: bytes) -> str | None:
    """Find the user name in the first plays of a history."""
    match = USERNAME.search(data[:100_000])
    return json.loads(match[1]) if match else None
