"""The command line over a real Iceberg warehouse in a folder: answers, formats, and errors in one line."""

import csv
import datetime as dt
import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.cli import main
from lakehouse.statements.statement import read_folder
from lakehouse.statements.summaries import read_named
from lakehouse.warehouse.folder import write_as_of

MON, TUE = dt.date(2026, 11, 16), dt.date(2026, 11, 17)
AT = dt.datetime(2026, 11, 16, 8, 30, 0, 123000, tzinfo=dt.UTC)
SONGS = [
    {"song_id": "s1", "extraction_date": MON, "name": "One, [bold]1", "artist_ids": ["a1", "a2"], "seen_at": AT}
    | {"duration_ms": 61_000, "artist_id": "a1", "raw_key": "k1"},
    {"song_id": "s2", "extraction_date": TUE, "name": None, "artist_ids": [], "raw_key": "k1"},
]
ARTISTS = [{"artist_id": name, "extraction_date": MON, "raw_key": "k1"} for name in ("a1", "a2")]
LEDGER = [{"raw_key": "k1", "extraction_date": MON, "status": "vanished"}]


@pytest.fixture(scope="module")
def folder(write_warehouse, tmp_path_factory):
    """Return a warehouse with two songs; its name has a space."""
    path = tmp_path_factory.mktemp("a b") / "warehouse"
    write_warehouse(path, song=SONGS, artist=ARTISTS, raw_object=LEDGER)
    return path


@pytest.fixture
def run(folder, capsys):
    """Return a function that runs a command on the warehouse and gives exit code, stdout and stderr."""

    def run_command(*arguments, warehouse=folder):
        code = main([*arguments, "--warehouse", str(warehouse)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_command


@pytest.fixture
def ask(run):
    """Return a function that gives the rows of a statement, as JSON gives them."""

    def rows_of(statement):
        code, out, err = run("query", statement, "--format", "json")
        assert (code, err) == (0, "")
        return [tuple(row.values()) for row in json.loads(out)]

    return rows_of


@pytest.fixture
def refuse(run):
    """Return a function that gives the one line with which a command is refused."""

    def line_of(*arguments, **options):
        code, out, err = run(*arguments, **options)
        assert (code, out) == (2, "")
        assert err.startswith(f"{arguments[0]}: ")
        assert err.count("\n") == 1, err
        return err.removeprefix(f"{arguments[0]}: ").strip()

    return line_of


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select song_id from song order by song_id", [("s1",), ("s2",)]),
        ("SELECT Song_ID FROM Music.Song WHERE extraction_date = DATE '2026-11-17';", [("s2",)]),
        ('select s.song_id from "awsdatacatalog"."music"."song" as s where s.name is null', [("s2",)]),
        ("select music.song.song_id from music.song where duration_ms / 60000 = 1", [("s1",)]),
        ("with song as (select song_id from song) select count(*) from song", [(2,)]),
        ("select sum(duration_ms) from song", [(61000,)]),
        ("select song_id, artist_names from song_full order by song_id", [("s1", "a1, a2"), ("s2", None)]),
        ("select count(*) from play", [(0,)]),
        ("values (1, 'a')", [(1, "a")]),
        ("select seen_at, extraction_date from song where song_id = 's1'", [(f"{AT.isoformat()}", "2026-11-16")]),
        ("select hour(seen_at) from song where seen_at is not null", [(8,)]),
        ("select song_id from song where extraction_date is null", []),
        ("select column_name from information_schema.columns where table_name = 'song_artist' and "
         "ordinal_position = 3", [("position",)]),
        ("describe song_artist", [("song_id", "varchar"), ("artist_id", "varchar"), ("position", "bigint"),
                                  ("extraction_date", "date")]),
    ],
)  # fmt: skip
def test_statements_in_athenas_dialect_are_answered(ask, statement, expected):
    assert ask(statement) == expected


