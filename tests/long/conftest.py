"""What takes minutes: `make test-long`. It shares the lake and the Spark session with tests/spark."""

from tests.spark.conftest import lake, spark

__all__ = ["lake", "spark"]
