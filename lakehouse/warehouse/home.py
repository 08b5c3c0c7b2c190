"""Where a warehouse is: Iceberg writes whole paths into its metadata, so a folder that was moved names another.

Such a folder is refused, and `repair` rewrites the paths: manifests first, then the lists of them, the tables'
metadata, the catalog last. A repair that is killed leaves a folder that is still refused; the next one completes it.
"""

import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from pyiceberg.avro.file import AvroFile, AvroOutputFile
from pyiceberg.io.pyarrow import PyArrowFileIO

from lakehouse.defaults import CATALOG_FILE
from lakehouse.errors import UserError
from lakehouse.warehouse.lock import LOCK_FILE, load_lock

FILE = "file:"
AVRO_OWN = ("avro.schema", "avro.codec")
"""What a writer of Avro says by itself."""


def find_other_home(folder: Path) -> Path | None:
    """Return the folder that a warehouse's catalog says it is in, where that is another one; None where all is well."""
    here = folder.resolve()
    for path in read_locations(folder):
        # Through links, too: a folder may have several names.
        if not Path(os.path.realpath(path)).is_relative_to(here):
            try:
                return _root_of(path, folder)
            except UserError:
                # A table that was never here: <root>/<database>/<table>/metadata/<file>.
                return Path(path).parents[3]
    return None


def require_home(folder: Path, outcome: str) -> None:
    """Refuse a warehouse whose catalog leads into another folder."""
    if other := find_other_home(folder):
        raise UserError(
            f"{folder}: its catalog says that its tables are in {other}; it was moved or copied. {outcome}"
            f" `lakehouse warehouse repair {folder}` rewrites its paths."
        )


