"""Tables, columns and rows that another run made between our look and our statement."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from glue_jobs import load_music
from glue_jobs.iceberg import merge, schema_evolution
from glue_jobs.tables import SONG, TABLES, Table
from tests.spark.conftest import Lake
from tests.spark.objects import entry, page, song
from tests.spark.test_table_schema import make, without


def test_tables_that_a_rival_has_made_since_are_used(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    statement_of = load_music.create_statement

    def make_first(table: Table, name: str) -> str:
        lake.spark.sql(statement_of(table, name))
        return statement_of(table, name).replace("if not exists ", "")

    monkeypatch.setattr(load_music, "create_statement", make_first)
    lake.land(page(entry(song("s1"))))
    lake.load()
    assert lake.rows("song", "song_id") == ["s1"]
    assert len(lake.snapshots()) == len(TABLES)


def test_columns_that_a_rival_has_added_since_are_used(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    make(lake, without(SONG, "isrc"))
    statement_of = schema_evolution.add_statement

    def add_first(*told: Any) -> str:
        lake.spark.sql(statement_of(*told))
        return statement_of(*told)

    monkeypatch.setattr(schema_evolution, "add_statement", add_first)
    lake.land(page(entry(song("s1"))))
    lake.load()
    assert lake.rows("song", "song_id", "isrc") == [("s1", "ZZ0002600001")]


@pytest.mark.parametrize("days_before", [0, 1], ids=["in a new table", "in a new day's partition"])
def test_rows_that_a_rival_put_into_an_empty_partition_since_are_not_overwritten(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, days_before: int
) -> None:
    if days_before:
        lake.land(page(entry(song("s0"))), at="2026-10-31T10:00:00")
        lake.load()
    day, moment = dt.date(2026, 11, 1), dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    known = {"extraction_date": day, "seen_at": moment, "raw_key": "raw/rival", "name": "the rival's"}
    theirs = [{"song_id": song_id, **known} for song_id in ("s2", "s3")]
    commit, tried = merge._commit, []

    def let_the_rival_first(name: str, write: Callable[[], object]) -> None:
        tried.append(name.split(".")[-1])
        if tried[-1] == "song" and tried.count("song") == 1:
            lake.spark.createDataFrame(theirs, SONG.schema).writeTo(name).append()
        commit(name, write)

    monkeypatch.setattr(merge, "_commit", let_the_rival_first)
    lake.land(page(entry(song("s1")), entry(song("s2"))))
    report = lake.load()
    assert tried.count("song") == 2
    # Our s2 knows more than the rival's and stands in one row; the rival's s3 is still there.
    ours = [("s1", "Song s1"), ("s2", "Song s2"), ("s3", "the rival's")]
    assert lake.rows("song", "song_id", "name", where=f"extraction_date = date'{day}'") == ours
    assert (report.tables["song"].inserted, report.tables["song"].updated) == (1, 1)


def test_a_table_that_somebody_partitioned_otherwise_loses_nothing(lake: Lake) -> None:
    lake.land(page(entry(song("s0"))), at="2026-10-31T10:00:00")
    lake.load()
    lake.spark.sql(f"alter table lake.{lake.database}.song drop partition field extraction_date")
    lake.land(page(entry(song("s1"))))
    lake.load()
    assert lake.rows("song", "song_id") == ["s0", "s1"]
