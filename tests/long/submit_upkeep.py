"""Submit the upkeep that meets a load, with settings from the command line."""

import json
import sys

from lakehouse.spark.submit import submit
from tests.long.submit_staged import POSTGRESQL_JARS

if __name__ == "__main__":
    sys.exit(
        submit("../tests/long/upkeep_job", sys.argv[2:], json.loads(sys.argv[1]), quick=True, jars=POSTGRESQL_JARS)
    )
