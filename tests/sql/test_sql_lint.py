"""The lint passes the shipped files and names file and fault of each broken one."""

import dataclasses
from pathlib import Path

import pytest

from devtools import sql_lint
from devtools.sql_lint import lint_folder
from glue_jobs.tables import RAW_OBJECT, TABLES

HEAD = "-- {name}: something.\n-- Grain: one row per song_id. Reads: song.\n"
CHECK = HEAD.replace("something.\n", "something.\n-- Severity: error. Remedy: mend it.\n")
QUESTION = HEAD + "with parameter as (select 1 as least)\nselect song_id from song"
SUMMARY = (
    HEAD + "create table {name} with (table_type = 'ICEBERG', is_external = false, location = '${location}', "
    "partitioning = array['year(day)']) as select song_id, extraction_date as day from song"
)
VIEW = HEAD + "create or replace view {name} as\nselect song_id from song"


@pytest.fixture
def lint(tmp_path):
    """Return a function that lints one file of a folder and gives its faults."""

    def faults_of(kind, text, name="it"):
        (tmp_path / kind).mkdir(exist_ok=True)
        path = tmp_path / kind / f"{name}.sql"
        path.write_text(text.replace("{name}", name))
        return [fault.removeprefix(f"{path}: ") for fault in lint_folder(tmp_path)]

    return faults_of


def test_the_shipped_files_have_no_fault(capsys):
    assert sql_lint.main() == 0
    assert capsys.readouterr().out == ""


