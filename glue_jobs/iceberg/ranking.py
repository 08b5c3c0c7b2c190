"""The rule of promise 2 in SQL: per key one row stays, whole. load/best_rows.py says the same in Python.

It is the row worth most (that knows most, unless the table says otherwise), then the newest, then the one with the
greater content. This is a maximum over a total order, so any order and grouping of rows ends in the same row; the same
rank decides between parts of a day (`best_per_key`) and against the table (`beats`, inside the MERGE).
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.tables import Table


def worth(table: Table, row: str = "") -> str:
    """Return the SQL of what a row is worth; `row` is an alias with its dot."""
    if table.worth:
        return " ".join(row + word if word in table.column_names else word for word in table.worth.split(" "))
    return " + ".join(f"if({row}{name} is not null, 1, 0)" for name in table.content)


def rank(table: Table, row: str = "") -> str:
    """Return the SQL of a row's rank: of two rows of a key the one with the greater rank stays."""
    newest = (table.newest,) if table.newest else ()
    last = () if "raw_key" in table.key else ("raw_key",)
    ranked = {name: f"{row}{name}" for name in (*newest, *table.content, *last)}
    fields = {"worth": f"cast({worth(table, row)} as int)", **ranked}
    return f"named_struct({', '.join(f'{name!r}, {value}' for name, value in fields.items())})"


def beats(table: Table, row: str = "s.", other: str = "t.") -> str:
    """Return the SQL condition that `row` replaces `other` of the same key."""
    return f"{rank(table, row)} > {rank(table, other)}"


def best_per_key(sighting_df: DataFrame, table: Table) -> DataFrame:
    """Keep the best row of each key, in the table's columns and order."""
    ranked_df = sighting_df.selectExpr(*table.key, f"{rank(table)} as best")
    best_df = ranked_df.groupBy(*table.key).agg(F.max("best").alias("best"))
    return best_df.selectExpr(*(name if name in table.key else f"best.{name}" for name in table.column_names))