def test_show_tables_names_tables_and_views_and_show_views_only_these(ask):
    names = dict(ask("show tables"))
    assert names["song"] == "table"
    assert names["song_full"] == "view"
    assert dict(ask("SHOW VIEWS IN music;")) == dict.fromkeys(read_named(), "view")


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("select nam from song", "no column nam; did you mean name?"),
        ("select s.nam from song as s", "no column nam; did you mean name?"),
        ("select artist_namez from song_full", "no column artist_namez; did you mean artist_name?"),
        ("select 1 from songs", "no table or view songs; did you mean song?"),
        (
            "select 1 from other.song",
            "no table or view other.song; expected one of account_clock, album, album_artist,",
        ),
        ("select * from 123", "SQL syntax, line 1, column 15: expected table name, got '123'"),
        ("select song_id,\nfrom song where", "SQL syntax, line 2, column 11: incomplete where, got 'where'"),
        ("selec 1", "SQL syntax, line 1, column 7: not understood, got '1'"),
        ("select 'abc", "SQL syntax, cannot be split into words; is a quote left open?"),
        ("", "empty statement; expected one select"),
        (" ;; -- nothing", "empty statement; expected one select"),
        ("select 1; select 2", "2 statements; expected one"),
        ("drop table song", "this only reads; got drop, expected select, with, values, show tables or describe NAME"),
        ("delete from song", "this only reads; got delete,"),
        ("with x as (select 1 as a) insert into song select a from x", "this only reads; got insert,"),
        ("create view x as select 1 as a", "this only reads; got create,"),
        ("explain select 1", "this only reads; got explain,"),
        ("set TimeZone = 'Asia/Tokyo'", "this only reads; got set,"),
        ("copy song to '/tmp/x'", "this only reads; got copy,"),
        ("select cast(name as integer) as n from song", "Could not convert string 'One, [bold]1' to INT32"),
        ("select 1 / 0 as n", "Division by zero"),
        ("select no_such_function(1) as n", "Scalar Function with name no_such_function does not exist!"),
        ("select * from read_csv('/etc/passwd')", 'Cannot access file "/etc/passwd"'),
        ("select * from '/etc/passwd'", "no table or view /etc/passwd;"),
        ("select a.song_id from song as a join song as a on true", "Ambiguous reference to table"),
        ("describe songs", "no table or view songs; did you mean song?"),
    ],
)
def test_a_statement_that_cannot_be_answered_is_refused_in_one_line(refuse, statement, line):
    assert refuse("query", statement).startswith(line)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["query", "select 1", "--format", "xml"],
            "Invalid value for '--format': 'xml' is not one of",
        ),
        (["query"], "Missing argument 'SQL'."),
        (["question", "top_artist"], "no question top_artist; did you mean top_artists?"),
        (["question", "zzz"], "no question zzz; expected one of albums_by_type, albums_with_many_tracks,"),
        (["question", "top_artists", "limt=3"], "no parameter limt; expected limit"),
        (["question", "top_artists", "limit=x"], "parameter limit: got 'x', expected a whole number"),
        (
            ["question", "top_artists", f"limit={10**20}"],
            f"parameter limit: got '{10**20}', expected a whole number, at",
        ),
        (["question", "top_artists", "limit=٣"], "parameter limit: got '٣', expected a whole number"),
        (
            ["question", "latency", "since=20261104"],
            "parameter since: got '20261104', expected a date like 2026-11-20",
        ),
        (["question", "albums_by_type", "seen_since=2026"], "parameter seen_since: got '2026', expected a date like"),
        (["question", "top_artists", "3"], "parameter '3': expected key=value"),
        (["question", "top_artists", "--limit=3"], "No such option: --limit"),
        (["query", "select 1", "select 2"], "Got unexpected extra argument(s) (select 2)"),
    ],
)
def test_arguments_that_make_no_command_are_refused_in_one_line(refuse, arguments, line):
    assert refuse(*arguments).startswith(line)


def test_a_value_that_no_engine_can_reckon_with_is_named_beside_what_the_engine_says(refuse):
    line = refuse("question", "listing_on_day", "day=2026-11-16", f"look_back_days={10**12}")
    assert line.startswith(f"question listing_on_day cannot be answered with day=2026-11-16 look_back_days={10**12}: ")


