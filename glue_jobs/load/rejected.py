"""Rejected records that a replay has resolved."""

import datetime as dt

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.tables import REJECTED_RECORD


def resolved_rows(open_df: DataFrame, rejected_df: DataFrame, now: dt.datetime) -> DataFrame:
    """Return the open records that are no longer rejected, as resolved now."""
    resolved_df = open_df.join(rejected_df, list(REJECTED_RECORD.key), "left_anti")
    return resolved_df.withColumn("resolved_at", F.lit(now)).select(*REJECTED_RECORD.column_names)
