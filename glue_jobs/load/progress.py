"""Show how far a load is: a bar on a terminal, a line every few seconds elsewhere."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two lines."""
LOOK = 0.3
"""Seconds between two looks at Spark's tasks, for the bar."""


@contextmanager
def showing_tasks(spark: SparkSession, what: str) -> Iterator[None]:
    """Show how many of Spark's tasks are done while the block runs."""
    done = threading.Event()
    show = _bar if sys.stderr.isatty() else _lines
    thread = threading.Thread(target=show, args=(spark.sparkContext.statusTracker(), what, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def tasks_of(tracker: Any) -> tuple[int, int]:
    """Return how many tasks of the running stages are done, and how many there are."""
    stages = [tracker.getStageInfo(number) for number in tracker.getActiveStageIds()]
    known = [stage for stage in stages if stage is not None]
    return sum(stage.numCompletedTasks for stage in known), sum(stage.numTasks for stage in known)


def _lines(tracker: Any, what: str, done: threading.Event) -> None:
    while not done.wait(EVERY):
        completed, total = tasks_of(tracker)
        log.info("%s: %d of %d tasks done", what, completed, total)


def _bar(tracker: Any, what: str, done: threading.Event) -> None:
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:  # Glue has no rich, and no terminal
        _lines(tracker, what, done)
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(what, total=None)
        while not done.wait(LOOK):
            completed, total = tasks_of(tracker)
            progress.update(bar, completed=completed, total=total or None)
