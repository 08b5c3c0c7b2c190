"""Rejected records that a replay has resolved."""

import datetime as dt
from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.tables import REJECTED_RECORD


def resolved_rows(open_df: DataFrame, still_dfs: Sequence[DataFrame], now: dt.datetime) -> DataFrame:
    """Return the open records that are no longer rejected, as resolved now."""
    for still_df in still_dfs:
        open_df = open_df.join(still_df, list(REJECTED_RECORD.key), "left_anti")
    return open_df.withColumn("resolved_at", F.lit(now)).select(*REJECTED_RECORD.column_names)
