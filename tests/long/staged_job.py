"""The load job with stages at which it stops, waits or dies; submitted in the place of glue_jobs/load_music.py.

STAGED is JSON: `die` is a stage (`1 song before`: batch, table, moment; or `create song`) at which everything of the
run is killed, or a number of seconds after the first batch began; `meet` is a folder where this many `rivals` wait for
each other before their first commit; `databases` are made first; `rows` is a file that gets the rows in the end.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from pyspark.sql import SparkSession

from glue_jobs import arguments, load_music
from glue_jobs.iceberg import merge
from glue_jobs.load.report import Report
from tests.spark.said import read_rows

TOLD: dict[str, Any] = json.loads(os.environ["STAGED"])
PATIENCE = 120
batch = 0


def die() -> None:
    """Kill the JVM, this Python and all they started, without a moment to tidy up."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def reach(stage: str) -> None:
    """Say where the run is; die if it is the place."""
    sys.stderr.write(f"stage: {stage}\n")
    sys.stderr.flush()
    if stage == TOLD.get("die"):
        die()


def meet() -> None:
    """Wait until all rivals are here."""
    place = Path(TOLD["meet"])
    (place / str(os.getpid())).touch()
    until = time.monotonic() + PATIENCE
    while len(list(place.iterdir())) < TOLD["rivals"] and time.monotonic() < until:
        time.sleep(0.05)


def stage_commits() -> None:
    """Let each commit be a stage before and after."""
    commit, load_batch, create = merge._commit, load_music.load_batch, load_music.create_statement

    def commit_staged(name: str, write: Callable[[], object]) -> None:
        table = name.split(".")[-1]
        if "meet" in TOLD and not os.path.exists(Path(TOLD["meet"]) / str(os.getpid())):
            meet()
        reach(f"{batch} {table} before")
        commit(name, write)
        reach(f"{batch} {table} after")

    def load_staged(*told: Any) -> None:
        global batch
        batch += 1
        if batch == 1 and isinstance(TOLD.get("die"), int | float):
            threading.Timer(TOLD["die"], die).start()
        load_batch(*told)

    def create_staged(table: Any, name: str) -> str:
        reach(f"create {table.name}")
        return create(table, name)

    merge._commit, load_music.load_batch, load_music.create_statement = commit_staged, load_staged, create_staged


def run_staged(spark: SparkSession, settings: arguments.Settings) -> Report:
    """Run the job between making the databases and reading what came of it."""
    for name in TOLD.get("databases", ()):
        spark.sql(f"create namespace if not exists {settings.catalog}.{name}")
    report = load(spark, settings)
    if "rows" in TOLD:
        rows = read_rows(spark, f"{settings.catalog}.{settings.database}")
        Path(TOLD["rows"]).write_text(json.dumps(rows), encoding="utf-8")
    return report


load = load_music.run
arguments.MEGABYTE = TOLD.get("megabyte", arguments.MEGABYTE)
stage_commits()
load_music.run = run_staged
sys.exit(load_music.main(sys.argv[1:]))
