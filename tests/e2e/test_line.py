"""The demo's line as the demo runs it, with days of every regime: rows, not what is said about them."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from glue_jobs.tables import TABLES
from lakehouse.demo.pipeline import Line
from lakehouse.demo.served import COMPARED, served_rows
from lakehouse.demo.show import Show
from lakehouse.demo.steps import tell_answers
from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse, copy_tables
from lakehouse.emulated_aws.runner import take_event
from lakehouse.statements.statement import parse_statement
from lakehouse.warehouse.session import Session
from tests.e2e.conftest import DAYS

RESTRICTED = [day for day, regime in DAYS.items() if regime == "restricted"]


@pytest.fixture
def line(demo_line: Line) -> Line:
    """Return what the demo's steps left."""
    return demo_line


def rows_of(folder: Path | None, text: str) -> list[dict[str, Any]]:
    """Return the rows of a question to a folder, or to the catalog."""
    rows: list[dict[str, Any]] = Session(folder or GlueWarehouse()).run(parse_statement(text)).to_pylist()
    return rows


def counts(said: Path) -> dict[str, Any]:
    """Return what a run of the job counted."""
    found: dict[str, Any] = json.loads(said.read_text().splitlines()[-1])
    return found


def test_every_row_and_value_is_what_was_served(line: Line) -> None:
    compared = line.compare(Session(GlueWarehouse()))
    assert [one.table for one in compared] == [table.name for table in COMPARED]
    assert [(one.missing, one.unexpected) for one in compared] == [([], [])] * len(COMPARED)
    assert min(one.rows for one in compared) > 50


@pytest.mark.parametrize("day", DAYS, ids=DAYS.get)
def test_a_full_day_is_what_was_served_in_each_regime(line: Line, day: dt.date) -> None:
    (served,) = [one for one in line.served if one.date == day]
    expected = served_rows(line.simulator.world, [served])["song"]
    found = rows_of(None, f"select song_id, name, isrc, popularity from song where extraction_date = date '{day}'")
    assert len(found) > 300
    assert {row["song_id"]: row for row in found} == {
        row["song_id"]: {name: row[name] for name in found[0]} for row in expected
    }
    assert {row["popularity"] is None for row in found} == {day in RESTRICTED}


def test_a_value_that_differs_is_seen(line: Line) -> None:
    other, *_ = line.served
    line.served[0] = type(other)(other.date, "legacy", other.raw_key)
    try:
        compared = {one.table: one for one in line.compare(Session(GlueWarehouse()))}
    finally:
        line.served[0] = other
    assert (compared["song"].is_same, compared["listing"].is_same) == (False, True)
    assert len(compared["song"].missing) == len(compared["song"].unexpected) > 300


def test_each_run_of_the_job_did_its_part(line: Line) -> None:
    killed, catching_up, again = (line.folder / f"load_{run}.log" for run in range(1, 4))
    assert "commits" not in killed.read_text()
    assert (counts(catching_up)["objects"], counts(catching_up)["commits"]) == (len(DAYS), len(TABLES))
    assert (counts(again)["objects"], counts(again)["commits"]) == (0, 0)


def test_what_the_killed_run_had_written_was_found_and_not_written_again(line: Line) -> None:
    lake = GlueWarehouse()
    commits = {name: len(lake.catalog.load_table(("music", name)).metadata.snapshots) for name in lake.tables}
    written = {name for name, number in commits.items() if number > 1}
    unchanged = {name for name, rows in counts(line.folder / "load_2.log")["tables"].items() if rows["unchanged"]}
    assert set(commits.values()) == {1, 2}
    assert written == unchanged
    assert "raw_object" not in written


def test_the_ledger_knows_each_object_once(line: Line) -> None:
    rows = rows_of(None, "select raw_key, status, account, is_complete from raw_object order by 1")
    wanted = {"status": "loaded", "account": "tin_kettle_31", "is_complete": True}
    assert rows == [{"raw_key": one.raw_key, **wanted} for one in line.served]


def test_the_tables_lie_on_s3_below_the_warehouse(line: Line) -> None:
    positions = line.positions()
    assert set(positions) == {table.name for table in TABLES}
    for name, position in positions.items():
        assert position.startswith(f"s3://{line.aws.names.bucket}/warehouse/music.db/{name}/metadata/")


def test_a_copy_in_a_folder_answers_the_same(line: Line, tmp_path: Path) -> None:
    copied = copy_tables(GlueWarehouse(), tmp_path / "warehouse")
    assert copied == line.count_rows()
    for question in (
        "select * from song_full order by song_id, name",
        "select * from play_history order by played_at, song_id",
        "select account, source_kind, source_id, extraction_date, entries from listing order by 1, 2, 3, 4",
    ):
        answer = rows_of(None, question)
        assert len(answer) > 30
        assert rows_of(tmp_path / "warehouse", question) == answer


def test_the_answers_are_tables(line: Line) -> None:
    shown = io.StringIO()
    show = Show(Console(file=shown, markup=False, highlight=False, soft_wrap=True))
    tell_answers(show, Session(GlueWarehouse()), line.simulator.world)
    assert "Paper Oars Survey" in shown.getvalue()


def test_other_objects_and_the_job_itself_give_no_event(line: Line) -> None:
    s3 = line.aws.connect("s3")
    for key in ("state/account.json", "warehouse/raw/extraction_date=2026-11-01/x.ndjson.gz", "raw/notes.txt"):
        s3.put_object(Bucket=line.aws.names.bucket, Key=key, Body=b"x")
    assert take_event(line.aws, patience=1) is None
