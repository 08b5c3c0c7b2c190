"""What a catalog holds."""

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from glue_jobs.errors import LoadError
from glue_jobs.iceberg.metadata import load_table
from glue_jobs.table_format import FORMAT, FORMAT_PROPERTY, is_known


def list_tables(spark: SparkSession, catalog: str, database: str, outcome: str) -> set[str]:
    """Return the names of a database's tables; `outcome` says what became of the data if the database is missing."""
    try:
        rows = spark.sql(f"show tables in {catalog}.{database}").collect()
    except (AnalysisException, Py4JJavaError) as error:
        if "NoSuchNamespace" not in str(error) and "SCHEMA_NOT_FOUND" not in str(error):
            raise
        raise LoadError(f"{catalog}.{database}: expected a database, got none. {outcome}") from error
    return {row["tableName"] for row in rows}


def require_known_format(spark: SparkSession, name: str, outcome: str) -> None:
    """Refuse a table that a later version has written; of the tables of one database one is enough."""
    table_format = load_table(spark, name).properties().get(FORMAT_PROPERTY)
    if not is_known(table_format):
        raise LoadError(
            f"{name}: expected tables of format {FORMAT} or earlier, got {table_format}: a later version has written"
            f" them. {outcome} The later version is needed; docs/upgrade.md says how to go back."
        )
