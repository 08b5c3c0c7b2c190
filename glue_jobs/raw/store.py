"""The raw objects, in a folder or on S3: which there are, and how each is opened.

A folder needs no boto3: it is imported when the first s3:// address is met.
"""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

from glue_jobs.raw.folder import list_folder, open_file
from glue_jobs.raw.raw_object import RawObject

S3 = "s3://"


def list_objects(raw: str, since: dt.date | None = None) -> list[RawObject]:
    """List the raw objects below a folder or prefix, oldest extraction first; other files are none."""
    if raw.startswith(S3):
        from glue_jobs.raw.bucket import list_bucket

        raw_objects = list_bucket(raw, since)
    else:
        raw_objects = list_folder(raw)
    return [raw_object for raw_object in raw_objects if since is None or raw_object.extraction_date >= since]


def open_object(path: str) -> AbstractContextManager[Callable[[int], bytes]]:
    """Open a raw object for reading; gives what reads its next bytes. Raises Unreadable."""
    if path.startswith(S3):
        from glue_jobs.raw.bucket import open_object as open_in_bucket

        return open_in_bucket(path)
    return open_file(path)
