"""Any order, any grouping, any repetition: of the rules themselves, on the plain model of the tables.

tests/spark/test_any_order.py holds the load job to the same model, cell by cell.
"""

import datetime as dt
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.cases import Case, cases
from tests.model.lakehouse import BY_NAME, Lake, RawObject, join, load, read, rows_of

CASES = 300
FROZEN = Path(__file__).resolve().parent.parent / "frozen"
WRITTEN_AT = dt.datetime.fromtimestamp(1_790_000_000, dt.UTC)


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


@pytest.fixture(scope="module")
def frozen() -> dict[str, list[dict[str, object]]]:
    """Return what the model makes of the frozen random cases."""
    paths = sorted((FROZEN / "raw").rglob("*Z-v*.gz"))
    assert len(paths) > 30
    keys = [path.relative_to(FROZEN / "raw").as_posix() for path in paths]
    objects = [RawObject(key, path.read_bytes(), WRITTEN_AT) for key, path in zip(keys, paths, strict=True)]
    return rows_of(load(objects))


@pytest.mark.parametrize("table", BY_NAME)
def test_the_model_gives_the_frozen_rows(table: str, frozen: dict[str, list[dict[str, object]]]) -> None:
    text = (FROZEN / "rows" / f"{table}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.split("\n") if line]
    assert [row for row in rows if "-shapes" not in row["raw_key"]] == frozen[table]
