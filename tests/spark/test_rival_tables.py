"""Tables and columns that another run made between our look and our statement."""

from typing import Any

import pytest

from glue_jobs import load_music, table_schema
from glue_jobs.tables import SONG, TABLES, Table
from tests.spark.conftest import Lake
from tests.spark.objects import entry, page, song
from tests.spark.test_table_schema import make, without


def test_tables_that_a_rival_made_meanwhile_are_used(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    statement_of = load_music.create_statement

    def make_first(table: Table, name: str) -> str:
        lake.spark.sql(statement_of(table, name))
        return statement_of(table, name).replace("if not exists ", "")

    monkeypatch.setattr(load_music, "create_statement", make_first)
    lake.land(page(entry(song("s1"))))
    lake.load()
    assert lake.rows("song", "song_id") == ["s1"]
    assert len(lake.snapshots()) == len(TABLES)


def test_columns_that_a_rival_added_meanwhile_are_used(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    make(lake, without(SONG, "isrc"))
    statement_of = table_schema.add_statement

    def add_first(*told: Any) -> str:
        lake.spark.sql(statement_of(*told))
        return statement_of(*told)

    monkeypatch.setattr(table_schema, "add_statement", add_first)
    lake.land(page(entry(song("s1"))))
    lake.load()
    assert lake.rows("song", "song_id", "isrc") == [("s1", "ZZ0002600001")]
