"""Write sql/README.md: every file of the folder with what it answers, its grain and what it gives on the made-up dump.

The tables that the load makes of the dump in lakehouse/demo/dump are in devtools/demo_rows, so that the page is
written, and tested, without a load.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from rich.cells import cell_len

from glue_jobs.tables import TABLES
from lakehouse.errors import UserError
from lakehouse.output import show_value, to_rows, write_table
from lakehouse.statements.questions import describe_parameters
from lakehouse.statements.statement import SQL_FOLDER, Kind, Statement, parse_statement, read_folder, to_duckdb
from lakehouse.statements.summaries import read_named
from lakehouse.warehouse import duckdb_engine as stand_in
from lakehouse.warehouse.iceberg import Warehouse, WarehouseError

ROWS = Path(__file__).resolve().parent / "demo_rows"
README = SQL_FOLDER / "README.md"
PAGE = Path(__file__).resolve().with_suffix(".md")
"""The text of the page around the list of files, which replaces {files}."""
ROWS_SHOWN = 3
WIDTH = 116
GAP = 3
KINDS: Mapping[Kind, str] = {
    "view": "## Views\n\nThe names that people use. Tables keep every sighting; views say what they mean.",
    "ctas": "## Summaries\n\nStored as Iceberg tables on AWS; on a laptop a view of the same select.",
    "question": "## Questions\n\n`lakehouse question` lists them, `lakehouse question NAME KEY=VALUE` asks one.",
    "check": "## Checks\n\nEach gives the rows that offend, and what was expected. `lakehouse checks` runs them all.",
}


def save_rows(warehouse: Path, folder: Path = ROWS) -> None:
    """Keep the rows of a warehouse, each table in one file, in the order of its key."""
    opened = Warehouse(warehouse)
    folder.mkdir(exist_ok=True)
    for table in TABLES:
        rows = opened.open_dataset(table.name).to_table()
        keys = [(name, "ascending") for name in table.key]
        pq.write_table(rows.sort_by(keys), folder / f"{table.name}.parquet", compression="zstd")


def open_rows(folder: Path = ROWS) -> duckdb.DuckDBPyConnection:
    """Return an engine with the kept rows, the views and the summaries."""
    engine = stand_in.connect()
    for table in TABLES:
        stand_in.add_dataset(engine, table.name, ds.dataset(folder / f"{table.name}.parquet"))
    stand_in.add_views(engine, read_named())
    return engine


def sample(engine: duckdb.DuckDBPyConnection, name: str, kind: Kind) -> pa.Table:
    """Return what a view, summary or question gives; rows without an order are sorted."""
    if kind == "question":
        return stand_in.fetch(engine, to_duckdb(parse_statement(read_folder(kind)[name].text)))
    return stand_in.fetch(engine, f"select * from {name} order by all")


def widths_of(table: pa.Table) -> list[int]:
    """Return how many characters each column takes when shown."""
    rows = to_rows(table)
    return [
        max(cell_len(text) for text in (name, *(show_value(row[place]) for row in rows)))
        for place, name in enumerate(table.column_names)
    ]


def columns_that_fit(widths: Sequence[int]) -> int:
    """Return how many of the first columns fit on the page."""
    taken = 0
    for count, width in enumerate(widths):
        taken += width + GAP
        if taken > WIDTH:
            return max(count, 1)
    return len(widths)


def rank_for_people(column: str) -> int:
    """Return 0 for what tells people something, 1 for ids of things, 2 for where it came from."""
    if column in ("account", "source_kind", "source_id", "raw_key") or column.endswith("url"):
        return 2
    return int(column.endswith(("_id", "_ids")))


def show_sample(table: pa.Table) -> str:
    """Return the first rows, as far as the page is wide; how many more rows and columns there are."""
    shown = table.slice(0, ROWS_SHOWN).select(sorted(table.column_names, key=rank_for_people))
    count = columns_that_fit(widths_of(shown))
    text = io.StringIO()
    write_table(shown.column_names[:count], [row[:count] for row in to_rows(shown)], text)
    *lines, _ = text.getvalue().splitlines()
    more = [f"{table.num_rows} {'row' if table.num_rows == 1 else 'rows'}"]
    if rest := shown.column_names[count:]:
        more.append(f"further columns: {', '.join(rest)}")
    return "\n".join(["```", *lines, f"({'; '.join(more)})", "```"])


def list_files(kind: Kind) -> Iterator[str]:
    """Yield a line of the kind's table for each file."""
    yield f"| file | {'question' if kind == 'question' else 'what'} | one row per |"
    yield "|---|---|---|"
    for name, statement in read_folder(kind).items():
        link = f"`{name}`" if kind == "check" else f"[`{name}`](#{name})"
        yield f"| {link} | {statement.title} | {statement.grain.removeprefix('one row per ')} |"


def describe_file(kind: Kind, statement: Statement, rows: pa.Table) -> Iterator[str]:
    """Yield a file's section: parameters, and a sample of what it gives."""
    yield f"### {statement.name}\n"
    if kind == "question":
        yield f"{statement.title} Parameters: `{describe_parameters(statement)}`\n"
    yield show_sample(rows) + "\n"


def build_readme() -> str:
    """Return the page."""
    parts, engine = list[str](), open_rows()
    for kind, head in KINDS.items():
        parts += [f"{head}\n", *list_files(kind), ""]
    parts.append("## Samples\n")
    for kind in KINDS:
        for name, statement in read_folder(kind).items() if kind != "check" else ():
            parts += describe_file(kind, statement, sample(engine, name, kind))
    return PAGE.read_text(encoding="utf-8").replace("{files}", "\n".join(parts).rstrip())


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page; first take other rows where they are named."""
    parser = argparse.ArgumentParser(prog="make samples", description=__doc__, allow_abbrev=False)
    parser.add_argument("--rows", type=Path, help="warehouse whose rows are kept from now on, e.g. data/dump/warehouse")
    arguments = parser.parse_args(argv)
    try:
        if arguments.rows:
            save_rows(arguments.rows)
        README.write_text(build_readme(), encoding="utf-8")
    except (UserError, WarehouseError, OSError) as error:
        sys.stderr.write(f"samples: {error}. {README.name} is as it was.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
