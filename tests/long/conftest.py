"""What takes minutes: `make test-long`. It shares fixtures with tests/spark, tests/sql and tests/e2e."""

from tests.e2e.conftest import aws, server  # noqa: F401
from tests.spark.conftest import lake, spark
from tests.sql.conftest import answer, empty_tables, engine, fill, schemas

__all__ = ["answer", "empty_tables", "engine", "fill", "lake", "schemas", "spark"]
