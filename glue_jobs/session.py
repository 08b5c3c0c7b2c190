"""The Spark session of a job: what every run sets, wherever it runs; the catalog comes from the submit's --conf."""

from pyspark.sql import SparkSession

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""ANSI as on Glue 6.0, so that 5.1 and 6.0 agree; times in UTC.

Generated projections are off: for rows as wide as an answer, writing and compiling their code costs seconds in every
task and run, and the interpreted ones are faster even for gigabytes (measured, see docs/performance.md).
"""

MOST_SHUFFLE_PARTITIONS = 64


def open_session(name: str) -> SparkSession:
    """Return the session with the settings every job relies on."""
    spark = SparkSession.builder.appName(name).getOrCreate()
    for key, value in SETTINGS.items():
        spark.conf.set(key, value)
    partitions = min(MOST_SHUFFLE_PARTITIONS, max(2, spark.sparkContext.defaultParallelism))
    spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
    return spark
