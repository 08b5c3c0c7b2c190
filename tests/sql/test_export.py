"""Exports: the DuckDB file answers as the warehouse does, files hold the rows, and a place is never half written."""

import csv
import datetime as dt
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from glue_jobs.tables import TABLES
from lakehouse.cli import main
from lakehouse.exporting.files import select_all
from lakehouse.output import to_rows
from lakehouse.paths import ROOT
from lakehouse.statements.statement import read_folder
from lakehouse.warehouse.session import Session
from tests.kept import KEPT, unpack

MON = dt.date(2026, 11, 16)
FORMULA = "=HYPERLINK(1)"
VIEWS = sorted({**read_folder("view"), **read_folder("ctas")})


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """Return the kept warehouse of today's format: a little of everything."""
    return unpack(KEPT[-1], tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def session(warehouse):
    """Return what answers from the warehouse."""
    return Session(warehouse)


@pytest.fixture(scope="module")
def exported(warehouse, tmp_path_factory):
    """Return the DuckDB file of the warehouse."""
    path = tmp_path_factory.mktemp("out") / "music.duckdb"
    assert main(["export", str(path), "--warehouse", str(warehouse), "--quiet"]) == 0
    return path


@pytest.fixture
def fresh(exported):
    """Return the file opened by somebody else, whose clock is not UTC."""
    connection = duckdb.connect(str(exported), read_only=True)
    connection.execute("set TimeZone = 'America/Los_Angeles'")
    yield connection
    connection.close()


@pytest.fixture
def run(warehouse, capsys):
    """Return a function that exports and gives exit code, stdout and stderr."""

    def export(*arguments, source=warehouse):
        code = main(["export", *map(str, arguments), "--warehouse", str(source)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return export


def plain(value):
    """Return a value without its time zone: the file holds instants as UTC."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def rows_of(table: pa.Table):
    """Return the rows, ordered."""
    return sorted((tuple(plain(value) for value in row) for row in to_rows(table)), key=repr)


def test_the_file_answers_as_the_warehouse_for_every_table_and_view(fresh, session):
    for name in [*session.warehouse.tables, *VIEWS]:
        mine, theirs = session.run(select_all(name)), fresh.sql(f"select * from {name}").to_arrow_table()
        assert theirs.column_names == mine.column_names, name
        assert rows_of(theirs) == rows_of(mine), name


def test_local_times_and_divisions_of_whole_numbers_are_right_under_other_settings(write_warehouse, tmp_path):
    played = {"account": "me", "played_at": dt.datetime(2026, 11, 16, 23, 30, tzinfo=dt.UTC), "song_id": "s1"}
    song = {"song_id": "s1", "extraction_date": MON, "duration_ms": 119_999, "name": "One"}
    write_warehouse(tmp_path / "w", play=[{**played, "origin": "api"}], song=[song])
    (tmp_path / "w" / "time_zones.json").write_text('{"*": "Asia/Tokyo"}')
    assert main(["export", str(tmp_path / "m.duckdb"), "--warehouse", str(tmp_path / "w"), "-q"]) == 0
    with duckdb.connect(str(tmp_path / "m.duckdb"), read_only=True) as file:
        file.execute("set TimeZone = 'America/Los_Angeles'")
        local = file.sql("select played_at, played_at_local, played_date from play_once").fetchall()
        minutes = file.sql("select duration from song_duration").fetchall()
    at = dt.datetime(2026, 11, 16, 23, 30)
    assert local == [(at, dt.datetime(2026, 11, 17, 8, 30), MON)]
    assert minutes == [("1:59",)]


def test_tables_views_and_columns_say_what_they_are(exported):
    with duckdb.connect(str(exported), read_only=True) as file:
        tables = dict(file.sql("select table_name, comment from duckdb_tables()").fetchall())
        views = dict(file.sql("select view_name, comment from duckdb_views() where not internal").fetchall())
        columns = file.sql(
            "select table_name, column_name, comment from duckdb_columns() where not internal"
        ).fetchall()
    assert tables == {table.name: table.grain for table in TABLES}
    assert set(views) == {*VIEWS, *read_folder("question")}
    assert all(views.values())
    comments = {(table, column): comment for table, column, comment in columns}
    for table in TABLES:
        for column in table.columns:
            assert comments[table.name, column.name].startswith(column.comment.rstrip(".")), (table.name, column.name)
    assert comments["play", "played_at"].endswith("In UTC.")


def test_a_folder_of_parquet_holds_every_table(run, session, tmp_path):
    code, out, err = run(tmp_path / "t", "--format", "parquet")
    assert (code, out) == (0, f"{tmp_path / 't'}\n")
    for name in session.warehouse.tables:
        written = pq.read_table(tmp_path / "t" / f"{name}.parquet")
        assert rows_of(written) == rows_of(session.run(select_all(name))), name
        assert f"{name}: {written.num_rows:,} rows" in err
    assert sorted(path.stem for path in (tmp_path / "t").iterdir()) == session.warehouse.tables


def test_only_the_views_named_are_written_as_csv(run, session, tmp_path):
    assert run(tmp_path / "t", "--format", "csv", "--only", "song_full", "--only", "play")[0] == 0
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == ["play.csv", "song_full.csv"]
    with (tmp_path / "t" / "song_full.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = session.run(select_all("song_full"))
    assert sorted(row["song_id"] for row in rows) == sorted(expected["song_id"].to_pylist())


def test_csv_for_people_holds_no_formula_and_the_exact_one_the_text(run, write_warehouse, tmp_path):
    write_warehouse(tmp_path / "w", song=[{"song_id": "s1", "extraction_date": MON, "name": FORMULA}])
    for file_format, name in (("csv", f"'{FORMULA}"), ("csv-exact", FORMULA)):
        place = tmp_path / file_format
        assert run(place, "--format", file_format, "--only", "song", source=tmp_path / "w")[0] == 0
        with (place / "song.csv").open(newline="", encoding="utf-8") as file:
            assert [row["name"] for row in csv.DictReader(file)] == [name]


def test_one_question_is_one_file(run, session, tmp_path):
    path = tmp_path / "top.parquet"
    assert run(path, "--format", "parquet", "--question", "top_artists", "limit=3") == (
        0, f"{path}\n", "top_artists: 3 rows\n",
    )  # fmt: skip
    written = pq.read_table(path)
    assert written.column_names == ["place", "artist_name", "songs", "albums", "artist_id"]
    assert [str(kind) for kind in written.schema.types] == ["int64", "string", "int64", "int64", "string"]


def test_sums_of_whole_numbers_are_whole_in_parquet(warehouse, capfdbinary, tmp_path):
    statement = "select sum(duration_ms) as total, 1 as n, 2 as n from song"
    assert main(["query", statement, "--format", "parquet", "--warehouse", str(warehouse)]) == 0
    (tmp_path / "rows.parquet").write_bytes(capfdbinary.readouterr().out)
    written = pq.read_table(tmp_path / "rows.parquet")
    assert written.column_names == ["total", "n", "n_2"]
    assert written.schema.types[0] == pa.int64()
    assert written["total"][0].as_py() > 0


def test_what_is_there_stays_without_force(run, tmp_path):
    place, folder = tmp_path / "music.duckdb", tmp_path / "tables"
    place.write_text("mine")
    folder.mkdir()
    (folder / "song.csv").write_text("mine")
    for arguments in ((place,), (folder, "--format", "csv")):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert err.endswith("that is not there yet; --force replaces it. Nothing was exported.\n")
        assert err.count("\n") == 1
    assert (place.read_text(), (folder / "song.csv").read_text()) == ("mine", "mine")


def test_force_replaces_the_files_and_leaves_others(run, tmp_path):
    place, folder = tmp_path / "music.duckdb", tmp_path / "tables"
    place.write_text("mine")
    folder.mkdir()
    (folder / "song.csv").write_text("mine")
    (folder / "notes.txt").write_text("mine")
    assert run(place, "--force")[0] == 0
    assert run(folder, "--format", "csv", "--only", "song", "--force")[0] == 0
    with duckdb.connect(str(place), read_only=True) as file:
        assert file.sql("select count(*) from song").fetchall() == [(65,)]
    assert (folder / "song.csv").read_text().startswith("song_id,")
    assert (folder / "notes.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["music.duckdb", "tables"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["out", "--only", "song"], "--only with --format duckdb: expected --format parquet or csv."),
        (["out", "--question", "top_artists"], "--question with --format duckdb: expected --format parquet or csv."),
        (["out", "--format", "csv", "--only", "sonk"], "no table or view sonk; did you mean song?"),
        (["out", "--format", "csv", "--question", "top_artist"], "no question top_artist; did you mean top_artists?"),
        (["out", "--format", "csv", "--question", "top_artists", "--only", "song"], "--only and --question: expected"),
        (["out", "limit=3"], "'limit=3': expected --question NAME before values of its parameters."),
        (["folder"], "folder: expected a file, got a folder. Nothing was exported."),
        (["file", "--format", "csv"], "file: expected a folder, got a file. Nothing was exported."),
        (["link"], "link: expected a file, got a link. Nothing was exported."),
        (["file/out"], "file/out: cannot be written: Not a directory. Nothing was exported."),
        (["out", "--format", "xlsx"], "Invalid value for '--format': 'xlsx' is not one of"),
    ],
)  # fmt: skip
def test_a_wrong_wish_is_refused_in_one_line(run, tmp_path, monkeypatch, arguments, line):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("file")
    before = sorted(path.name for path in tmp_path.iterdir())
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"export: {line}")
    assert err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def fill_disk():
    """Let no file of this process grow beyond 4 kB, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


@pytest.mark.parametrize("file_format", ["duckdb", "parquet", "csv"])
def test_a_full_disk_is_one_line_and_leaves_what_was_there(warehouse, tmp_path, file_format):
    place = tmp_path / "out"
    if file_format == "duckdb":
        place.write_text("mine")
    command = [sys.executable, "-m", "lakehouse", "export", str(place), "--format", file_format, "--force", "-q"]
    done = subprocess.run(
        [*command, "--warehouse", str(warehouse)],
        cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=fill_disk,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"export: {place}: cannot be written: ")
    assert done.stderr.endswith("Nothing was exported.\n")
    assert done.stderr.count("\n") == 1
    left = ["out"] if file_format == "duckdb" else []
    assert [path.name for path in tmp_path.iterdir()] == left
    assert not left or place.read_text() == "mine"


def test_an_export_that_was_killed_is_in_nobodys_way(run, tmp_path):
    draft = tmp_path / ".music.duckdb.unfinished"
    draft.write_text("half")
    Path(f"{draft}.wal").write_text("half")
    assert run(tmp_path / "music.duckdb", "-q")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["music.duckdb"]
