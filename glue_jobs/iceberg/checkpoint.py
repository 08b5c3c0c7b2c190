"""Keep a computed frame for several uses, without the plan that made it.

A cached frame drags its plan along: every frame derived from it is analysed with it again, which for a schema as
wide as an answer's costs more than the work. A local checkpoint stores the rows (memory, then disk) and cuts the plan.
"""

from pyspark.sql import DataFrame, SparkSession


def keep(df: DataFrame) -> DataFrame:
    """Keep a frame's rows from its first use until `release`; that use needs no extra run."""
    return df.localCheckpoint(eager=False)


def release(spark: SparkSession) -> None:
    """Release everything that was kept."""
    for rdd in list(spark.sparkContext._jsc.getPersistentRDDs().values()):
        rdd.unpersist(False)
