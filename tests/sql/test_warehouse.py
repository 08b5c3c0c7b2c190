"""Iceberg tables as the load job may leave them: other writers' files, older schemas, many partitions, deletes."""

import datetime as dt

import pyarrow.parquet as pq
import pytest
from pyiceberg.types import LongType, StringType

from lakehouse.warehouse import duckdb_engine as stand_in
from lakehouse.warehouse.iceberg import Warehouse, WarehouseError, require_no_deletes

MON, TUE = dt.date(2026, 11, 16), dt.date(2026, 11, 17)
SONG = {"song_id": "s1", "extraction_date": MON, "name": "One", "artist_ids": ["a1"]}


@pytest.fixture
def read(tmp_path):
    """Return a function that runs DuckDB SQL over the table `song` of the warehouse."""

    def rows_of(sql):
        engine = stand_in.connect()
        stand_in.add_dataset(engine, "song", Warehouse(tmp_path).open_dataset("song"))
        return engine.sql(sql).fetchall()

    return rows_of


def test_a_table_without_a_snapshot_is_an_empty_one(write_warehouse, tmp_path, read):
    write_warehouse(tmp_path)
    assert read("select song_id, artist_ids, extraction_date from song") == []


def test_files_without_arrows_own_schema_are_read(write_warehouse, schemas, tmp_path, read):
    table = write_warehouse(tmp_path).load_table("music.song")
    schema = schemas["song"]
    rows = schema.empty_table().from_pylist([SONG, SONG | {"song_id": "s2", "artist_ids": None}], schema=schema)
    path = f"{tmp_path}/spark.parquet"
    pq.write_table(rows, path, store_schema=False)
    table.add_files([f"file://{path}"])
    assert read("select song_id, artist_ids, extraction_date from song order by all") == [
        ("s1", ["a1"], MON),
        ("s2", None, MON),
    ]


def test_a_column_that_came_later_is_null_in_older_files(write_warehouse, tmp_path, read):
    table = write_warehouse(tmp_path, song=[SONG]).load_table("music.song")
    with table.update_schema() as update:
        update.add_column("mood", StringType())
    assert read("select song_id, mood from song") == [("s1", None)]


def test_a_column_that_was_widened_is_read_from_older_files(write_warehouse, tmp_path, read):
    table = write_warehouse(tmp_path, song=[SONG | {"track_number": 7}]).load_table("music.song")
    with table.update_schema() as update:
        update.update_column("track_number", LongType())
    assert read("select track_number from song") == [(7,)]


def test_a_renamed_column_is_refused_instead_of_read_as_null(write_warehouse, tmp_path, read):
    table = write_warehouse(tmp_path, song=[SONG]).load_table("music.song")
    with table.update_schema() as update:
        update.rename_column("name", "title")
    with pytest.raises(WarehouseError, match="table song: column name was renamed to title"):
        read("select title from song")


def test_a_filter_on_the_partition_opens_only_its_files(write_warehouse, tmp_path, read):
    table = write_warehouse(tmp_path, song=[SONG, SONG | {"extraction_date": TUE}]).load_table("music.song")
    for task in table.scan("extraction_date = '2026-11-17'").plan_files():
        with open(task.file.file_path.removeprefix("file://"), "w") as broken:
            broken.write("no parquet")
    assert read("select song_id from song where extraction_date = date '2026-11-16'") == [("s1",)]


def test_delete_files_are_refused_before_anything_is_read():
    class DataFile:
        file_path = "f1.parquet"

    class Task:
        file = DataFile
        delete_files = frozenset({"d1"})

    with pytest.raises(WarehouseError, match=r"table song: 1 delete files beside f1.parquet; expected none"):
        list(require_no_deletes([Task], "song"))
