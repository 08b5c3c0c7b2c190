"""publish_rds that dies, with its Java and all it started, when everything is staged and only the commit is left."""

import os
import signal
import sys
from pathlib import Path

from glue_jobs import publish_rds
from glue_jobs.postgres.connection import Postgres


def die(_postgres: Postgres) -> None:
    """Kill the JVM and this Python, without a moment to tidy up."""
    Path(os.environ["DYING_NOTE"]).touch()
    os.killpg(os.getpgrp(), signal.SIGKILL)


publish_rds._commit = die
sys.exit(publish_rds.main(sys.argv[1:]))
