"""The tables as PostgreSQL has them, derived from the description of each Iceberg table.

A list of structured values (a listing's entries) becomes a separate table, which can be joined; in its
place the row says how many there are, null where there was no list. All else keeps its name and type. PostgreSQL's text
cannot hold the character U+0000: the replacement character U+FFFD replaces it. Its indexes cannot hold a long
key: a row with one is left out.
"""

from dataclasses import dataclass

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_jobs.tables import ALBUM, ARTIST, INT, LISTING, LONG, PLAY, SONG, Column, Table

PUBLISHED = (ARTIST, ALBUM, SONG, LISTING, PLAY)
"""The tables of music; the ledger and the rejected records describe the lake itself."""

CHILDREN = {
    ("listing", "entries"): (
        "listing_entry",
        "place",
        Column("entry_count", LONG, "Number of entries that were listed; null if the source was not read"),
        {
            "place": "Place in the listing, from 1",
            "position": "Position as the source numbers it, from 1",
            "item_kind": "song, album, artist, episode and so on",
            "item_id": "Spotify id of what is listed",
            "added_at": "When it was added to the source; null where not given",
        },
    )
}
"""Columns that are lists of things with parts: the table they become, its place, its count, its columns' comments."""

TYPES: dict[type[T.DataType], str] = {
    T.StringType: "text",
    T.IntegerType: "integer",
    T.LongType: "bigint",
    T.BooleanType: "boolean",
    T.DoubleType: "double precision",
    T.DateType: "date",
    T.TimestampType: "timestamp with time zone",
    T.TimestampNTZType: "timestamp without time zone",
}
LONGEST_KEY = 2000
"""Bytes that the texts of a key may have; an entry of PostgreSQL's index takes 2,704, and Spotify's ids have 22."""

NUL, REPLACEMENT = "\0", "\ufffd"
NULL = "\\N"
"""How COPY's text form writes null."""


@dataclass(frozen=True)
class Relation:
    """A table in PostgreSQL; `list_column` is the Iceberg column whose elements are its rows."""

    name: str
    comment: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    source: Table
    list_column: str | None = None
    parent: str | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns, in order."""
        return tuple(column.name for column in self.columns)


def relations_of(table: Table) -> list[Relation]:
    """Return what an Iceberg table becomes: itself, then its lists."""
    columns = tuple(
        CHILDREN[table.name, column.name][2] if _is_list_of_things(column) else column for column in table.columns
    )
    own = Relation(table.name, table.grain, table.key, columns, table)
    return [own, *(_child(table, column) for column in table.columns if _is_list_of_things(column))]


def _is_list_of_things(column: Column) -> bool:
    return isinstance(column.type, T.ArrayType) and isinstance(column.type.elementType, T.StructType)


def _child(table: Table, column: Column) -> Relation:
    name, place, _count, comments = CHILDREN[table.name, column.name]
    assert isinstance(column.type, T.ArrayType)
    assert isinstance(column.type.elementType, T.StructType)
    keys = tuple(key_column for key_column in table.columns if key_column.name in table.key)
    parts = [(place, INT), *((part.name, part.dataType) for part in column.type.elementType)]
    fields = tuple(Column(part, kind, comments[part]) for part, kind in parts)
    grain = f"one row per {table.name} and place in its {column.name}"
    return Relation(name, grain, (*table.key, place), keys + fields, table, column.name, table.name)


def postgres_type(kind: T.DataType) -> str:
    """Return the type that PostgreSQL has for one of Spark's, as it names it itself."""
    if isinstance(kind, T.DecimalType):
        return f"numeric({kind.precision},{kind.scale})"
    if isinstance(kind, T.ArrayType) and not isinstance(kind.elementType, T.ArrayType):
        return f"{postgres_type(kind.elementType)}[]"
    if type(kind) not in TYPES:
        raise ValueError(f"{kind.simpleString()}: expected a type that PostgreSQL has, in postgres/relations.py")
    return TYPES[type(kind)]


def rows_of(relation: Relation, table_df: DataFrame) -> DataFrame:
    """Return a relation's rows from those of its Iceberg table."""
    if relation.list_column:
        place, *parts = (column.name for column in relation.columns if column.name not in relation.source.key)
        listed_df = table_df.select(*relation.source.key, F.posexplode(relation.list_column).alias(place, "one"))
        fields = [F.col(f"one.{part}").alias(part) for part in parts]
        return listed_df.select(*relation.source.key, (F.col(place) + 1).alias(place), *fields)
    counts = {
        CHILDREN[relation.source.name, column.name][2].name: column.name
        for column in relation.source.columns
        if _is_list_of_things(column)
    }
    return table_df.select(
        *(
            F.when(F.col(counts[name]).isNotNull(), F.size(counts[name])).alias(name) if name in counts else name
            for name in relation.column_names
        )
    )


def line_of(relation: Relation) -> SparkColumn:
    """Return a row as one line of COPY's text form; null for a row whose key is too long for PostgreSQL."""
    cells = (F.coalesce(_escape(_as_text(F.col(column.name), column.type)), F.lit(NULL)) for column in relation.columns)
    return F.when(_key_size(relation) <= LONGEST_KEY, F.concat_ws("\t", *cells)).alias("line")


def _key_size(relation: Relation) -> SparkColumn:
    """Return how many bytes the texts of a row's key have."""
    kinds = {column.name: column.type for column in relation.columns}
    texts = [F.octet_length(name) for name in relation.key if isinstance(kinds[name], T.StringType)]
    return sum((F.coalesce(size, F.lit(0)) for size in texts), F.lit(0))


def _as_text(value: SparkColumn, kind: T.DataType) -> SparkColumn:
    """Return a value as PostgreSQL reads it; times are in UTC, as the session is, and say so."""
    if isinstance(kind, T.StringType):
        return F.translate(value, NUL, REPLACEMENT)
    if isinstance(kind, T.TimestampType):
        return F.concat(value.cast("string"), F.lit("+00"))
    if isinstance(kind, T.ArrayType):
        element_type = kind.elementType
        words = F.transform(value, lambda element: _quote(_as_text(element, element_type)))
        return F.concat(F.lit("{"), F.array_join(words, ","), F.lit("}"))
    return value.cast("string")


def _quote(text: SparkColumn) -> SparkColumn:
    """Return an array's element in quotes; null is a bare word."""
    escaped = _replace(_replace(text, "\\", "\\\\"), '"', '\\"')
    return F.coalesce(F.concat(F.lit('"'), escaped, F.lit('"')), F.lit("NULL"))


def _escape(text: SparkColumn) -> SparkColumn:
    for character, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = _replace(text, character, written)
    return text


def _replace(text: SparkColumn, character: str, written: str) -> SparkColumn:
    return F.replace(text, F.lit(character), F.lit(written))
