"""Submit the publish job that dies at its commit, in the place of glue_jobs/publish_rds.py."""

import sys
from pathlib import Path

from lakehouse.defaults import DATABASE
from lakehouse.defaults import LOCAL_CATALOG as CATALOG
from lakehouse.spark.submit import PUBLISH_JARS, submit, warehouse_settings

if __name__ == "__main__":
    arguments = ["--catalog", CATALOG, "--database", DATABASE]
    settings = warehouse_settings(Path(sys.argv[1]))
    code = submit("../tests/long/dying_publish", arguments, settings, quick=True, jars=PUBLISH_JARS)
    sys.exit(code if code >= 0 else 128 - code)
