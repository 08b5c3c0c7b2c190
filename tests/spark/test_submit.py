"""The way people run it: import, spark-submit with the zip into a folder, questions to that folder."""

import json
from pathlib import Path

import pytest

from lakehouse.cli import main as lakehouse
from tests.dump import copy_dump
from tests.spark.objects import album, credit, entry, page, song

DATE = "2026-11-01"
FIRST, SECOND, THIRD = (f"{number:022d}" for number in (1, 2, 9))
MINE = str((FIRST, SECOND, THIRD))
ARTIST = f"{11:022d}"
TRACK = song(THIRD, album=..., external_ids=..., artists=[credit(ARTIST)])
ALBUM = album(f"{5:022d}", label="Lantern", artists=[credit(ARTIST)], tracks=page(TRACK, href="albums/x/tracks"))
ITEMS = page(*(entry(song(one, artists=[credit(ARTIST)], album=ALBUM | {"tracks": None})) for one in (FIRST, SECOND)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with raw objects and the warehouse they were loaded into, names with a space in them.

    Two answers made here, and the whole made-up dump of other pipelines.
    """
    folder = tmp_path_factory.mktemp("a lake")
    for name, document in (("items", ITEMS), ("album", ALBUM)):
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        told = [str(folder / f"{name}.json"), "--date", DATE, "--raw", str(folder / "raw")]
        assert lakehouse(["import", *told]) == 0
    assert lakehouse(["import", str(copy_dump(folder / "dump")), "--raw", str(folder / "raw")]) == 0
    assert lakehouse(["load", "--raw", str(folder / "raw"), "--warehouse", str(folder / "warehouse")]) == 0
    return folder


def ask(folder: Path, capsys: pytest.CaptureFixture[str], *told: str) -> tuple[int, str, str]:
    code = lakehouse([*told[:1], "--warehouse", str(folder / "warehouse"), *told[1:]])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_tables_of_spark_answer_in_duckdb(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(
        folder,
        capsys,
        "query",
        "--format",
        "csv",
        f"select song_id, artist_ids, seen_at is null as x from song where song_id in {MINE}",
    )
    lines = sorted(out.split())
    assert (code, lines) == (
        0,
        [*(f'{one},"[""{ARTIST}""]",false' for one in (FIRST, SECOND, THIRD)), "song_id,artist_ids,x"],
    )


def test_every_check_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(folder, capsys, "checks")[0] == 0


def test_the_dump_of_other_pipelines_is_accounted_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counted = "sum(entries), sum(accepted), sum(skipped_null_entry), sum(rejected_entries), sum(rejected_documents)"
    code, out, _ = ask(folder, capsys, "query", "--format", "csv", f"select count(*), {counted} from raw_object")
    assert (code, out.splitlines()[1]) == (0, "33,339,324,7,0,2")
    code, out, _ = ask(folder, capsys, "question", "--format", "csv", "rejections")
    assert [line.split(",")[0] for line in out.splitlines()] == ["reason", "error_body", "not_json"]


def test_loading_again_says_nothing_new(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told = ["--raw", str(folder / "raw"), "--warehouse", str(folder / "warehouse")]
    assert lakehouse(["load", *told]) == 0
    said = capfd.readouterr().out
    assert "nothing new, 0 commits" in said
    assert "{" not in said
    assert lakehouse(["load", *told, "--json"]) == 0
    assert json.loads(capfd.readouterr().out.splitlines()[-1])["commits"] == 0


def test_a_value_that_the_job_refuses_is_one_line(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told = ["--raw", str(folder / "raw"), "--warehouse", str(folder / "warehouse"), "--time-zone", "Mars/Base"]
    assert lakehouse(["load", *told]) != 0
    captured = capfd.readouterr()
    # What Java itself says of the module that Spark 4.1 starts it with cannot be turned off.
    said = [line for line in (captured.out + captured.err).splitlines() if line and "incubator modules" not in line]
    assert len(said) == 1
    assert (
        "--time-zone Mars/Base: expected a zone such as Europe/Berlin, got 'Mars/Base'. Nothing was loaded." in said[0]
    )


@pytest.mark.parametrize(
    ("told", "message"),
    [
        pytest.param(["--raw", "none"], "load: --raw none: expected a folder of raw objects, got", id="no raw"),
        pytest.param(["--warehouse", "FILE"], "expected a folder, got a file. Nothing was loaded.", id="a file"),
    ],
)
def test_a_wrong_folder_is_one_line(
    folder: Path, told: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [str(folder / "items.json") if word == "FILE" else word for word in told]
    assert lakehouse(["load", "--raw", str(folder / "raw"), *told]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
