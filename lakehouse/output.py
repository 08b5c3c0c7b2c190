"""Rows on a terminal, in a pipe, as CSV, JSON or Parquet."""

import csv
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import IO, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from lakehouse.errors import UserError
from lambda_extract.plain_text import is_unsafe, mask_text

Format = Literal["table", "csv", "csv-exact", "json", "parquet"]
FORMATS: tuple[Format, ...] = ("table", "csv", "csv-exact", "json", "parquet")
"""`csv` is for people and their spreadsheets; the last three give programs each text as it is."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a text begins with that a spreadsheet takes for a formula."""

LIST_SHOWN = 3
WIDEST = 1_000_000
NARROWEST = 12
"""Below this many characters for a column, a row is shown as lines of name and value instead."""


def to_rows(table: pa.Table) -> list[tuple[Any, ...]]:
    """Return the rows as Python values; whole decimals (sums of integers) become int."""
    columns = [[plain_number(value) for value in to_values(column)] for column in table.columns]
    return list(zip(*columns, strict=True))


def to_values(column: pa.ChunkedArray) -> list[Any]:
    """Return a column's values; bytes of a text that are not valid UTF-8 become U+FFFD."""
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        return [to_value(scalar) for scalar in column]
    return values


def to_value(scalar: pa.Scalar) -> Any:
    """Return one value, of which a text may not be valid UTF-8."""
    if not scalar.is_valid:
        return None
    if pa.types.is_string(scalar.type) or pa.types.is_large_string(scalar.type):
        return scalar.as_buffer().to_pybytes().decode(errors="replace")
    if pa.types.is_list(scalar.type):
        return [to_value(element) for element in scalar.values]
    if pa.types.is_struct(scalar.type):
        return {name: to_value(part) for name, part in scalar.items()}
    return scalar.as_py()


def plain_number(value: Any) -> Any:
    """Return a decimal as int where it is whole by its type, else as float."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value.as_tuple().exponent == 0 else float(value)


def write_rows(table: pa.Table, output_format: Format, stream: IO[str]) -> None:
    """Write the rows to the stream in the format asked for."""
    if output_format == "parquet":
        if stream.isatty():
            raise UserError("--format parquet: expected a file or a pipe, as in `> rows.parquet`, got a terminal.")
        write_parquet(table.schema, table.to_batches(), stream.buffer)  # type: ignore[attr-defined]
        return
    names, rows = list(table.column_names), to_rows(table)
    if output_format in ("csv", "csv-exact"):
        write_csv(names, rows, stream, is_exact=output_format == "csv-exact")
    elif output_format == "json":
        write_json(names, rows, stream)
    else:
        write_table(names, rows, stream)


def write_parquet(schema: pa.Schema, batches: Iterable[pa.RecordBatch], file: Any) -> int:
    """Write batches of rows as Parquet, to a path or a stream; return the number of rows.

    Sums of integers come as decimals without a fraction, and become int64.
    """
    fields = [
        pa.field(name, pa.int64() if is_whole(field.type) else field.type, metadata=field.metadata)
        for name, field in zip(unique_names(schema.names), schema, strict=True)
    ]
    rows, plain = 0, pa.schema(fields)
    with pq.ParquetWriter(file, plain, compression="zstd") as writer:
        for batch in batches:
            table = pa.Table.from_batches([batch], schema).rename_columns(plain.names)
            writer.write_table(table.cast(plain))
            rows += batch.num_rows
    return rows


def is_whole(kind: pa.DataType) -> bool:
    """Return whether a type is a decimal without a fraction."""
    return bool(pa.types.is_decimal(kind) and kind.scale == 0)


def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of batches as Python values."""
    for batch in batches:
        yield from to_rows(pa.Table.from_batches([batch]))


