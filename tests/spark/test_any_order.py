"""The load job against the plain model of the tables: many random cases in few loads, cell by cell.

The cases share a lake without meeting, each under ids of its own. They are loaded in random order and batches, some of
it again as after a crash before the ledger was written; the model has them all at once. tests/long does more of it.
"""

import os
import random
from dataclasses import replace
from itertools import pairwise

from hypothesis import Phase, given, seed, settings

from tests.model.cases import Case, cases, shown
from tests.model.lakehouse import RawObject, Row, load, rows_of
from tests.spark.conftest import Lake
from tests.spark.said import read_rows

CASES = 80


def draw_cases(count: int, number: int) -> list[Case]:
    """Return random cases, the same for the same number."""
    found: dict[Case, None] = {}

    @seed(number)
    @settings(max_examples=count * 3 // 2, deadline=None, database=None, phases=[Phase.generate])
    @given(cases())
    def collect(case: Case) -> None:
        found[case] = None

    collect()
    return list(found)[:count]


def land(lake: Lake, objects: list[RawObject]) -> None:
    """Place raw objects as they are."""
    for one in objects:
        path = lake.raw / one.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.content)
        os.utime(path, (one.written_at.timestamp(), one.written_at.timestamp()))


def forget(lake: Lake, objects: list[RawObject]) -> None:
    """Take raw objects out of the ledger, as if their run had been killed before it wrote there."""
    keys = ", ".join(f"'raw/{one.key}'" for one in objects)
    lake.spark.sql(f"delete from lake.{lake.database}.raw_object where raw_key in ({keys})")


def load_in_parts(lake: Lake, objects: list[RawObject], chance: random.Random, parts: int) -> None:
    """Load raw objects in random order and batches; before each batch but the first, forget some that were loaded."""
    chance.shuffle(objects)
    cuts = [0, *sorted(chance.sample(range(1, len(objects)), parts - 1)), len(objects)]
    for start, end in pairwise(cuts):
        if start:
            forget(lake, chance.sample(objects[:start], start // 3))
        land(lake, objects[start:end])
        lake.load()


def differences(seen: dict[str, list[Row]], expected: dict[str, list[Row]]) -> list[str]:
    """Return a line for each row that is seen and not expected, or the other way round."""
    return [
        f"{name} {says}: {row}"
        for name in expected
        for says, rows, others in (("seen", seen[name], expected[name]), ("expected", expected[name], seen[name]))
        for row in rows
        if row not in others
    ]


def require_equal(seen: dict[str, list[Row]], expected: dict[str, list[Row]], told: list[Case]) -> None:
    """Fail with the rows that differ, and the smallest case they come from."""
    if seen == expected:
        return
    found = differences(seen, expected)
    named = {number for number in range(len(told)) for row in found if f"c{number:04d}" in row}
    least = min(named, key=lambda number: sum(len(one.lines) for one in told[number]))
    rows = "\n".join(row for row in found if f"c{least:04d}" in row)
    raise AssertionError(f"{len(named)} cases differ; c{least:04d}:\n{rows}\n" + "\n".join(map(shown, told[least])))


def compare(lake: Lake, told: list[Case], chance: random.Random, parts: int) -> None:
    """Load cases in parts, and compare each with what the model says of all of it."""
    objects = [one.named(f"c{number:04d}") for number, case in enumerate(told) for one in case]
    expected = rows_of(load(objects))
    load_in_parts(lake, objects, chance, parts)
    require_equal(read_rows(lake.spark, f"lake.{lake.database}"), expected, told)


def test_the_job_agrees_with_the_model_in_any_order_grouping_and_repetition(lake: Lake) -> None:
    told = [tuple(replace(one, lost=0) for one in case) for case in draw_cases(CASES, 1)]
    assert len(told) == CASES
    compare(lake, told, random.Random(1), 2)
