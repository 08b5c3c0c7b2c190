"""Tables made by an earlier or a later version of the job."""

from dataclasses import replace
from typing import Any

import pytest

from glue_jobs.errors import LoadError
from glue_jobs.iceberg.merge import create_statement
from glue_jobs.tables import INT, PLAY, SONG, STRING, Column, Table
from tests.spark.conftest import Lake
from tests.spark.objects import entry, page, song


def without(table: Table, *names: str) -> Table:
    """Describe a table as it was before it had some columns."""
    return replace(table, columns=tuple(column for column in table.columns if column.name not in names))


def make(lake: Lake, table: Table) -> None:
    """Make a table as another version of the job would."""
    lake.spark.sql(create_statement(table, f"lake.{lake.database}.{table.name}"))


def load_as_before(lake: Lake, *names: str) -> None:
    """Load, and leave the table as a job made it that did not know some columns of song."""
    lake.load()
    lake.spark.sql(f"alter table lake.{lake.database}.song drop columns ({', '.join(names)})")


def files_of(lake: Lake, table: str) -> list[Any]:
    """Return the data files of a table."""
    rows = lake.spark.table(f"lake.{lake.database}.{table}.files").select("file_path").collect()
    return sorted(row["file_path"] for row in rows)


def test_a_new_column_is_added_in_its_place_without_rewriting(lake: Lake) -> None:
    lake.land(page(entry(song("s1"))), run_id="r1")
    load_as_before(lake, "isrc", "popularity", "url")
    files, commits = files_of(lake, "song"), lake.snapshots()
    report = lake.load()
    assert report.columns_added == ["song.isrc", "song.popularity", "song.url"]
    assert report.as_text().startswith("nothing new, 0 commits, columns added: song.isrc, song.popularity, song.url")
    assert (files_of(lake, "song"), lake.snapshots()) == (files, commits)
    assert lake.spark.table(f"lake.{lake.database}.song").columns == list(SONG.column_names)
    assert lake.rows("song", "song_id", "isrc", "duration_ms") == [("s1", None, 201_000)]
    assert lake.load().columns_added == []


def test_rows_that_come_after_fill_the_new_column(lake: Lake) -> None:
    lake.land(page(entry(song("s1"))), run_id="r1")
    load_as_before(lake, "isrc")
    lake.land(page(entry(song("s1")), entry(song("s2"))), run_id="r2")
    lake.load()
    assert lake.rows("song", "song_id", "isrc") == [("s1", "ZZ0002600001"), ("s2", "ZZ0002600001")]


def test_an_unknown_and_a_retyped_column_are_refused_in_one_line(lake: Lake) -> None:
    retyped = tuple(replace(one, type=STRING) if one.name == "popularity" else one for one in SONG.columns)
    make(lake, replace(without(SONG, "isrc"), columns=(*retyped, Column("mood", INT, "A column of later days"))))
    lake.land(page(entry(song("s1"))))
    with pytest.raises(LoadError) as refused:
        lake.load()
    assert str(refused.value) == (
        f"lake.{lake.database}: tables of another version: song.popularity: expected int, got string; "
        "song.mood: expected no such column, got int. Nothing was loaded, no table was changed."
    )
    assert lake.snapshots() == {"song": 0}


def test_a_column_of_an_earlier_version_is_dropped_and_the_table_is_loaded_into(lake: Lake) -> None:
    played = {"track": song("s1"), "played_at": "2026-10-31T23:30:00Z", "context": None}
    lake.land(page(played), source=("recently_played", "me"), run_id="r1")
    lake.load()
    lake.spark.sql(f"alter table lake.{lake.database}.play add columns (played_at_local timestamp_ntz)")
    lake.land(page({**played, "played_at": "2026-10-31T23:50:00Z"}), source=("recently_played", "me"), run_id="r2")
    lake.load()
    assert lake.spark.table(f"lake.{lake.database}.play").columns == list(PLAY.column_names)
    assert len(lake.rows("play")) == 2