def test_a_missing_warehouse_says_how_to_load_one_and_is_not_created(refuse, tmp_path):
    missing = tmp_path / "nothing"
    assert (
        refuse("query", "select 1", warehouse=missing) == f"no warehouse at {missing}; load one with `lakehouse load`"
    )
    assert not missing.exists()


def test_a_file_is_no_warehouse(refuse, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    assert refuse("checks", warehouse=file) == f"the warehouse {file} is a file; expected a folder with catalog.db"


def test_a_folder_without_a_catalog_is_no_warehouse_and_gets_none(refuse, tmp_path):
    assert refuse("question", "top_artists", warehouse=tmp_path).startswith(f"no catalog.db in {tmp_path}")
    assert list(tmp_path.iterdir()) == []


def test_a_catalog_that_is_no_database(refuse, tmp_path):
    (tmp_path / "catalog.db").write_text("this is no database, whatever its name says")
    assert refuse("query", "select 1", warehouse=tmp_path).startswith(
        f"the catalog {tmp_path}/catalog.db cannot be read"
    )


def test_a_warehouse_without_tables(refuse, write_warehouse, tmp_path):
    catalog = write_warehouse(tmp_path)
    for _, name in catalog.list_tables("music"):
        catalog.drop_table(("music", name))
    assert refuse("query", "select 1", warehouse=tmp_path).startswith(f"no tables in the warehouse {tmp_path}")


def test_a_warehouse_that_lacks_a_table_which_a_view_reads(refuse, write_warehouse, tmp_path):
    write_warehouse(tmp_path).drop_table(("music", "album"))
    assert refuse("query", "select song_id from song_full", warehouse=tmp_path).startswith("no table album in ")


def test_a_warehouse_whose_folder_was_moved(refuse, write_warehouse, tmp_path):
    write_warehouse(tmp_path / "old", song=SONGS)
    (tmp_path / "old").rename(tmp_path / "new")
    said = refuse("query", "select song_id from song", warehouse=tmp_path / "new")
    assert f"its tables are in {tmp_path / 'old'}; it was moved or copied. Nothing was read." in said


def test_reading_changes_nothing_in_the_warehouse(run, folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert run("question", "top_artists")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_only_the_tables_a_statement_reads_are_opened(run, write_warehouse, tmp_path):
    write_warehouse(tmp_path, song=SONGS)
    with sqlite3.connect(tmp_path / "catalog.db") as catalog:
        catalog.execute(
            "update iceberg_tables set metadata_location = metadata_location || '.gone' where table_name <> 'song'"
        )
    assert run("query", "select count(*) as n from song_latest", warehouse=tmp_path)[0] == 0


def test_csv_has_a_header_iso_times_and_lists_as_json(run):
    columns = "song_id, name, extraction_date, seen_at, artist_ids, duration_ms, duration_ms > 0 as is_long"
    code, out, err = run("query", f"select {columns} from song order by song_id", "--format", "csv")
    assert (code, err) == (0, "")
    assert list(csv.reader(io.StringIO(out))) == [
        ["song_id", "name", "extraction_date", "seen_at", "artist_ids", "duration_ms", "is_long"],
        ["s1", "One, [bold]1", "2026-11-16", AT.isoformat(), '["a1", "a2"]', "61000", "true"],
        ["s2", "", "2026-11-17", "", "[]", "", ""],
    ]


def test_json_is_a_list_of_objects_and_numbers_a_repeated_name(run):
    _, out, _ = run(
        "query", "select name, artist_ids, 1 as n, 2 as n from song where song_id = 's1'", "--format", "json"
    )
    assert json.loads(out) == [{"name": "One, [bold]1", "artist_ids": ["a1", "a2"], "n": 1, "n_2": 2}]
    _, out, _ = run("query", "select 1 as n from play", "--format", "json")
    assert json.loads(out) == []


def test_a_table_in_a_pipe_cuts_nothing_off_and_counts_its_rows(run):
    wide = "x" * 300
    code, out, _ = run("query", f"select name, '{wide}' as wide, duration_ms, seen_at from song order by song_id")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["name", "wide", "duration_ms", "seen_at"]
    assert lines[2].split() == ["One,", "[bold]1", wide, "61000", "2026-11-16", "08:30:00"]
    assert lines[3].split() == ["null", wide, "null", "null"]
    assert lines[4] == "(2 rows)"


def test_a_question_says_on_stderr_what_was_asked_and_its_data_stays_clean(run):
    code, out, err = run("question", "top_artists", "limit=1", "--format", "csv")
    assert (code, err) == (0, "Which artists have the most songs in my collection?\n")
    assert out == "place,artist_name,songs,albums,artist_id\n1,,1,0,a1\n"


def test_parameters_may_stand_before_and_after_the_options(run):
    before = run("question", "releases_by_year", "since_year=1", "until_year=2", "--format", "csv")
    assert run("question", "releases_by_year", "since_year=1", "--format", "csv", "until_year=2") == before
    assert before[0] == 0


def test_questions_lists_every_question_with_its_parameters(capsys):
    assert main(["question", "--format", "json"]) == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(listed) == set(read_folder("question"))
    assert listed["top_artists"]["question"] == "Which artists have the most songs in my collection?"
    assert listed["latest_listing"]["parameters"] == "account= source_kind= source_id= limit=100"


def test_check_says_ok_for_each_check(run):
    code, out, err = run("checks")
    assert (code, err) == (0, "")
    assert out.splitlines() == [f"ok      {name}" for name in read_folder("check")]


def test_check_ends_with_1_and_shows_the_first_row_when_a_check_speaks(run, write_warehouse, tmp_path):
    write_warehouse(tmp_path, raw_object=LEDGER, artist=ARTISTS, song=[*SONGS, SONGS[0]])
    code, out, _ = run("checks", warehouse=tmp_path)
    assert code == 1
    assert [line for line in out.splitlines() if not line.startswith("ok ")] == [
        "FAILED  song_key: keys of song that occur twice or have a part missing. "
        "1 found, first: song_id=s1, extraction_date=2026-11-16, row_count=2, "
        "expected=one row, no part of the key null",
        "        Only the load writes here: find what else did, then rebuild the days with load --reload.",
    ]


def test_the_checks_of_made_up_days_ask_as_of_their_last_day(run, write_warehouse, tmp_path):
    old = {"raw_key": "k1", "status": "loaded", "account": "me", "extraction_date": dt.date(2020, 1, 5)}
    write_warehouse(tmp_path, raw_object=[old], artist=ARTISTS, song=SONGS)
    code, out, _ = run("checks", warehouse=tmp_path)
    assert (code, "FAILED  load_fresh" in out) == (1, True)
    write_as_of(tmp_path, dt.date(2020, 1, 13))
    code, out, err = run("checks", warehouse=tmp_path)
    assert "ok      load_fresh" in out
    assert err == "checked as of 2020-01-13, the last day of these made-up answers\n"
    write_as_of(tmp_path, dt.date(2020, 1, 14))
    assert "FAILED  load_fresh" in run("checks", warehouse=tmp_path)[1]


def test_checks_on_tables_of_a_failed_first_load_say_that_nothing_is_loaded(run, write_warehouse, tmp_path):
    write_warehouse(tmp_path, raw_object=[], song=[], artist=[])
    code, out, err = run("checks", warehouse=tmp_path)
    assert (code, out) == (2, "")
    assert err == (
        "checks: nothing is loaded: expected tables with data, got none. Nothing was checked. "
        "Load some: lakehouse load\n"
    )


def test_checks_take_a_relative_folder(run, write_warehouse, tmp_path, monkeypatch):
    write_warehouse(tmp_path / "tables", raw_object=LEDGER, artist=ARTISTS, song=SONGS)
    monkeypatch.chdir(tmp_path)
    assert "ok      song_key" in run("checks", warehouse=Path("tables"))[1]


def test_a_reader_that_stops_early_sees_no_stack_trace(folder):
    statement = "select i from song cross join unnest(sequence(1, 200000)) as t (i)"
    command = [
        sys.executable,
        "-m",
        "lakehouse",
        "query",
        statement,
        "--format",
        "csv",
        "--warehouse",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_saved_questions_reader_that_stops_early_sees_no_stack_trace(folder):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "lakehouse", "question", "listening_months", "--warehouse", str(folder)],
        stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr
