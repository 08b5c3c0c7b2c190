"""The reader of raw objects against the plain model: random cases, cell by cell, without Spark."""

from hypothesis import given, settings

from tests.model.cases import Case, cases, shown
from tests.model.lakehouse import load, rows_of
from tests.reading import read_raw_objects

CASES = 300


@settings(max_examples=CASES, deadline=None, derandomize=True)
@given(cases())
def test_the_reader_agrees_with_the_model(case: Case) -> None:
    objects = [one.named("c") for one in case]
    seen, expected = read_raw_objects(objects), rows_of(load(objects))
    for name, rows in expected.items():
        assert seen[name] == rows, f"{name}\n" + "\n".join(map(shown, case))
