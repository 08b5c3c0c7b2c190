"""The upkeep is planned without Spark: what is to be done, in which order, as which statements."""

import datetime as dt
import os
from pathlib import Path

import pytest

from glue_jobs.errors import LoadError
from glue_jobs.maintain.arguments import parse_maintain_settings
from glue_jobs.maintain.plan import MOST_MANIFESTS, Figures, plan_steps, statement, urgency
from glue_jobs.maintain.report import MaintainReport, TableReport
from lakehouse.jobs.maintain import PARTLY, find_unfinished, maintain, remove_files
from lakehouse.warehouse.folder import prepare_warehouse

NOW = dt.datetime(2026, 11, 28, 5, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        pytest.param(Figures(files=9, manifests=MOST_MANIFESTS), ["orphans"], id="a table at rest gets no commit"),
        pytest.param(Figures(spare_files=1), ["compact", "orphans"], id="two small files of a partition"),
        pytest.param(Figures(manifests=MOST_MANIFESTS + 1), ["manifests", "orphans"], id="many manifests"),
        pytest.param(Figures(old_snapshots=1), ["expire", "orphans"], id="an old snapshot"),
        pytest.param(
            Figures(spare_files=1, manifests=99, old_snapshots=1),
            ["compact", "manifests", "expire", "orphans"],
            id="everything",
        ),
    ],
)
def test_a_step_is_planned_where_it_changes_something(figures: Figures, expected: list[str]) -> None:
    assert plan_steps(figures) == expected


def test_where_rows_went_manifests_are_rewritten_before_states_expire() -> None:
    assert plan_steps(Figures(manifests=99, old_snapshots=1), rows_went=True) == ["forget", "expire", "orphans"]
    # The state that held them may be too young to be counted as old.
    assert plan_steps(Figures(manifests=1), rows_went=True) == ["forget", "expire", "orphans"]


def test_the_table_that_needs_it_most_is_the_most_urgent() -> None:
    assert urgency(Figures(spare_files=5)) > urgency(Figures(files=1000, bytes=10**9, snapshots=9))


def test_statements_name_table_and_times() -> None:
    expire = statement("expire", "cat", "music.song", NOW, keep_days=7)
    assert expire.startswith(
        "call cat.system.expire_snapshots(table => 'music.song', older_than => timestamp '2026-11-21"
    )
    assert "timestamp '2026-11-25 05:30:00Z'" in statement("orphans", "cat", "music.song", NOW, keep_days=1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--minutes", "0"], "expected a whole number from 1 to 480, got '0'"),
        (["--keep_days", "-1"], "expected a whole number from 1 to 3650, got '-1'"),
        (["--keepdays", "3"], "unknown argument --keepdays; did you mean --keep_days"),
    ],
)
def test_a_wrong_argument_is_one_line_that_says_no_table_was_changed(words: list[str], expected: str) -> None:
    with pytest.raises(LoadError, match=r"No table was changed\.") as error:
        parse_maintain_settings(words)
    assert expected in str(error.value)


def test_the_report_has_one_line_for_each_table() -> None:
    done = TableReport(Figures(files=9, bytes=2_000_000, snapshots=30), Figures(files=3, snapshots=4), ["expire"])
    report = MaintainReport({"song": done}, {"play": "broken."}, ["album"])
    song, play, album = report.as_text().splitlines()
    assert "files 9 -> 3" in song
    assert "snapshots 30 -> 4" in song
    assert "failed: broken." in play
    assert "next run goes on" in album
    assert "1 of 2 tables" in str(report.failures())


def test_unfinished_raw_objects_go_after_three_days_and_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "extraction_date=2026-11-20"
    folder.mkdir()
    old, young, whole = folder / ".a.ndjson.gz.1.tmp", folder / ".b.ndjson.gz.2.tmp", folder / "c.ndjson.gz"
    for path, age in ((old, 4), (young, 2), (whole, 400)):
        path.write_bytes(b"")
        os.utime(path, (NOW.timestamp() - age * 86400,) * 2)
    assert find_unfinished(tmp_path, NOW.timestamp()) == [old]


def test_a_file_that_cannot_be_removed_is_one_line_and_keeps_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stuck, gone, other = tmp_path / "a\x1b[2J", tmp_path / "b", tmp_path / "c"
    stuck.mkdir()  # a folder is no file that unlink removes, also for root
    other.write_bytes(b"")
    assert remove_files("maintain", [stuck, gone, other], "files") == PARTLY
    assert list(tmp_path.iterdir()) == [stuck]
    failed, removed = capsys.readouterr().err.splitlines()
    assert failed.startswith(f"maintain: {tmp_path}/a\\x1b[2J: expected to remove this file, got ")
    assert removed == "maintain: removed 1 files"
    assert remove_files("maintain", [], "files") == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("is_half_made", [False, True])
def test_a_warehouse_without_tables_needs_no_upkeep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, is_half_made: bool
) -> None:
    folder = tmp_path / "warehouse"
    if is_half_made:
        folder.mkdir()
        (folder / "catalog.db").touch()
    else:
        prepare_warehouse(str(folder))
    assert maintain(folder, tmp_path / "raw") == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"maintain: no tables in {folder} yet, nothing to do"