def to_iso(value: Any) -> Any:
    """Return dates and times as ISO 8601 text; for json.dumps."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def to_json(value: Any) -> str:
    """Return a value as JSON on one line; what would steer a terminal is escaped, and means the same."""
    text = json.dumps(value, default=to_iso, ensure_ascii=False)
    return "".join(f"\\u{ord(character):04x}" if is_unsafe(character) else character for character in text)


def write_csv(names: Sequence[str], rows: Iterable[tuple[Any, ...]], stream: IO[str], *, is_exact: bool = False) -> int:
    """Write a header and the rows, return how many; null is empty, times are ISO 8601, lists are JSON.

    For people, a text that a spreadsheet would take for a formula gets an apostrophe before it; on a terminal nothing
    steers it.
    """
    writer = csv.writer(stream, lineterminator="\n")
    # Python leaves a lone carriage return unquoted, and readers take it for the end of a row.
    quoting = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    written = -1  # The header is no row.
    for row in chain([tuple(names)], rows):
        written += 1
        cells = [to_csv(value) for value in row]
        cells = cells if is_exact else [defuse(cell) for cell in cells]
        cells = [mask_cell(cell) for cell in cells] if stream.isatty() else cells
        (quoting if any("\r" in str(cell) for cell in cells) else writer).writerow(cells)
    return written


def defuse(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def mask_cell(cell: Any) -> Any:
    """Return a cell that steers no terminal."""
    return mask_text(cell) if isinstance(cell, str) else cell


def to_csv(value: Any) -> Any:
    """Return one value as a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        return to_json(value)
    return to_iso(value) if isinstance(value, dt.date | dt.time) else value


def write_json(names: Sequence[str], rows: Sequence[tuple[Any, ...]], stream: IO[str]) -> None:
    """Write a list of objects, one a line; a column name that comes again gets a number."""
    keys = unique_names(names)
    lines = [to_json(dict(zip(keys, row, strict=True))) for row in rows]
    stream.write("[" + "".join(f"{',' if number else ''}\n  {line}" for number, line in enumerate(lines)) + "\n]\n")


def unique_names(names: Sequence[str]) -> list[str]:
    """Return the names, a repeated one with _2, _3 and so on behind it."""
    unique: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in unique:
            number += 1
            candidate = f"{name}_{number}"
        unique.append(candidate)
    return unique


def show_value(value: Any) -> str:
    """Return one value as short text for people; a list shows its first elements and its length."""
    if value is None:
        return "null"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return show_list(value)
    return show_text(to_json(value) if isinstance(value, dict) else str(value))


def show_list(values: list[Any]) -> str:
    """Return the first elements of a list, and how many more there are."""
    shown = [show_value(value) for value in values[:LIST_SHOWN]]
    more = [f"… {len(values) - LIST_SHOWN} more"] if len(values) > LIST_SHOWN else []
    return f"[{', '.join(shown + more)}]"


def show_text(value: str) -> str:
    """Return text that a table can show: a title must not steer the terminal."""
    return mask_text(value)


def show_cell(value: Any) -> Text:
    """Return one value as a table's cell."""
    return Text(show_value(value), style="dim" if value is None else "")


def build_table(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Table:
    """Return a table with numbers to the right, and nothing cut off."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for position, name in enumerate(names):
        numbers = [row[position] for row in rows if row[position] is not None]
        is_number = bool(numbers) and all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)
        table.add_column(Text(show_text(name)), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*[show_cell(value) for value in row])
    return table


def build_records(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Table:
    """Return each row as lines of name and value, for rows too wide for the terminal."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, row in enumerate(rows, start=1):
        table.add_row(Text(f"row {number}", style="bold"), "")
        for name, value in zip(names, row, strict=True):
            table.add_row(Text(f"  {show_text(name)}"), show_cell(value))
    return table


def write_table(names: Sequence[str], rows: Sequence[tuple[Any, ...]], stream: IO[str]) -> None:
    """Write the rows for people: to fit the terminal, or at full width without one."""
    console = Console(file=stream, markup=False, highlight=False, emoji=False)
    table = build_table(names, rows)
    natural = Measurement.get(console, console.options.update(width=WIDEST), table).maximum
    if not console.is_terminal:
        console.width = max(natural, 1)
    elif natural > console.width and console.width < NARROWEST * len(names):
        table = build_records(names, rows)
    with console.capture() as capture:
        console.print(table)
    lines = capture.get().splitlines()
    stream.write("".join(f"{line.rstrip()}\n" for line in lines))
    stream.write(f"({len(rows)} {'row' if len(rows) == 1 else 'rows'})\n")
