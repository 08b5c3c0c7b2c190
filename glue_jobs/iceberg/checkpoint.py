"""Keep a computed frame for several uses, without the plan that made it.

A cached frame drags its plan along: every frame derived from it is analysed with it again, which for a schema as
wide as an answer's costs more than the work. A local checkpoint stores the rows (memory, then disk) and cuts the plan.
"""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def keep(df: DataFrame) -> DataFrame:
    """Keep a frame's rows from its first use until `release`; that use needs no run of its own."""
    return df.localCheckpoint(eager=False)


def keep_wide(df: DataFrame) -> DataFrame:
    """Keep a frame of many columns of which each use reads a few.

    Spark takes every column of a kept row one by one before it looks which are wanted; as one struct they come whole.
    """
    return keep(df.select(F.struct("*").alias("kept"))).select("kept.*")


def release(spark: SparkSession) -> None:
    """Let go of everything that was kept."""
    for rdd in list(spark.sparkContext._jsc.getPersistentRDDs().values()):
        rdd.unpersist(False)
