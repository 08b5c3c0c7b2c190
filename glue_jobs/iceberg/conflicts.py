"""Write beside other runs: whoever commits second reads afresh and tries again, after a pause; the one place for it."""

import logging
from collections.abc import Callable
from random import uniform
from time import sleep
from typing import TypeVar

from py4j.protocol import Py4JJavaError

from glue_jobs.errors import LoadError

log = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 5
"""How often a change is tried against other writers; each try reads the table afresh."""

CONFLICTS = ("ValidationException", "CommitFailedException", "SQLITE_BUSY", "has been concurrently modified")
"""Texts of exceptions from concurrent writers: changed data, a lost race for the catalog, a locked local catalog, and a
commit between the two times that a MERGE reads its files."""


def is_conflict(error: Py4JJavaError) -> bool:
    """Return whether another run has written since: its rows have to be read first."""
    text = str(error)
    return any(name in text for name in CONFLICTS)


def try_again(work: Callable[[int], T], what: str, outcome: str) -> T:
    """Return what the work gives; it gets the number of its try, from 1, and is done afresh after a conflict.

    Raises LoadError where other runs came first each time; `outcome` says what became of the data.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return work(attempt)
        except Py4JJavaError as error:
            if not is_conflict(error):
                raise
            log.warning("%s: another run wrote the same partitions, try %d of %d", what, attempt, TRIES)
        if attempt < TRIES:
            pause(attempt)
    raise LoadError(f"{what}: other runs wrote the same partitions during {TRIES} tries. {outcome}")


def pause(attempt: int) -> None:
    """Wait after a try, longer each time; rivals that wait equally long meet again."""
    sleep(uniform(0.5, 1.5) * attempt)
