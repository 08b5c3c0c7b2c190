"""Submit the staged job with settings from the command line: a process of its own for each rival."""

import json
import sys

from lakehouse.spark.submit import ICEBERG, POSTGRESQL, Jars, submit

STAGED_JOB = "../tests/long/staged_job"
POSTGRESQL_JARS = Jars("Iceberg and PostgreSQL's driver", "50 MB", (ICEBERG, POSTGRESQL))

if __name__ == "__main__":
    sys.exit(submit(STAGED_JOB, sys.argv[2:], json.loads(sys.argv[1]), quick=True, jars=POSTGRESQL_JARS))
