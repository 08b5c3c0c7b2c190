"""Landed objects that no load has recorded: what a lost event leaves behind, by account."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sql.athena import Athena

NAME = re.compile(r"raw/extraction_date=[\d-]{10}/\d{8}T\d{6}Z-(?P<run_id>.+)\.ndjson\.gz")
DAYS = 7
"""Days of extraction that are looked at: older objects are for the daily catch-up."""


@dataclass(frozen=True)
class Landed:
    """A raw object, and when it was written."""

    key: str
    at: dt.datetime


def find_newest(client: Any, bucket: str, accounts: Iterable[str], now: dt.datetime) -> dict[str, Landed]:
    """Return the newest raw object of each account that has one; the ids of an account's runs begin with its name."""
    since = f"raw/extraction_date={now.date() - dt.timedelta(days=DAYS)}"
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="raw/", StartAfter=since)
    newest: dict[str, Landed] = {}
    for found in (one for page in pages for one in page.get("Contents", [])):
        account = find_account(found["Key"], accounts)
        if account and (account not in newest or found["LastModified"] >= newest[account].at):
            newest[account] = Landed(found["Key"], found["LastModified"])
    return newest


def find_account(key: str, accounts: Iterable[str]) -> str | None:
    """Return the account whose run landed an object; None for objects of imports."""
    match = NAME.fullmatch(key)
    return next((name for name in accounts if match and match["run_id"].startswith(f"{name}-")), None)


def measure_waiting(
    newest: Mapping[str, Landed], accounts: Iterable[str], recorded: Iterable[str], now: dt.datetime
) -> dict[str, float]:
    """Return for each account the hours that its newest object has waited for a load; 0 where none waits."""
    known = set(recorded)
    waits = {name: one.at for name, one in newest.items() if one.key not in known}
    return {name: round((now - waits[name]).total_seconds() / 3600, 2) if name in waits else 0.0 for name in accounts}


def find_recorded(athena: Athena, newest: Mapping[str, Landed], now: dt.datetime) -> set[str]:
    """Return those of the objects that the ledger records, whatever their status."""
    if not newest:
        return set()
    keys = ", ".join("'{}'".format(one.key.replace("'", "''")) for one in newest.values())
    since = now.date() - dt.timedelta(days=DAYS + 1)
    rows = athena.fetch(
        f"select raw_key from raw_object where extraction_date >= date '{since}' and raw_key in ({keys})"
    )
    return {str(row[0]) for row in rows}
