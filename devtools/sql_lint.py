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
from lakehouse.statements.statement import (
    DIALECT,
    SQL_FOLDER,
    Kind,
    Statement,
    StatementError,
    is_of_structs,
    names_read,
    parameters_of,
    parse_statement,
    read_statement,
)
from lakehouse.statements.summaries import name_of_property
from lakehouse.warehouse.duckdb_engine import order_views

Columns = dict[str, dict[str, str]]


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# What Athena documents (https://docs.aws.amazon.com/athena/latest/ug/functions.html) and gave the same rows
# on Trino and DuckDB. A newer Trino, and DuckDB, take far more without a word; Athena would refuse it once deployed.
COMMON_FUNCTIONS = words_of("""
    abs array_agg array_join at_timezone avg bool_and bool_or cardinality cast ceiling coalesce concat contains corr
    count date_add date_diff date_trunc day day_of_week dense_rank element_at filter first_value floor greatest hour if
    json_extract_scalar lag last_value lead least length lower lpad max max_by min min_by minute month nullif ntile rank
    replace reverse round row_number sequence stddev strpos substr sum transform trim try_cast unnest upper week year
""")
WORDS_BEFORE_PARENTHESES = words_of("""
    all and array as between by case char date decimal distinct else except exists following from having in intersect
    interval is join like not on or over preceding row rows select sets some then time timestamp union using values
    varchar when where with
""")
CALL = re.compile(r"(?P<before>\w+\s+)?\b(?P<name>[a-z_]\w*)\s*\(", re.IGNORECASE)
UNCOMMON_TEXT = (
    (re.compile(r"::"), "::; expected cast(… as …)"),
    (re.compile(r"\b(group|order)\s+by\s+all\b", re.IGNORECASE), "by all; expected the columns by name"),
    (
        re.compile(r"\busing\s*\(", re.IGNORECASE),
        "using (…); expected on: engines differ in what it leaves of the columns",
    ),
)
UNCOMMON_NODES: tuple[tuple[type[exp.Expr], str], ...] = (
    (exp.ILike, "ilike; Athena does not document it, expected lower(…) like"),
    (exp.Interval, "interval; expected date_add, which gives a date of a date with a cast everywhere"),
    (exp.Lateral, "lateral; Athena does not document it, expected a join"),
)
SUMMARY_PROPERTIES = {"table_type": "'ICEBERG'", "is_external": "FALSE"}
FEW_PARTITIONS = re.compile(r"array\['(?:year\(\w+\)|bucket\(\w+, \d{1,2}\))'\]", re.IGNORECASE)


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
    return {name for names in struct_fields_in_order(tables) for name in names}


def struct_fields_in_order(tables: Iterable[Table] = TABLES) -> set[tuple[str, ...]]:
    """Return the fields of each array of structs of the tables, in their order."""
    types = [column.type for table in tables for column in table.columns]
    elements = [kind.elementType for kind in types if isinstance(kind, T.ArrayType)]
    return {tuple(element.names) for element in elements if isinstance(element, T.StructType)}


def find_header_faults(file: File) -> Iterator[str]:
    """Yield where the header and the statement disagree."""
    if file.statement.name != file.path.stem:
        yield f"the header names {file.statement.name}, expected {file.path.stem}"
    read = sorted(names_read(file.tree))
    if list(file.statement.reads) != read:
        yield f"the header says it reads {', '.join(file.statement.reads)}; it reads {', '.join(read)}"


def find_remedy_faults(file: File) -> Iterator[str]:
    """Yield where a check does not say how bad it is, or what to do."""
    if file.kind == "check" and not file.statement.remedy:
        yield "expected '-- Severity: error (or warning). Remedy: what to do.' in front of '-- Grain'"


def find_kind_faults(file: File) -> Iterator[str]:
    """Yield where the statement is not what its folder holds."""
    if not isinstance(file.query, exp.Query):
        yield f"got {file.query.key}, expected a select"
    if (file.kind in ("view", "ctas")) != isinstance(file.tree, exp.Create):
        yield f"is in the folder {file.kind}, got {file.tree.key}"
    elif file.kind == "view" and (file.tree.this.name != file.path.stem or not file.tree.args.get("replace")):
        yield f"expected create or replace view {file.path.stem}"
    if file.kind == "question" and not parameters_of(file.tree):
        yield "expected a first step named parameter with one row of defaults"
    if file.kind == "check" and file.outputs[-1:] != ["expected"]:
        yield f"the last column is {', '.join(file.outputs[-1:])}; a check ends with what was expected: expected"


