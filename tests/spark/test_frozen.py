"""A frozen set of raw objects gives the rows it always gave: later versions are held to it.

The raw objects in tests/frozen/raw cover every shape and many conflicting sightings; tests/frozen/rows holds the rows
of each table as JSON lines. Where a change of them is meant, `FROZEN=write make test T=tests/spark/test_frozen.py`
rewrites them, and the difference is reviewed with the change.
"""

import json
import os
import shutil
from pathlib import Path

import pytest

from glue_jobs.tables import TABLES
from tests.spark.conftest import WRITTEN_AT, Lake
from tests.spark.said import Row, read_rows

FROZEN = Path(__file__).resolve().parent.parent / "frozen"


@pytest.fixture(scope="module")
def rows(shared_lake: Lake) -> dict[str, list[Row]]:
    """Load the frozen raw objects; write the rows where that is wanted."""
    for path in (FROZEN / "raw").rglob("*.gz"):
        copy = shared_lake.raw / path.relative_to(FROZEN / "raw")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        os.utime(copy, (WRITTEN_AT, WRITTEN_AT))
    shared_lake.load()
    found = read_rows(shared_lake.spark, f"lake.{shared_lake.database}")
    if os.environ.get("FROZEN") == "write":
        for name, said in found.items():
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in said)
            (FROZEN / "rows" / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_the_frozen_raw_objects_give_the_frozen_rows(table: str, rows: dict[str, list[Row]]) -> None:
    text = (FROZEN / "rows" / f"{table}.jsonl").read_text(encoding="utf-8")
    expected = [json.loads(line) for line in text.split("\n") if line]
    assert len(expected) >= 10
    assert rows[table] == expected
