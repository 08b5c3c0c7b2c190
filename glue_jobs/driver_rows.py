"""Make a frame of rows that the driver knows, without a Python worker: to start one takes a second of each run."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType


def frame_of(spark: SparkSession, rows: Sequence[Mapping[str, object]], schema: StructType) -> DataFrame:
    """Return rows, by the names of their columns, as a frame; a column that a row does not name is null.

    A time without a zone is the machine's own, as Spark gives it to the driver.
    """
    text = json.dumps(rows, default=_as_text)
    told = {"rows": text, "kind": f"array<{schema.simpleString()}>"}
    return spark.sql("select inline(from_json(:rows, :kind))", args=told)


def _as_text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r}: expected a number, a text, a truth, a day or a time")
