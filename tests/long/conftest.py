"""What takes minutes: `make test-long`. It shares the lake and the Spark session with tests/spark."""

from tests.e2e.conftest import aws, server  # noqa: F401
from tests.spark.conftest import lake, spark

__all__ = ["lake", "spark"]
