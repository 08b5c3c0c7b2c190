"""Look at all files of an import before the first one lands: zips are opened, personal files left out, owners found."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

from botocore.exceptions import ClientError

from lakehouse.importing.archive import ZipFile, is_archive, list_archive
from lakehouse.importing.dump_bucket import S3File
from lakehouse.importing.dump_file import is_raw_object, open_dump
from lakehouse.importing.first_look import look_at
from lakehouse.importing.personal import NO_MUSIC, is_personal_file
from lakehouse.importing.readings import (
    Examined,
    File,
    NotLanded,
    find_date,
    find_foreign_kind,
    path_of,
    read_dumped,
)
from lambda_extract.aws import S3Place

Place = Path | S3Place
BY_NAME = "personal data"
"""What a file is called whose name tells that it is personal."""


class Examiner:
    """Looks at one file after the other, and remembers what they say of each other."""

    def __init__(self, origin: Place, raw: Place, date: dt.date | None, account: str | None) -> None:
        """Start with what was asked for."""
        self.origin, self.raw, self.date, self.account = origin, raw, date, account
        self.exports: dict[PurePath, str | None] = {}
        """Folders of account exports, with the user name that a personal file in them says."""

    def name(self, file: File) -> str:
        """Name a file as the request of its answers does."""
        path, origin = path_of(file), self.origin if isinstance(self.origin, Path) else path_of(S3File(self.origin))
        return path.name if path == origin else path.relative_to(origin).as_posix()

    def examine_all(self, files: Sequence[File], step: Callable[[], None]) -> Iterator[Examined | NotLanded]:
        """Yield what each file is; those in zips come in place of the zip."""
        examined: list[Examined] = []
        waiting = list(reversed(files))
        while waiting:
            file = waiting.pop()
            result = self._examine(file)
            if isinstance(result, Examined):
                examined.append(result)
            elif isinstance(result, NotLanded):
                yield result
            else:
                waiting += reversed(result)
            if not isinstance(file, ZipFile):
                step()
        for file_examined in examined:
            yield self._finish(file_examined)

    def _examine(self, file: File) -> Examined | NotLanded | list[ZipFile]:
        """Look at one file; of a zip return the files inside."""
        name = self.name(file)
        try:
            data, moment = read_dumped(file)
            path = path_of(file)
            if is_archive(path, data):
                return list(list_archive(path, data, moment, file if isinstance(file, ZipFile) else None))
            dump = open_dump(data)
            if path.name.endswith(".ndjson.gz") and is_raw_object(dump):
                return NotLanded(name, f"refused: it is a raw object already; copy it into {self.raw}", is_fault=True)
            if kind := find_foreign_kind(path, dump.data):
                return NotLanded(name, "", is_fault=False, kind=kind)
            look = look_at(dump, name)
        except (OSError, ClientError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return NotLanded(name, f"cannot be read: {reason}", is_fault=True)
        if look.is_own:
            self.exports.setdefault(path.parent, None)
        personal = look.personal or (BY_NAME if is_personal_file(path.name) and not look.has_music else None)
        if personal:
            self.exports[path.parent] = look.username or self.exports.get(path.parent)
            return NotLanded(name, "", is_fault=False, personal=personal)
        return Examined(file, name, dump.run_id, moment, find_date(path, self.date, moment), look, self.account)

    def _finish(self, one: Examined) -> Examined | NotLanded:
        """Say whose a file is; leave out what has no music among the files of an account's export."""
        folder = path_of(one.file).parent
        if one.look.has_music is False and folder in self.exports:
            return NotLanded(one.name, "", is_fault=False, personal=NO_MUSIC)
        if self.account or not one.look.is_own:
            return one
        names = (self.exports.get(above) for above in (folder, *folder.parents))
        return dataclasses.replace(one, account=next(filter(None, names), one.look.username))
