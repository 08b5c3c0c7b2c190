"""The warehouse of one machine: Iceberg tables in a folder, their catalog in one SQLite file, read without Spark."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs
from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError
from pyiceberg.table import FileScanTask, Table
from pyiceberg.transforms import IdentityTransform, MonthTransform
from pyiceberg.types import DateType
from sqlalchemy.exc import SQLAlchemyError

from glue_jobs.table_format import FORMAT, FORMAT_PROPERTY, is_known
from lakehouse.defaults import CATALOG_FILE, DATABASE, LOCAL_CATALOG
from lakehouse.errors import UserError
from lakehouse.warehouse.home import require_home
from lakehouse.warehouse.time_zones import read_time_zones
from sql.time_zones import UTC_FOR_ALL

EPOCH = dt.date(1970, 1, 1)
S3 = "s3://"

LEDGER = "raw_object"


class WarehouseError(UserError):
    """A warehouse that cannot be read; the message is one line for its owner."""


def require_warehouse(folder: Path) -> None:
    """Refuse a path that holds no warehouse."""
    if not folder.exists():
        raise WarehouseError(f"no warehouse at {folder}; load one with `lakehouse load`")
    if not folder.is_dir():
        raise WarehouseError(f"the warehouse {folder} is a file; expected a folder with {CATALOG_FILE}")
    if not (folder / CATALOG_FILE).is_file():
        raise WarehouseError(
            f"no {CATALOG_FILE} in {folder}, so it is not a warehouse; create one with `lakehouse load`"
        )
    require_home(folder, "Nothing was read.")


@contextmanager
def one_line_errors(what: str) -> Iterator[None]:
    """Turn what the catalog or the files raise into one line."""
    try:
        yield
    except FileNotFoundError as error:
        raise WarehouseError(f"{what}: a file is missing, was the folder moved? {error}") from error
    except (SQLAlchemyError, OSError, pa.ArrowInvalid) as error:
        raise WarehouseError(f"{what} cannot be read: {str(error).splitlines()[0]}") from error


def open_catalog(folder: Path) -> SqlCatalog:
    """Open the folder's catalog as it is, without creating anything in it."""
    uri = f"sqlite:///{folder / CATALOG_FILE}"
    # Not as_uri(): what would be escaped in it becomes part of a folder's name.
    return SqlCatalog(LOCAL_CATALOG, uri=uri, warehouse=f"file://{folder.absolute()}", init_catalog_tables="false")


def list_tables(catalog: Catalog) -> list[str]:
    """Return the names of the tables in the catalog."""
    try:
        return sorted(name for _, name in catalog.list_tables(DATABASE))
    except NoSuchNamespaceError:
        return []


class Tables:
    """The tables of one catalog; opens only those that are asked for, and writes nothing."""

    def __init__(self, place: object, catalog: Catalog, filesystem: fs.FileSystem) -> None:
        """List the tables."""
        self.place, self.catalog, self.filesystem = place, catalog, filesystem
        self.time_zones: Mapping[str, str] = UTC_FOR_ALL
        self.tables = list_tables(catalog)

    def open_dataset(self, name: str) -> ds.Dataset:
        """Return the table's newest state as a lazy dataset; its columns are those of today's schema."""
        with one_line_errors(f"table {name}"):
            try:
                table = self.catalog.load_table((DATABASE, name))
            except NoSuchTableError as error:
                raise WarehouseError(f"no table {name} in {self.place}; it has {', '.join(self.tables)}") from error
            require_known_format(table)
            require_steady_names(table)
            return to_dataset(table, self.filesystem)

    def read_ledger(self, *columns: str) -> list[dict[str, Any]]:
        """Return these columns of the ledger's rows; no rows if there is no ledger yet."""
        if LEDGER not in self.tables:
            return []
        rows: list[dict[str, Any]] = self.open_dataset(LEDGER).to_table(list(columns)).to_pylist()
        return rows


