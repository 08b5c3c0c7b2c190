"""The raw objects, in a folder or on S3: which there are, and why one cannot be read.

A folder needs no boto3: it is imported when the first s3:// address is met.
"""

import datetime as dt
import gzip
import zlib
from contextlib import AbstractContextManager
from typing import IO

from glue_jobs.raw.folder import list_folder, open_file
from glue_jobs.raw.raw_object import RawObject

CHUNK = 1 << 20
S3 = "s3://"


def list_objects(raw: str, since: dt.date | None = None) -> list[RawObject]:
    """List the raw objects below a folder or prefix, oldest extraction first; other files are none of ours."""
    if raw.startswith(S3):
        from glue_jobs.raw.bucket import list_bucket

        found = list_bucket(raw, since)
    else:
        found = list_folder(raw)
    return [one for one in found if since is None or one.extraction_date >= since]


def why_unreadable(path: str) -> str | None:
    """Read a raw object to its end and say what is wrong with it, as the ledger's status; None if nothing is."""
    try:
        with _open(path) as file, gzip.open(file) as stream:
            return None if _has_content(stream) else "empty"
    except FileNotFoundError:
        return "vanished"
    except PermissionError:
        return "forbidden"
    except EOFError:
        return "truncated"
    except (gzip.BadGzipFile, zlib.error):
        return "no_gzip"


def _open(path: str) -> AbstractContextManager[IO[bytes]]:
    if path.startswith(S3):
        from glue_jobs.raw.bucket import open_object

        return open_object(path)
    return open_file(path)


def _has_content(stream: gzip.GzipFile) -> bool:
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
    return size > 0
