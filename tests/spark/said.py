"""What the tables of a lake hold, as JSON values: the form in which they are compared."""

import json
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.tables import TABLES, Table

Row = dict[str, Any]


def read_rows(spark: SparkSession, database: str) -> dict[str, list[Row]]:
    """Return the rows of every table, ordered by key, with all columns but when the job had loaded them."""
    return {table.name: read_table(spark, f"{database}.{table.name}", table) for table in TABLES}


def read_table(spark: SparkSession, name: str, table: Table) -> list[Row]:
    """Return the rows of one table."""
    columns = ", ".join(column for column in table.column_names if column != "loaded_at")
    texts = spark.table(name).selectExpr(f"to_json(struct({columns}), map('ignoreNullFields', 'false')) as said")
    rows = [json.loads(row["said"]) for row in texts.collect()]
    return sorted(rows, key=lambda row: tuple(row[key] for key in table.key))
