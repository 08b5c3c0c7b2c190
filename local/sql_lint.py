"""Read every file in sql/ as Athena would and resolve its names against glue_jobs/tables.py; `make check` runs this."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pyspark.sql import types as T
from rich.console import Console
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from glue_jobs.tables import TABLES, Table
from local.engine import order_views
from local.statements import (
    DIALECT,
    SQL_FOLDER,
    Kind,
    Statement,
    StatementError,
    names_read,
    parameters_of,
    parse_statement,
    read_statement,
)

Columns = dict[str, dict[str, str]]

# Each of these fails, or answers otherwise, in one of the engines that run these files.
UNCOMMON_FUNCTION = re.compile(
    r"\b(approx_percentile|at_timezone|array_distinct|count_if|format_datetime|json_query|json_value|map_agg|regexp_replace"
    r"|url_extract_host|zip_with)\s*\(",
)


@dataclass(frozen=True)
class File:
    """One file that could be read: where it is, what its header says, what it states."""

    kind: Kind
    path: Path
    statement: Statement
    tree: exp.Expr

    @property
    def query(self) -> exp.Expr:
        """Return the select of a view, or the statement itself."""
        return self.tree.expression if isinstance(self.tree, exp.Create) else self.tree

    @property
    def outputs(self) -> list[str]:
        """Return the names of the columns that the file gives."""
        return self.query.named_selects if isinstance(self.query, exp.Query) else []


def columns_of_tables(tables: Iterable[Table] = TABLES) -> Columns:
    """Return the columns of each table, with their types in Athena."""
    return {table.name: {column.name: athena_type(column.type) for column in table.columns} for table in tables}


def athena_type(spark_type: T.DataType) -> str:
    """Return a Spark type in Athena's words."""
    return exp.DataType.build(spark_type.simpleString(), dialect="spark").sql(DIALECT)


def struct_fields(tables: Iterable[Table] = TABLES) -> set[str]:
    """Return the names of the fields inside the tables' arrays of structs."""
    types = [column.type for table in tables for column in table.columns]
    elements = [kind.elementType for kind in types if isinstance(kind, T.ArrayType)]
    return {name for element in elements if isinstance(element, T.StructType) for name in element.names}


def find_header_faults(file: File) -> Iterator[str]:
    """Yield where the header and the statement disagree."""
    if file.statement.name != file.path.stem:
        yield f"the header names {file.statement.name}, expected {file.path.stem}"
    read = sorted(names_read(file.tree))
    if list(file.statement.reads) != read:
        yield f"the header says it reads {', '.join(file.statement.reads)}; it reads {', '.join(read)}"


def find_kind_faults(file: File) -> Iterator[str]:
    """Yield where the statement is not what its folder holds."""
    if not isinstance(file.query, exp.Query):
        yield f"seen {file.query.key}, expected a select"
    if (file.kind == "view") != isinstance(file.tree, exp.Create):
        yield f"is in the folder {file.kind}, seen {file.tree.key}"
    elif file.kind == "view" and (file.tree.this.name != file.path.stem or not file.tree.args.get("replace")):
        yield f"expected create or replace view {file.path.stem}"
    if file.kind == "question" and not parameters_of(file.tree):
        yield "expected a first step named parameter with one row of defaults"


def find_construct_faults(file: File) -> Iterator[str]:
    """Yield what does not run alike everywhere, or hides what a statement gives."""
    if any(not isinstance(star.parent, exp.Count) for star in file.tree.find_all(exp.Star)):
        yield "select *; expected the columns by name"
    code = re.sub(r"--.*", "", file.statement.text)
    for name in UNCOMMON_FUNCTION.findall(code):
        yield f"{name} does not run alike on Athena, Trino and DuckDB"
    for field in file.tree.find_all(exp.Dot):
        if field.name not in struct_fields():
            yield f"no column of glue_jobs/tables.py has a field {field.name}"


def find_column_faults(file: File, columns: Columns) -> Iterator[str]:
    """Yield the first name that resolves to no column, or to more than one."""
    schema = MappingSchema(dict(columns), dialect=DIALECT)
    try:
        qualify(file.query.copy(), schema=schema, dialect=DIALECT, quote_identifiers=False)
    except SqlglotError as error:
        yield " ".join(str(error).split())


def find_faults(file: File, columns: Columns) -> list[str]:
    """Return the faults of one file, each as a line with its path."""
    faults = (
        *find_header_faults(file),
        *find_kind_faults(file),
        *find_construct_faults(file),
        *find_column_faults(file, columns),
    )
    return [f"{file.path}: {fault}" for fault in faults]


def read_files(folder: Path) -> tuple[list[File], list[str]]:
    """Return the files that can be read, and a line for each that cannot."""
    files, faults = [], []
    for kind in get_args(Kind):
        for path in sorted((folder / kind).glob("*.sql")):
            try:
                statement = read_statement(path)
                files.append(File(kind, path, statement, parse_statement(statement.text)))
            except StatementError as error:
                faults.append(f"{path}: {error}")
    return files, faults


def order_files(files: Iterable[File]) -> list[File]:
    """Return the files, each view after those it reads and before everything else."""
    views = {file.path.stem: file for file in files if file.kind == "view"}
    ordered = order_views(views, {name: file.statement for name, file in views.items()})
    return [views[name] for name in ordered] + [file for file in files if file.kind != "view"]


def lint_folder(folder: Path = SQL_FOLDER, tables: Iterable[Table] = TABLES) -> list[str]:
    """Return the faults of all files of the folder."""
    files, faults = read_files(folder)
    columns = columns_of_tables(tables)
    for file in order_files(files):
        faults += find_faults(file, columns)
        if file.kind == "view":
            columns[file.path.stem] = dict.fromkeys(file.outputs, "unknown")
    return faults


def main() -> int:
    """Write each fault on a line; return 1 where there is one."""
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False, soft_wrap=True)
    faults = lint_folder()
    for fault in faults:
        console.print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
