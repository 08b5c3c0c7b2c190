"""Compare a rival's rows with those of the warehouse before any time counts."""

from pathlib import Path
from typing import Any

import duckdb

from lakehouse.warehouse.iceberg import Warehouse

KEY_COLUMNS = {
    "song": "song_id, extraction_date, name, album_id, artist_ids, duration_ms, isrc, popularity, url",
    "album": "album_id, extraction_date, name, release_date_text, total_tracks, artist_ids, url",
    "artist": "artist_id, extraction_date, name, url",
}
"""What is compared: the keys, the links between the tables, and columns of each type."""


def differences(engine: duckdb.DuckDBPyConnection, ours: str, theirs: str, columns: str) -> list[tuple[Any, ...]]:
    """Return up to five rows that only one side has, or has more often, with the side first."""
    one, other = (f"select {columns} from {side}" for side in (ours, theirs))
    sides = (
        f"select 'only ours' as side, * from ({one} except all {other})",
        f"select 'only theirs' as side, * from ({other} except all {one})",
    )
    return engine.execute(" union all ".join(sides) + " limit 5").fetchall()


def compare_warehouse(warehouse: Path, theirs: dict[str, str]) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many rows of ours were compared, and the first that differ; `theirs` is a query by table."""
    tables = Warehouse(warehouse)
    engine = duckdb.connect()
    count = 0
    for name, query in theirs.items():
        add_table(engine, name, tables)
        if found := differences(engine, name, f"({query})", KEY_COLUMNS[name]):
            return count, [(name, *row) for row in found]
        count += engine.execute(f"select count(*) from {name}").fetchall()[0][0]
    return count, []


def add_table(engine: duckdb.DuckDBPyConnection, name: str, tables: Warehouse) -> None:
    """Copy a table's key columns into the engine; lists as text, which is what CSV can hold."""
    engine.register(f"{name}_data", tables.open_dataset(name))
    columns = KEY_COLUMNS[name].replace("artist_ids", "array_to_string(artist_ids, ',') as artist_ids")
    engine.execute(f"create table {name} as select {columns} from {name}_data")


def duckdb_rows(out: Path) -> dict[str, str]:
    """Return the queries for DuckDB's files."""
    return {
        name: f"select * replace (array_to_string(artist_ids, ',') as artist_ids) from '{out / name}.parquet'"
        if "artist_ids" in columns
        else f"from '{out / name}.parquet'"
        for name, columns in KEY_COLUMNS.items()
    }


def pandas_rows(out: Path) -> dict[str, str]:
    """Return the queries for pandas' files; what occurs in several files of a day counts once."""
    text = {"extraction_date": "date", "release_date_text": "varchar", "duration_ms": "bigint"}
    return {
        name: f"""select distinct {columns} from read_csv('{out / name}/*.csv', header = true, types = {
            {key: kind for key, kind in text.items() if key in columns}
        })"""
        for name, columns in KEY_COLUMNS.items()
    }


def naive_rows(out: Path) -> dict[str, str]:
    """Return the queries for the files that the naive Spark job's tables were written to."""
    return {
        name: f"select * replace (array_to_string(artist_ids, ',') as artist_ids) from '{out / name}/*.parquet'"
        if "artist_ids" in columns
        else f"from '{out / name}/*.parquet'"
        for name, columns in KEY_COLUMNS.items()
    }
