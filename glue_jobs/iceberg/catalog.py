"""What a catalog holds."""

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from glue_jobs.errors import LoadError


def list_tables(spark: SparkSession, catalog: str, database: str, outcome: str) -> set[str]:
    """Return the names of a database's tables; `outcome` says what became of the data where there is no database."""
    try:
        rows = spark.sql(f"show tables in {catalog}.{database}").collect()
    except (AnalysisException, Py4JJavaError) as error:
        if "NoSuchNamespace" not in str(error) and "SCHEMA_NOT_FOUND" not in str(error):
            raise
        raise LoadError(f"{catalog}.{database}: expected a database, got none. {outcome}") from error
    return {row["tableName"] for row in rows}
