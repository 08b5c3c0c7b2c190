"""Dumps that lie on S3, and raw objects landed there: what the import needs of a bucket."""

import datetime as dt
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from lakehouse.importing.dump_folder import LARGEST, require_size
from lambda_extract.aws import S3Place, fetch_object, list_keys, put_new_object
from lambda_extract.raw_format import RAW_FOLDER, RAW_NAME, write_gzip

IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True)
class S3File:
    """One object."""

    place: S3Place

    @property
    def path(self) -> PurePosixPath:
        """Return its path, the bucket first; the key itself may be no path, as with two slashes in a row."""
        return PurePosixPath(self.place.bucket, self.place.key)

    def below(self, origin: S3Place) -> PurePosixPath:
        """Return its path below a folder."""
        return self.path.relative_to(S3File(origin).path)

    def is_within(self, folder: S3Place) -> bool:
        """Return whether it lies in a folder, or is that folder."""
        return self.path.is_relative_to(S3File(folder).path)

    def read(self) -> tuple[bytes, dt.datetime]:
        """Read it, and when it was written."""
        data, modified = fetch_object(self.place, LARGEST + 1)
        require_size(len(data), "")
        return data, modified.astimezone(dt.UTC).replace(microsecond=0)


def list_bucket(origin: S3Place) -> list[S3File]:
    """List the objects below a folder, else the one object of that name; the marks of empty folders are none."""
    keys = list_keys(origin)
    if not keys and origin.key:
        folder, _, name = origin.key.rpartition("/")
        keys = [key for key in list_keys(S3Place(origin.bucket, folder)) if key == f"{folder}/{name}".lstrip("/")]
    return [S3File(S3Place(origin.bucket, key)) for key in keys if not key.endswith("/")]


def list_bucket_run_ids(raw: S3Place) -> dict[str, set[str]]:
    """List what has landed: the extraction dates of each run id."""
    dates: dict[str, set[str]] = {}
    for key in list_keys(raw):
        folder, name = RAW_FOLDER.fullmatch(key.split("/")[-2] if "/" in key else ""), key.rsplit("/", 1)[-1]
        if folder and (match := RAW_NAME.fullmatch(name)):
            dates.setdefault(match["run_id"], set()).add(folder["date"])
    return dates


def land_in_bucket(raw: S3Place, key: str, lines: Iterable[bytes]) -> bool:
    """Write a raw object in one PUT; False means one of this name is there and was left as it is."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        write_gzip(lines, file)
        file.seek(0)
        return put_new_object(S3Place(raw.bucket, "/".join(filter(None, (raw.key, key)))), file)
