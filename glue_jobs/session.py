"""The Spark session of a job: what every run sets, wherever it runs; the catalog comes from the submit's --conf.

On Glue the session is that of its GlueContext, and the run is a Glue Job: the service's metrics count it. Nothing else
here needs them, so elsewhere a plain Spark does, also where `awsglue` is installed without Glue's Java classes.
"""

import importlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pyspark import SparkContext
from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""ANSI as on Glue 6.0, so that 5.1 and 6.0 agree; times in UTC.

Generated code is off: a load runs some forty statements over few rows, and to write and compile code for each costs
more than it saves: 66 against 77 processor seconds for five small loads in one JVM.
"""

MOST_SHUFFLE_PARTITIONS = 64


JOB_NAME = "JOB_NAME"
NO_JAVA_CLASS = "'JavaPackage' object is not callable"
"""What py4j says where a Java class is not on the class path."""


@contextmanager
def run_job(name: str, argv: Sequence[str]) -> Iterator[SparkSession]:
    """Return the session; where it is Glue's, begin the run as a Glue Job and commit it unless it fails."""
    glue_context = _open_glue_context()
    job = _begin_job(glue_context, argv) if glue_context else None
    yield open_session(name)
    if job:
        job.commit()


def open_session(name: str) -> SparkSession:
    """Return the session with the settings every job relies on: the one there is, or a new one."""
    spark = SparkSession.builder.appName(name).getOrCreate()
    for key, value in SETTINGS.items():
        spark.conf.set(key, value)
    partitions = min(MOST_SHUFFLE_PARTITIONS, max(2, spark.sparkContext.defaultParallelism))
    spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
    return spark


def _open_glue_context() -> Any:
    """Return Glue's context; None where awsglue is not installed, or lacks its Java side."""
    try:
        context = importlib.import_module("awsglue.context")
    except ImportError:
        return None
    try:
        return context.GlueContext(SparkContext.getOrCreate())
    except TypeError as error:
        if NO_JAVA_CLASS not in str(error):
            raise
        log.info("awsglue is installed without its Java classes: running on plain Spark")
        return None


def _begin_job(glue_context: Any, argv: Sequence[str]) -> Any:
    """Begin the run as the Glue Job that the arguments name; None where they name none."""
    if f"--{JOB_NAME}" not in (word.split("=")[0] for word in argv):
        return None
    options = importlib.import_module("awsglue.utils").getResolvedOptions(["", *argv], [JOB_NAME])
    job = importlib.import_module("awsglue.job").Job(glue_context)
    job.init(options[JOB_NAME], options)
    return job
