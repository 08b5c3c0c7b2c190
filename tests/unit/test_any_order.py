"""Any order, any grouping, any repetition: of the rules themselves, on the plain model of the tables.

tests/spark/test_any_order.py holds the load job to the same model, cell by cell.
"""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.cases import Case, cases
from tests.model.lakehouse import Lake, join, load, read, rows_of

CASES = 300


@settings(max_examples=CASES, deadline=None, derandomize=True)
@given(cases(), st.randoms(use_true_random=False))
def test_any_order_grouping_and_repetition_gives_the_same_rows(case: Case, chance: random.Random) -> None:
    objects = [one.named("c") for one in case]
    whole = load(objects)
    again = [*objects, *chance.choices(objects, k=2)]
    chance.shuffle(again)
    lake: Lake = {}
    while again:
        group = [again.pop() for _ in range(min(len(again), chance.randint(1, 3)))]
        lake = join(lake, load(group))
    assert rows_of(lake) == rows_of(whole)
    part = read(objects[0])
    assert rows_of(join(part, lake)) == rows_of(join(lake, part)) == rows_of(whole)
