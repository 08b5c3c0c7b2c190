"""Rows as Arrow record batches: one nullable struct column per table, and one of notes for the driver."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
from pyspark.sql import types as T

from glue_jobs.tables import TABLES, Table

NOTE = "note"
"""The column of notes: JSON text, one per day that was read."""

SCALARS: dict[type[T.DataType], pa.DataType] = {
    T.StringType: pa.string(),
    T.IntegerType: pa.int32(),
    T.LongType: pa.int64(),
    T.BooleanType: pa.bool_(),
    T.DateType: pa.date32(),
    T.TimestampType: pa.timestamp("us", tz="UTC"),
    T.TimestampNTZType: pa.timestamp("us"),
}


def arrow_type(kind: T.DataType) -> pa.DataType:
    """Return Arrow's type for Spark's."""
    if isinstance(kind, T.ArrayType):
        return pa.list_(arrow_type(kind.elementType))
    if isinstance(kind, T.StructType):
        return pa.struct([(field.name, arrow_type(field.dataType)) for field in kind])
    return SCALARS[type(kind)]


@cache
def batch_schema() -> pa.Schema:
    """Return the schema of all batches: a struct per table, and the notes."""
    return pa.schema([*((table.name, arrow_type(table.schema)) for table in TABLES), (NOTE, pa.string())])


def spark_schema() -> T.StructType:
    """Return the same schema as Spark's."""
    return T.StructType(
        [*(T.StructField(table.name, table.schema) for table in TABLES), T.StructField(NOTE, T.StringType())]
    )


def table_batch(table: Table, rows: Sequence[tuple[Any, ...]]) -> pa.RecordBatch:
    """Return rows of one table, in the order of its columns, as a batch; times are microseconds since 1970, UTC."""
    kind = arrow_type(table.schema)
    columns = [_column(values, kind.field(number).type) for number, values in enumerate(zip(*rows, strict=True))] or [
        pa.array([], field.type) for field in kind
    ]
    return _batch(table.name, pa.StructArray.from_arrays(columns, fields=list(kind)))


def note_batch(notes: Sequence[str]) -> pa.RecordBatch:
    """Return notes for the driver as a batch."""
    return _batch(NOTE, pa.array(notes, pa.string()))


def _column(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        return _list_of_structs(values, kind)
    return pa.array(values, kind)


def _list_of_structs(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    """Build lists of tuples column by column: Arrow itself wants a dictionary for each of them."""
    elements = [element for value in values for element in value or ()]
    offsets, end = [], 0
    for value in values:
        offsets.append(None if value is None else end)
        end += len(value or ())
    struct = kind.value_type
    columns = [_column(column, struct.field(number).type) for number, column in enumerate(zip(*elements, strict=True))]
    columns = columns or [pa.array([], field.type) for field in struct]
    flat = pa.StructArray.from_arrays(columns, fields=list(struct))
    return pa.ListArray.from_arrays(pa.array([*offsets, end], pa.int32()), flat, type=kind)


def _batch(name: str, column: pa.Array) -> pa.RecordBatch:
    schema = batch_schema()
    columns = [column if field.name == name else pa.nulls(len(column), field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
