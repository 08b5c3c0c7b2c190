"""sql/README.md is what `make samples` writes: every file, and what each gives on the demo's rows."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from devtools import sql_readme
from devtools.sql_readme import README, ROWS, build_readme, columns_that_fit, main, show_sample
from glue_jobs.tables import TABLES


def test_the_page_is_what_make_samples_writes():
    assert README.read_text(encoding="utf-8") == build_readme()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_kept_rows_have_the_columns_of_today(table):
    assert pq.read_schema(ROWS / f"{table.name}.parquet").names == list(table.column_names)


@pytest.mark.parametrize(
    ("widths", "count"),
    [
        pytest.param([100, 10], 2, id="all fit"),
        pytest.param([100, 11, 1], 1, id="the second does not, so none after it"),
        pytest.param([500, 1], 1, id="the first is always shown"),
    ],
)
def test_columns_that_fit(widths, count):
    assert columns_that_fit(widths) == count


def test_a_sample_shows_a_few_rows_and_ids_last():
    table = pa.table({"song_id": ["s1"] * 4, "name": ["x" * 60] * 4, "album_name": ["y" * 60] * 4})
    *_, line, end = show_sample(table).splitlines()
    assert line == "(4 rows; further columns: album_name, song_id)"
    assert show_sample(table).count("x" * 60) == 3
    assert end == "```"


def test_other_rows_are_kept_in_the_order_of_their_key(write_warehouse, tmp_path):
    song = {"song_id": "s2", "name": "Only one", "extraction_date": dt.date(2026, 11, 16)}
    write_warehouse(tmp_path / "warehouse", song=[song, song | {"song_id": "s1"}])
    sql_readme.save_rows(tmp_path / "warehouse", tmp_path / "rows")
    assert pq.read_table(tmp_path / "rows" / "song.parquet")["song_id"].to_pylist() == ["s1", "s2"]
    assert sql_readme.sample(sql_readme.open_rows(tmp_path / "rows"), "song_latest", "view").num_rows == 2


def test_rows_that_are_not_there_are_told_in_one_line_and_nothing_is_written(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sql_readme, "README", tmp_path / "README.md")
    assert main(["--rows", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.startswith(f"samples: no warehouse at {tmp_path}/none")
    assert not (tmp_path / "README.md").exists()
