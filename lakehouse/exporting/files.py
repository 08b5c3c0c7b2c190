"""Tables, views or one question as Parquet or CSV, row batch by row batch."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from sqlglot import exp

from lakehouse.output import rows_of, write_csv, write_parquet
from lakehouse.warehouse.session import Session

FileFormat = Literal["parquet", "csv", "csv-exact"]


def select_all(name: str) -> exp.Expr:
    """Return the statement that gives all rows of a table or view."""
    return exp.select("*").from_(exp.to_table(name))


def write_names(
    session: Session, names: Iterable[str], file_format: FileFormat, folder: Path, note: Callable[[str], None]
) -> None:
    """Write each table or view into a file of its name."""
    suffix = file_format.partition("-")[0]
    for name in names:
        rows = write_answer(session, select_all(name), file_format, folder / f"{name}.{suffix}")
        note(f"{name}: {rows:,} rows")


def write_answer(session: Session, tree: exp.Expr, file_format: FileFormat, path: Path) -> int:
    """Write a statement's rows into a file; return how many."""
    with session.stream(tree) as reader:
        if file_format == "parquet":
            return write_parquet(reader.schema, reader, str(path))
        with path.open("w", encoding="utf-8", newline="") as file:
            return write_csv(reader.schema.names, rows_of(reader), file, is_exact=file_format == "csv-exact")
