"""Make a frame of rows that the driver knows, without a Python worker: to start one takes a second of each run."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T


def frame_of(spark: SparkSession, rows: Sequence[Mapping[str, object]], schema: T.StructType) -> DataFrame:
    """Return rows, by the names of their columns, as a frame; a column that a row does not name is null.

    A time without a zone is the machine's own, as Spark gives it to the driver.
    """
    told = F.from_json(F.lit(json.dumps(rows, default=_as_text)), T.ArrayType(schema))
    # Not by parameters of a statement: Iceberg's parser does not bind them on Spark 4.1.
    return spark.range(0, 1, 1, numPartitions=1).select(F.inline(told))


def _as_text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r}: expected a number, a text, a truth, a day or a time")
