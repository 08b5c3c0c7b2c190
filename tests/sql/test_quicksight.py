"""infra/quicksight_views.json is what `make samples` writes: the columns of the views, in types that QuickSight has."""

import json

import pyarrow as pa
import pytest

from devtools.quicksight import VIEWS, describe_views, find_type, write_views
from devtools.sql_readme import open_rows
from lakehouse.statements.statement import read_folder


def test_the_file_is_what_make_samples_writes() -> None:
    assert VIEWS.read_text("utf-8") == write_views(describe_views(open_rows())), "`make samples` rewrites it"


def test_every_view_is_there_with_columns() -> None:
    views = json.loads(VIEWS.read_text("utf-8"))
    assert views.keys() == read_folder("view").keys()
    assert all(views.values())
    assert ["artist_names", "STRING"] in views["song_full"]
    assert "artist_ids" not in dict(views["song_full"])


@pytest.mark.parametrize(("kind", "expected"), [
    (pa.int64(), "INTEGER"), (pa.float64(), "DECIMAL"), (pa.decimal128(9, 2), "DECIMAL"), (pa.date32(), "DATETIME"),
    (pa.timestamp("ms"), "DATETIME"), (pa.timestamp("ms", tz="UTC"), None), (pa.list_(pa.string()), None),
    (pa.bool_(), "BOOLEAN"), (pa.string(), "STRING"),
])  # fmt: skip
def test_a_type_is_one_that_quicksight_has(kind: pa.DataType, expected: str | None) -> None:
    assert find_type(kind) == expected
