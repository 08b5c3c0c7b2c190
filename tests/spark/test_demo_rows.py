"""The rows behind sql/README.md are those that the job makes of the demo's dump."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyspark.sql import types as T

from devtools.sql_readme import ROWS
from glue_jobs.tables import LISTING, TABLES, Table
from lakehouse.cli import main as lakehouse
from tests.dump import copy_dump
from tests.spark.conftest import Lake


def compared(table: Table) -> list[str]:
    """Return the columns that say the same whenever and wherever the demo is loaded."""
    # Lists of times are compared by the golden rows of the views that read them.
    left_out = {"size", "entries"} if table is LISTING else {"size", "plays_pages"}
    return [
        column.name
        for column in table.columns
        if column.name not in left_out and not isinstance(column.type, T.TimestampType | T.TimestampNTZType)
    ]


def kept_rows(table: Table) -> list[tuple[Any, ...]]:
    """Return the rows kept for the page."""
    rows = pq.read_table(ROWS / f"{table.name}.parquet", columns=compared(table))
    return sorted((tuple(row.values()) for row in rows.to_pylist()), key=repr)


@pytest.fixture(scope="module")
def demo_lake(shared_lake: Lake) -> Lake:
    dump: Path = shared_lake.folder / "dump"
    copy_dump(dump)
    assert lakehouse(["import", str(dump), "--raw", str(shared_lake.raw)]) == 0
    shared_lake.load()
    return shared_lake


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_kept_rows_are_those_of_the_demo(table: Table, demo_lake: Lake) -> None:
    assert demo_lake.rows(table.name, *compared(table)) == kept_rows(table)
    assert kept_rows(table)


def test_what_the_kept_listings_list_is_what_the_demo_listed(demo_lake: Lake) -> None:
    items = demo_lake.rows("listing", "source_id", "extraction_date", "entries.item_id")
    listed = pq.read_table(ROWS / "listing.parquet", columns=["source_id", "extraction_date", "entries"]).to_pylist()
    kept = [
        (row["source_id"], row["extraction_date"], row["entries"] and [one["item_id"] for one in row["entries"]])
        for row in listed
    ]
    assert items == sorted(kept, key=repr)