def read_locations(folder: Path) -> list[str]:
    """Return the path of each table's newest metadata, as the catalog has it."""
    try:
        with closing(
            sqlite3.connect(f"{(folder / CATALOG_FILE).absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        ) as catalog:
            rows = catalog.execute("select metadata_location from iceberg_tables").fetchall()
    except sqlite3.Error:
        return []  # whoever opens the catalog says what is wrong with it
    return [_path_of(location) for (location,) in rows if location]


def copy_warehouse(source: Path, target: Path) -> None:
    """Copy a warehouse: what is written into the copy does not touch the original. Loads into it wait for the end."""
    require_home(source, "Nothing was copied.")
    require_free(target, "Nothing was copied.")
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with load_lock(source, "copy"):
            shutil.copytree(source, unfinished, ignore=shutil.ignore_patterns(LOCK_FILE))
        repair(unfinished, target.absolute())
        unfinished.rename(target)
    except OSError as error:
        raise UserError(f"{target}: {error.strerror or error}. Nothing was copied.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def move_warehouse(source: Path, target: Path) -> None:
    """Move a warehouse; across file systems it is copied, and removed here once the copy is whole."""
    require_home(source, "Nothing was moved.")
    require_free(target, "Nothing was moved.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.stat().st_dev != target.parent.stat().st_dev:
        copy_warehouse(source, target)
        shutil.rmtree(source)
        return
    try:
        with load_lock(source, "move"):
            source.rename(target)
            repair(target, target.absolute())
    except OSError as error:
        raise UserError(f"{target}: {error.strerror or error}. `lakehouse warehouse repair` goes on there.") from error


def require_free(target: Path, outcome: str) -> None:
    """Refuse a target that is there already."""
    if target.exists():
        raise UserError(f"{target}: expected a folder that does not exist yet. {outcome}")


def repair(folder: Path, home: Path | None = None) -> int:
    """Write into all metadata of a warehouse that it is in this folder (or will be in `home`); return the tables."""
    home = home or folder.absolute()
    tables = 0
    locations = read_locations(folder)
    for location in locations:
        root = _root_of(location, folder)
        change = _changer(root, home)
        metadata = folder / PurePosixPath(location).relative_to(root)
        _repair_table(metadata, folder, root, home, change)
        tables += 1
    with closing(sqlite3.connect(folder / CATALOG_FILE, timeout=30)) as catalog, catalog:
        rows = catalog.execute(
            "select rowid, metadata_location, previous_metadata_location from iceberg_tables"
        ).fetchall()
        for number, *old in rows:
            root = _root_of(_path_of(old[0]), folder)
            change = _changer(root, home)
            new = [old_location and change(old_location) for old_location in old]
            catalog.execute(
                "update iceberg_tables set metadata_location = ?, previous_metadata_location = ? where rowid = ?",
                (*new, number),
            )
    return tables


def _repair_table(metadata: Path, folder: Path, root: Path, home: Path, change: Callable[[str], str]) -> None:
    """Rewrite the paths of one table, in reverse reading order."""

    def place(location: str) -> Path:
        """Return where a file of the table is now; its path may be the old one, or new already."""
        path = PurePosixPath(_path_of(location))
        return folder / path.relative_to(home if path.is_relative_to(home) else root)

    logs = [path for path in sorted(metadata.parent.glob("*.metadata.json")) if path != metadata]
    lists = {snapshot["manifest-list"] for snapshot in json.loads(metadata.read_bytes()).get("snapshots", [])}
    manifests: set[str] = set()
    for entry in lists:
        manifests.update(record[0] for record in read_avro(place(entry))[2])
    for entry in manifests:
        _change_avro(place(entry), change)
    for entry in lists:
        _change_avro(place(entry), change, lambda location: place(location).stat().st_size)
    for path in [*logs, metadata]:
        text = json.dumps(_change_all(json.loads(path.read_bytes()), change))
        _replace(path, text.encode())


def read_avro(path: Path) -> tuple[Any, dict[str, str], list[Any]]:
    """Return an Avro file's schema, its header and its records, all columns in their order."""
    with AvroFile[Any](PyArrowFileIO().new_input(str(path))) as file:
        records = list(file)
        return file.schema, dict(file.header.meta), records


def _change_avro(path: Path, change: Callable[[str], str], size_of: Callable[[str], int] | None = None) -> None:
    """Write a manifest, or with `size_of` a list of manifests, with other paths and all else as it is."""
    schema, header, records = read_avro(path)
    for record in records:
        if size_of is not None:
            # manifest_path and manifest_length are the first two.
            record[0] = change(record[0])
            record[1] = size_of(record[0])
        else:
            position = next(number for number, field in enumerate(schema.fields) if field.name == "data_file")
            data_file, fields = record[position], schema.fields[position].field_type.fields
            for number, field in enumerate(fields):
                if field.name in ("file_path", "referenced_data_file") and data_file[number]:
                    data_file[number] = change(data_file[number])
    unfinished = path.with_name(f".{path.name}.new")
    kept = {name: value for name, value in header.items() if name not in AVRO_OWN}
    name = json.loads(header["avro.schema"])["name"]
    codec = {"avro.codec": header["avro.codec"]} if "avro.codec" in header else {}
    output = PyArrowFileIO().new_output(str(unfinished))
    with AvroOutputFile[Any](output, schema, name, metadata={**kept, **codec}) as file:
        file.write_block(records)
    _put(unfinished, path)


def _change_all(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_change_all(member, change) for member in value]
    if isinstance(value, dict):
        return {name: _change_all(member, change) for name, member in value.items()}
    return value


def _changer(root: Path, home: Path) -> Callable[[str], str]:
    """Return what puts one folder in the place of another at the start of an address, and leaves all other texts."""

    def change(text: str) -> str:
        if not text.startswith((FILE, "/")):
            return text
        path = _path_of(text)
        if PurePosixPath(path).is_relative_to(root):
            return text[: len(text) - len(path)] + str(home) + path[len(str(root)) :]
        return text

    return change


def _path_of(location: str) -> str:
    """Return the path of an address: file:/a, file:///a or /a; nothing in it is escaped."""
    return "/" + location.removeprefix(FILE).lstrip("/") if location.startswith(FILE) else location


def _root_of(location: str, folder: Path) -> Path:
    """Return the folder of which a file was a part: what remains without the way to it that this folder has, too."""
    for root in _parents(PurePosixPath(location)):
        if (folder / PurePosixPath(location).relative_to(root)).is_file():
            return Path(root)
    raise UserError(
        f"{folder}: expected the file {PurePosixPath(location).name} of a table, found none in it. Nothing was changed;"
        " a backup of the folder helps."
    )


def _parents(path: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield the folders above a file, the outermost first: the longest way that fits is the right one."""
    yield from reversed(path.parents)


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_bytes(content)
    _put(unfinished, path)


def _put(unfinished: Path, path: Path) -> None:
    """Put a file in the place of another; Hadoop's checksum of the old one must not outlive it."""
    path.with_name(f".{path.name}.crc").unlink(missing_ok=True)
    unfinished.replace(path)