def test_a_fault_is_written_with_its_file_and_ends_with_1(lint, tmp_path, monkeypatch, capsys):
    lint("question", QUESTION.replace("song_id from", "sonng from"))
    monkeypatch.setattr(sql_lint, "lint_folder", lambda: lint_folder(tmp_path))
    assert sql_lint.main() == 1
    assert f"{tmp_path}/question/it.sql: Column 'sonng' could not be resolved" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param("question", QUESTION, id="a question"),
        pytest.param("view", VIEW, id="a view"),
        pytest.param("ctas", SUMMARY, id="a summary"),
        pytest.param("ctas", SUMMARY.replace("year(day)", "bucket(song_id, 16)"), id="a summary in buckets"),
        pytest.param("check", CHECK + "select song_id, 'one' as expected from song group by song_id", id="a check"),
        pytest.param(
            "check",
            CHECK + "select song_id, 'zip_with()' as expected -- zip_with() in a comment\nfrom song",
            id="a comment",
        ),
    ],
)
def test_a_good_file_has_no_fault(lint, kind, text):
    assert lint(kind, text) == []


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("view", "create or replace view it as select song_id from song", "header ''; expected '-- name: what.'"),
        ("view", VIEW.replace("Grain", "Grian"), "header 'it: something. Grian: one row"),
        ("view", VIEW.replace("-- {name}", "-- other"), "the header names other, expected it"),
        ("view", VIEW.replace("Reads: song", "Reads: album"), "the header says it reads album; it reads song"),
        ("view", VIEW.replace("view {name}", "view other"), "expected create or replace view it"),
        ("view", VIEW.replace("or replace ", ""), "expected create or replace view it"),
        ("view", QUESTION, "is in the folder view, got select"),
        ("question", VIEW, "is in the folder question, got create"),
        ("question", HEAD + "select song_id from song", "expected a first step named parameter"),
        ("question", QUESTION.replace("select song_id", "select *"), "select *; expected the columns by name"),
        ("question", QUESTION.replace("select song_id", "select song.*"), "select *; expected the columns by name"),
        ("question", QUESTION + ";\nselect 1 as one", "2 statements; expected one"),
        ("question", QUESTION + " where", "SQL syntax, line 4, column 26: incomplete where"),
        ("check", HEAD + "select song_id, 'one' as expected from song", "expected '-- Severity: error (or warning)."),
        ("check", CHECK + "delete from song", "got delete, expected a select"),
        ("check", CHECK + "select map_agg(song_id, name) as m from song", "map_agg is not known to run alike"),
        ("check", CHECK + "select count_if(is_explicit) as m from song", "count_if is not known to run alike"),
        ("check", CHECK + "select song_id from song", "the last column is song_id; a check ends with what"),
        ("check", CHECK + "select arbitrary(song_id) as s from song", "arbitrary is not known to run alike"),
        ("check", CHECK + "select format_datetime(seen_at, 'y') as s from song", "format_datetime is not known to run"),
        ("check", CHECK + "select song_id::varchar as s from song", "::; expected cast(… as …)"),
        ("check", CHECK + "select song_id from song group by all", "by all; expected the columns by name"),
        ("check", CHECK + "select song_id from song order by all", "by all; expected the columns by name"),
        ("check", CHECK + "select a.song_id from song as a join song as b using (song_id)", "using (…); expected on"),
        ("check", CHECK + "select song_id from song qualify rank() over () = 1", "SQL syntax, line 4, column 34"),
        ("check", CHECK + "select song_id from song where name ilike 'a'", "ilike; Athena does not document it"),
        ("check", CHECK + "select extraction_date + interval '1' day as d from song", "interval; expected date_add"),
        ("check", CHECK + "select s.song_id from song as s, lateral (select s.name) as l", "lateral; Athena"),
        ("check", CHECK + "select name.name from song as name order by name.name", "order by name.name; Trino takes"),
        ("ctas", SUMMARY.replace("ICEBERG", "HIVE"), "expected table_type = 'ICEBERG'"),
        ("ctas", SUMMARY.replace("is_external = false, ", ""), "expected is_external = false"),
        ("ctas", SUMMARY.replace("location = '${location}', ", ""), "expected location = '${location}'"),
        ("ctas", SUMMARY.replace("year(day)", "day"), "expected partitioning by year(…) or bucket(…, below 100)"),
        ("ctas", SUMMARY.replace("year(day)", "day(day)"), "expected partitioning by year(…) or bucket(…, below 100)"),
        ("ctas", SUMMARY.replace("year(day)", "bucket(song_id, 100)"), "expected partitioning by year(…) or bucket"),
        ("ctas", SUMMARY.replace("table {name}", "table other"), "expected create table it"),
        ("ctas", VIEW, "expected create table it"),
        ("ctas", QUESTION, "is in the folder ctas, got select"),
        ("check", CHECK + "select song.nam from song", "Unknown column: nam"),
        ("check", HEAD.replace("song.", "listing.") + "select listing.entries[1].itm as itm from listing",
         "no column of glue_jobs/tables.py has a field itm"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_its_fault(lint, kind, text, fault):
    assert any(seen.startswith(fault) for seen in lint(kind, text)), lint(kind, text)


def test_a_question_may_use_only_what_a_view_gives(lint):
    lint("view", VIEW, name="song_name")
    head = CHECK.replace("song.", "song_name.")
    assert lint("check", head + "select song_id as expected from song_name") == []
    assert any("'isrc'" in fault for fault in lint("check", head + "select isrc from song_name"))


@pytest.mark.parametrize(
    ("table", "column", "file"),
    [
        ("album", "album_id", "album_latest.sql"),
        ("album", "label", "album_latest.sql"),
        ("album", "release_date", "album_latest.sql"),
        ("artist", "followers", "artist_latest.sql"),
        ("song", "duration_ms", "song_latest.sql"),
        ("listing", "snapshot_id", "listing_walk.sql"),
        ("play", "ms_played", "play_once.sql"),
        ("raw_object", "plays_page_full", "play_gap.sql"),
        ("rejected_record", "reason", "rejected_by_reason.sql"),
    ],
)
def test_a_column_that_changes_its_name_is_found_in_the_files_that_read_it(table, column, file):
    faults = lint_folder(tables=[rename(known, column) if known.name == table else known for known in TABLES])
    assert any(file in fault and column in fault for fault in faults), faults
    assert {Path(fault.split(": ")[0]).parent.name for fault in faults} <= {"view", "ctas", "check", "question"}


def rename(table, column):
    """Return the table with another name for one of its columns."""
    columns = [dataclasses.replace(kept, name="new_name") if kept.name == column else kept for kept in table.columns]
    assert len({kept.name for kept in columns} - set(table.column_names)) == 1
    return dataclasses.replace(table, columns=tuple(columns))


def test_every_reason_of_skipping_is_counted_in_view_and_check():
    folder = Path(sql_lint.SQL_FOLDER)
    for path in (folder / "view/load_status.sql", folder / "check/entries_reconcile.sql"):
        missing = {
            name for name in RAW_OBJECT.column_names if name.startswith("skipped_") and name not in path.read_text()
        }
        assert not missing, path
