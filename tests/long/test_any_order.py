"""The load job against the plain model, with other random cases in each run, files that end early among them."""

import random

import pytest

from tests.spark.conftest import Lake
from tests.spark.test_any_order import compare, draw_cases

CASES = 250


@pytest.mark.parametrize("parts", [1, 4], ids=["at once", "in four parts"])
def test_the_job_agrees_with_the_model_on_new_cases(parts: int, lake: Lake) -> None:
    number = random.SystemRandom().randrange(10**6)
    print(f"cases of seed {number}")  # noqa: T201
    compare(lake, draw_cases(CASES, number), random.Random(number), parts)
