"""Two first loads at once into a warehouse that does not exist yet, and two more beside each other afterwards."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.cli import main as lakehouse
from lakehouse.paths import ROOT
from tests.spark.objects import entry, page, song


def start_load(raw: Path, warehouse: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lakehouse", "load", "--raw", str(raw), "--warehouse", str(warehouse)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def import_songs(folder: Path, raw: Path, date: str, *names: str) -> None:
    path = folder / f"{date}.json"
    path.write_text(json.dumps(page(*(entry(song(f"{name:0>22}")) for name in names))))
    assert lakehouse(["import", str(path), "--date", date, "--raw", str(raw)]) == 0


def test_two_loads_at_once_both_end_with_the_rows(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    raw, warehouse = tmp_path / "raw", tmp_path / "tables"
    for date, names in (("2026-11-01", ("a", "b")), ("2026-11-02", ("b", "c"))):
        import_songs(tmp_path, raw, date, *names)
        loads = [start_load(raw, warehouse) for _ in range(2)]
        printed = [load.communicate()[0] for load in loads]
        assert [load.returncode for load in loads] == [0, 0], printed
        assert not any("Traceback" in text or "Exception" in text for text in printed), printed
    capfd.readouterr()
    statement = "select song_id, count(*) as days from song group by 1 order by 1"
    assert lakehouse(["query", statement, "--warehouse", str(warehouse), "--format", "json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert [(row["song_id"][-1], row["days"]) for row in rows] == [("a", 1), ("b", 2), ("c", 1)]