def find_summary_faults(file: File) -> Iterator[str]:
    """Yield where a summary is not what Athena writes as an Iceberg table, few partitions at any age."""
    if file.kind != "ctas" or not isinstance(file.tree, exp.Create):
        return
    if file.tree.kind != "TABLE" or file.tree.this.name != file.path.stem:
        yield f"expected create table {file.path.stem}"
    settings = file.tree.args.get("properties") or exp.Properties(expressions=[])
    given = {name_of_property(setting): setting.args.get("value") for setting in settings.expressions}
    for name, expected in SUMMARY_PROPERTIES.items():
        if given.get(name) is None or given[name].sql(DIALECT) != expected:
            yield f"expected {name} = {expected.lower() if name == 'is_external' else expected}"
    if "location" not in given:
        yield "expected location = '${location}'"
    partitioning = given.get("partitioning")
    if partitioning is None or not FEW_PARTITIONS.fullmatch(partitioning.sql(DIALECT)):
        yield "expected partitioning by year(…) or bucket(…, below 100): Athena writes 100 partitions at most"


def find_construct_faults(file: File) -> Iterator[str]:
    """Yield what does not run alike everywhere, or hides what a statement gives."""
    if any(not isinstance(star.parent, exp.Count) for star in file.tree.find_all(exp.Star)):
        yield "select *; expected the columns by name"
    code = re.sub(r"--.*|'[^']*'", "", file.statement.text)
    for name in sorted(functions_called(code) - COMMON_FUNCTIONS):
        yield f"{name} is not known to run alike on Athena, Trino and DuckDB"
    yield from (fault for pattern, fault in UNCOMMON_TEXT if pattern.search(code))
    yield from (fault for kind, fault in UNCOMMON_NODES if file.tree.find(kind))
    for name in sorted(names_of_step_and_column(file.tree)):
        yield f"order by {name}.{name}; Trino takes the column for a row with a field, expected {name} alone"
    for unnest in file.tree.find_all(exp.Unnest):
        names = tuple(column.name for column in unnest.args["alias"].columns) if unnest.args.get("alias") else ()
        if is_of_structs(unnest) and names not in struct_fields_in_order():
            yield f"unnest as ({', '.join(names)}); no array of glue_jobs/tables.py has just these fields in this order"
    for field in file.tree.find_all(exp.Dot):
        if field.name not in struct_fields():
            yield f"no column of glue_jobs/tables.py has a field {field.name}"


def functions_called(code: str) -> set[str]:
    """Return the names that come before a parenthesis and are not words of SQL, steps or aliases."""
    calls = [(str(match["before"] or "").strip().lower(), match["name"].lower()) for match in CALL.finditer(code)]
    return {name for before, name in calls if before != "as"} - WORDS_BEFORE_PARENTHESES


def names_of_step_and_column(tree: exp.Expr) -> set[str]:
    """Return the names by which a statement orders that are both a step and its column."""
    columns = [column for order in tree.find_all(exp.Order) for column in order.find_all(exp.Column)]
    return {column.name for column in columns if column.name == column.table}


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
        *find_remedy_faults(file),
        *find_kind_faults(file),
        *find_summary_faults(file),
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
    views = {file.path.stem: file for file in files if file.kind in ("view", "ctas")}
    ordered = order_views(views, {name: file.statement for name, file in views.items()})
    return [views[name] for name in ordered] + [file for file in files if file.path.stem not in views]


def lint_folder(folder: Path = SQL_FOLDER, tables: Iterable[Table] = TABLES) -> list[str]:
    """Return the faults of all files of the folder."""
    files, faults = read_files(folder)
    columns = columns_of_tables(tables)
    for file in order_files(files):
        faults += find_faults(file, columns)
        if file.kind in ("view", "ctas"):
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
