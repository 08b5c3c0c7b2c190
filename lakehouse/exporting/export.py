"""Write an export: the tables and views, or the answer to one question, in the format asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from lakehouse.asking import parse_question, read_parameters
from lakehouse.errors import UserError
from lakehouse.exporting.duckdb_file import write_duckdb
from lakehouse.exporting.files import write_answer, write_names
from lakehouse.exporting.place import NOTHING, whole
from lakehouse.warehouse.session import Session

ExportFormat = Literal["duckdb", "parquet", "csv", "csv-exact"]


def export(
    warehouse: Path,
    place: Path,
    file_format: ExportFormat,
    note: Callable[[str], None],
    *,
    only: Sequence[str] = (),
    question: str = "",
    parameters: Sequence[str] = (),
    is_forced: bool = False,
) -> None:
    """Write an export to its place, whole or not at all."""
    require_agreement(file_format, only, question, parameters)
    tree = parse_question(question, read_parameters(parameters)) if question else None
    session = Session(warehouse)
    session.require_known(set(only))
    is_folder = file_format != "duckdb" and tree is None
    with whole(place, is_folder=is_folder, is_forced=is_forced) as draft:
        if file_format == "duckdb":
            write_duckdb(session, draft, note)
        elif tree is not None:
            note(f"{question}: {write_answer(session, tree, file_format, draft):,} rows")
        else:
            write_names(session, only or session.warehouse.tables, file_format, draft, note)


def require_agreement(file_format: ExportFormat, only: Sequence[str], question: str, parameters: Sequence[str]) -> None:
    """Refuse options that do not go together."""
    if file_format == "duckdb" and (only or question):
        given = "--only" if only else "--question"
        raise UserError(f"{given} with --format duckdb: expected --format parquet or csv. {NOTHING}")
    if only and question:
        raise UserError(f"--only and --question: expected one of them, got both. {NOTHING}")
    if parameters and not question:
        raise UserError(f"{parameters[0]!r}: expected --question NAME before values of its parameters. {NOTHING}")
