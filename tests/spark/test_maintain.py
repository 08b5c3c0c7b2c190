"""Upkeep on real tables: many small commits become few files and snapshots, and no row changes."""

import datetime as dt
import os
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from py4j.protocol import Py4JJavaError

from glue_jobs.iceberg.metadata import load_table
from glue_jobs.maintain.arguments import MaintainSettings
from glue_jobs.maintain.figures import read_figures
from glue_jobs.maintain.run import _cancelled_after, maintain
from tests.spark.conftest import Lake
from tests.spark.objects import page, song

TABLES = ["song", "play", "raw_object"]


def settings_of(lake: Lake, minutes: int = 10) -> MaintainSettings:
    return MaintainSettings("lake", lake.database, minutes, keep_days=0)


def rows_of(lake: Lake) -> dict[str, list[Any]]:
    return {table: lake.rows(table) for table in TABLES}


@pytest.fixture(scope="module")
def worn_lake(shared_lake: Lake) -> Lake:
    """Return a lake after a few loads of one day, each of which added a file to the month's ledger."""
    for number in range(3):
        shared_lake.land(page(song(f"s{number}")), at=f"2026-11-01T1{number}:00:00", run_id=f"r{number}")
        shared_lake.load()
    return shared_lake


def test_upkeep_leaves_the_rows_and_few_files(worn_lake: Lake) -> None:
    lake, now = worn_lake, dt.datetime.now(dt.UTC)
    rows = rows_of(lake)
    location = Path(str(load_table(lake.spark, f"lake.{lake.database}.song").location()).removeprefix("file:"))
    orphan, young = location / "data" / "killed.parquet", location / "data" / "running.parquet"
    for path, age in ((orphan, 4), (young, 2)):
        path.write_bytes(b"x")
        moment = (now - dt.timedelta(days=age)).timestamp()
        os.utime(path, (moment, moment))
    before = read_figures(lake.spark, f"lake.{lake.database}.raw_object", now, 0)
    assert before.files == before.snapshots == 3
    report = maintain(lake.spark, settings_of(lake), TABLES, now)
    assert report.failed == {}
    done = report.tables["raw_object"]
    assert (done.after.files, done.after.snapshots) == (1, 1)
    assert done.stopped == []
    assert rows_of(lake) == rows
    assert report.tables["song"].removed["orphans"] >= 1
    assert (orphan.exists(), young.exists()) == (False, True)
    again = maintain(lake.spark, settings_of(lake), TABLES, now + dt.timedelta(seconds=-60))
    assert {table: one.done for table, one in again.tables.items()} == {table: ["orphans"] for table in again.tables}
    lake.land(page(song("s9")), at="2026-11-01T20:00:00", run_id="r9")
    assert lake.load().tables["song"].inserted == 1


def test_one_table_that_fails_stops_no_other(worn_lake: Lake) -> None:
    now = dt.datetime.now(dt.UTC)
    report = maintain(worn_lake.spark, settings_of(worn_lake), ["nowhere", "song"], now)
    assert list(report.failed) == ["nowhere"]
    assert "song" in report.tables
    assert "1 of 2 tables" in str(report.failures())


def test_where_time_is_up_tables_wait_for_the_next_run(worn_lake: Lake) -> None:
    ticks = count(step=100)
    report = maintain(worn_lake.spark, settings_of(worn_lake, 1), TABLES, dt.datetime.now(dt.UTC), lambda: next(ticks))
    assert sorted(report.not_reached) == sorted(TABLES)
    assert report.failures() is None


def test_a_wait_for_files_to_be_removed_ends_when_time_is_up(worn_lake: Lake) -> None:
    thread = worn_lake.spark._jvm.java.lang.Thread
    start = monotonic()
    with (
        pytest.raises(Py4JJavaError, match="InterruptedException"),
        _cancelled_after(worn_lake.spark, 0.2, is_removal=True) as is_cancelled,
    ):
        thread.sleep(60_000)  # as Iceberg waits for its threads that remove files
    assert is_cancelled()
    assert monotonic() - start < 30
    # The interruption is of that wait alone.
    assert not thread.currentThread().isInterrupted()
    assert worn_lake.rows("song")


def test_what_begins_after_time_is_up_is_ended_too(worn_lake: Lake) -> None:
    spark, thread = worn_lake.spark, worn_lake.spark._jvm.java.lang.Thread
    job = "select reflect('java.lang.Thread', 'sleep', bigint(4000)) from range(1)"
    with _cancelled_after(spark, 0.2, is_removal=False) as is_cancelled:
        for _ in range(2):  # as a compaction goes on with its next files
            with pytest.raises(Exception, match="cancelled"):
                spark.sql(job).collect()
    assert is_cancelled()
    start = monotonic()
    with _cancelled_after(spark, 0.2, is_removal=True):
        for _ in range(2):  # as Iceberg goes on with the next files after an error
            with pytest.raises(Py4JJavaError, match="InterruptedException"):
                thread.sleep(60_000)
    assert monotonic() - start < 30
    assert not thread.currentThread().isInterrupted()