class Warehouse(Tables):
    """The tables of one folder."""

    def __init__(self, folder: Path) -> None:
        """Open the folder's catalog."""
        require_warehouse(folder)
        self.folder = folder.resolve()
        with one_line_errors(f"the catalog {self.folder / CATALOG_FILE}"):
            super().__init__(self.folder, open_catalog(self.folder), fs.LocalFileSystem())
        self.time_zones = read_time_zones(self.folder)
        if not self.tables:
            raise WarehouseError(f"no tables in the warehouse {folder}; fill it with `lakehouse load`")


def require_known_format(table: Table) -> None:
    """Refuse a table that a later version has written."""
    table_format = table.properties.get(FORMAT_PROPERTY)
    if not is_known(table_format):
        raise WarehouseError(
            f"table {table.name()[-1]}: expected format {FORMAT} or earlier, got {table_format}: a later version of"
            " lakehouse has written it. Nothing was read; docs/upgrade.md says how to go back"
        )


def require_steady_names(table: Table) -> None:
    """Refuse a table with renamed columns: its older files are read by name."""
    today = {field.field_id: field.name for field in table.schema().fields}
    for schema in table.schemas().values():
        for field in schema.fields:
            now = today.get(field.field_id, field.name)
            if now != field.name:
                got = f"column {field.name} was renamed to {now}"
                raise WarehouseError(f"table {table.name()[-1]}: {got}; expected steady names, nothing was read")


def to_dataset(table: Table, filesystem: fs.FileSystem) -> ds.Dataset:
    """Return a dataset over the table's data files; a table without a snapshot is an empty one."""
    schema = plain_schema(table.schema().as_arrow())
    file_format = ds.ParquetFileFormat()
    tasks = table.scan().plan_files() if table.current_snapshot() else ()
    whole_tasks = require_no_deletes(tasks, table.name()[-1])
    fragments = [to_fragment(task, table, file_format, filesystem) for task in whole_tasks]
    return ds.FileSystemDataset(fragments, schema=schema, format=file_format, filesystem=filesystem)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """Return the schema without the field ids, which only Iceberg's own readers need."""
    return pa.schema([pa.field(field.name, field.type) for field in schema])


def require_no_deletes(tasks: Iterable[FileScanTask], name: str) -> Iterator[FileScanTask]:
    """Pass the tasks on; refuse delete files, which say that rows of a data file are no longer there."""
    for task in tasks:
        if task.delete_files:
            raise WarehouseError(
                f"table {name}: {len(task.delete_files)} delete files beside {task.file.file_path}; "
                "expected none (copy-on-write), nothing was read"
            )
        yield task


def to_fragment(
    task: FileScanTask, table: Table, file_format: ds.ParquetFileFormat, filesystem: fs.FileSystem
) -> ds.Fragment:
    """Return one data file, with what its partition says, so that a filter can skip it unopened."""
    path = path_of(task.file.file_path)
    return file_format.make_fragment(path, filesystem, partition_expression=partition_of(task, table))


def path_of(address: str) -> str:
    """Return the path of a data file in its file system; on S3 that is bucket/key, and nothing in it is escaped."""
    return address.removeprefix(S3) if address.startswith(S3) else unquote(urlparse(address).path)


def partition_of(task: FileScanTask, table: Table) -> ds.Expression:
    """Return what holds for every row of the file because of its partition."""
    known = ds.scalar(True)
    for position, field in enumerate(table.specs()[task.file.spec_id].fields):
        value = task.file.partition[position]
        column = ds.field(table.schema().find_column_name(field.source_id))
        is_date = isinstance(table.schema().find_type(field.source_id), DateType)
        if isinstance(field.transform, IdentityTransform):
            known &= column.is_null() if value is None else column == partition_value(value, table, field.source_id)
        elif isinstance(field.transform, MonthTransform) and is_date and value is not None:
            known &= (column >= first_of_month(value)) & (column < first_of_month(value + 1))
    return known


def first_of_month(months: int) -> dt.date:
    """Return the first day of a month, counted from January 1970 as Iceberg's transform does."""
    return EPOCH.replace(year=EPOCH.year + months // 12, month=months % 12 + 1)


def partition_value(value: object, table: Table, source_id: int) -> object:
    """Return a partition's value as its column holds it; manifests count days for a date."""
    if isinstance(table.schema().find_type(source_id), DateType) and isinstance(value, int):
        return EPOCH + dt.timedelta(days=value)
    return value
