"""Figures as large and as small as their columns hold: no view, question or check ends because of one odd value."""

import datetime as dt
from typing import Any, get_args

import pytest
from pyspark.sql import types as T

from glue_jobs.tables import TABLES, Table
from lakehouse.statements.statement import Kind, read_folder

DAYS = (dt.date(2026, 11, 1), dt.date(2026, 11, 2))
EXTREMES = {
    "the largest": {T.LongType: 2**63 - 1, T.IntegerType: 2**31 - 1},
    "the smallest": {T.LongType: -(2**63), T.IntegerType: -(2**31)},
}
NAMES = [(kind, name) for kind in get_args(Kind) if kind != "ctas" for name in sorted(read_folder(kind))]


FOREIGN = {
    "ms_played",
    "duration_ms",
    "followers",
    "popularity",
    "total_tracks",
    "disc_number",
    "track_number",
    "total",
}
"""Columns with figures that a file may give; the ledger's are counted here."""


def value_of(kind: T.DataType, extremes: dict[type[T.DataType], int], number: int) -> Any:
    """Return a value of a type: the same texts in all tables, so that rows meet, and extreme figures."""
    match kind:
        case T.LongType() | T.IntegerType():
            return extremes[type(kind)]
        case T.BooleanType():
            return True
        case T.DateType():
            return DAYS[number]
        case T.TimestampType() | T.TimestampNTZType():
            return dt.datetime(2026, 11, 1, 8, number, tzinfo=dt.UTC)
        case T.ArrayType():
            return [value_of(kind.elementType, extremes, number)]
        case T.StructType():
            return {field.name: value_of(field.dataType, extremes, number) for field in kind}
        case _:
            return "loaded"


def rows_of(table: Table, extremes: dict[type[T.DataType], int]) -> list[dict[str, Any]]:
    """Return two rows of a table."""
    ordinary = {T.LongType: 1, T.IntegerType: 1}
    return [
        {
            column.name: value_of(column.type, extremes if column.name in FOREIGN else ordinary, number)
            for column in table.columns
        }
        for number in (0, 1)
    ]


@pytest.mark.parametrize("size", EXTREMES)
@pytest.mark.parametrize(("kind", "name"), NAMES, ids=[f"{kind} {name}" for kind, name in NAMES])
def test_figures_at_the_bounds_of_their_columns_end_nothing(answer, size, kind, name):
    rows = answer(name, **{table.name: rows_of(table, EXTREMES[size]) for table in TABLES})
    assert isinstance(rows, list)
