"""Plan how the raw objects of a batch are read: one day in one task, days of much data in parts."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from glue_jobs.load.days import Day
from glue_jobs.raw.raw_object import RawObject

MOST_BYTES = 32_000_000
"""Compressed bytes that one task reads of one day: about 500 MB of JSON."""
TASKS_A_SLOT = 3
"""Tasks for each core: several, so that none waits long for the last."""


def plan_tasks(objects: Sequence[RawObject], slots: int) -> list[list[Day]]:
    """Return the days that each task reads; no more tasks than days, the large days first."""
    days = [day for _, group in groupby(_by_date(objects), attrgetter("extraction_date")) for day in _cut(list(group))]
    tasks: list[list[Day]] = [[] for _ in range(min(len(days), max(1, slots) * TASKS_A_SLOT))]
    sizes = [0] * len(tasks)
    for day in sorted(days, key=_size, reverse=True):
        least = sizes.index(min(sizes))
        tasks[least].append(day)
        sizes[least] += _size(day) + 1
    return tasks


def split_days(tasks: Sequence[Sequence[Day]]) -> set[dt.date]:
    """Return the dates that are read in several parts."""
    dates = [day.extraction_date for task in tasks for day in task]
    return {date for date in dates if dates.count(date) > 1}


def _by_date(objects: Sequence[RawObject]) -> list[RawObject]:
    return sorted(objects, key=attrgetter("extraction_date", "raw_key"))


def _cut(objects: Sequence[RawObject]) -> list[Day]:
    """Cut one day's objects into parts of bounded size."""
    parts: list[list[RawObject]] = [[]]
    size = 0
    for raw_object in objects:
        if parts[-1] and size + raw_object.size > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(raw_object)
        size += raw_object.size
    return [Day(part[0].extraction_date, tuple(part)) for part in parts]


def _size(day: Day) -> int:
    return sum(raw_object.size for raw_object in day.objects)
