"""How many raw objects are loaded at once."""

import datetime as dt

import pytest

from glue_jobs.raw.raw_object import RawObject, cut_batches

NOW = dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([], [], id="nothing is no batch"),
        pytest.param([4, 6, 1], [[4, 6], [1]], id="what fits exactly is one batch"),
        pytest.param([6, 5, 5], [[6], [5, 5]], id="what would be too much begins the next"),
        pytest.param([1, 101, 1], [[1], [101], [1]], id="an object beyond the bound is loaded alone"),
        pytest.param([0, 0, 10, 0], [[0, 0, 10, 0]], id="empty objects take no room"),
    ],
)
def test_a_batch_is_bounded_by_its_bytes(sizes: list[int], expected: list[list[int]]) -> None:
    objects = [RawObject(f"raw/{number}", "", NOW.date(), size, NOW) for number, size in enumerate(sizes)]
    batches = list(cut_batches(objects, 10))
    assert [[one.size for one in batch] for batch in batches] == expected
    assert [one for batch in batches for one in batch] == objects
