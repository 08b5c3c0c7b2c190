"""`lakehouse import --undo` takes the rows out of the tables too: of what was imported, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from lakehouse.importing.import_dump import main
from lakehouse.jobs.load import load
from lakehouse.warehouse.iceberg import Warehouse
from tests.spark.objects import page, song


def read_all(warehouse: Path) -> dict[str, list[Any]]:
    """Return of each table the days and ids that it has."""
    tables = Warehouse(warehouse)

    def column(table: str, name: str) -> list[Any]:
        return sorted(tables.open_dataset(table).to_table([name]).column(name).to_pylist())

    return {
        "song": column("song", "song_id"),
        "listing": column("listing", "source_id"),
        "raw_object": column("raw_object", "raw_key"),
    }


def write(folder: Path, name: str, *songs: str) -> Path:
    path = folder / "extraction_date=2024-01-01" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(page(*(song(one * 22) for one in songs), href=None)), encoding="utf-8")
    return folder


def test_an_undo_removes_the_rows_of_its_files_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One story, as each load takes seconds: shown, refused while another raw object is missing, then done."""
    raw, warehouse = tmp_path / "raw", tmp_path / "tables"
    assert main([str(write(tmp_path / "kept", "a.json", "A", "B")), "--raw", str(raw)]) == 0
    (kept,) = raw.rglob("*.gz")
    gone = write(tmp_path / "gone", "b.json", "B", "C")
    assert main([str(gone), "--raw", str(raw)]) == 0
    assert load(raw, warehouse) == 0
    loaded = read_all(warehouse)
    assert [one[0] for one in loaded["song"]] == ["A", "B", "C"]
    assert (len(loaded["listing"]), len(loaded["raw_object"])) == (2, 2)

    undo = [str(gone), "--raw", str(raw), "--warehouse", str(warehouse), "--undo"]
    assert main([*undo, "--dry_run"]) == 0
    assert "2024-01-01..2024-01-01  would be reloaded in" in capfd.readouterr().out
    hidden = kept.rename(tmp_path / "hidden")
    assert main(undo) == 1
    assert "Not reloaded: expected all other raw objects of 2024-01-01, 1 such as" in capfd.readouterr().out
    assert read_all(warehouse) == loaded

    # Its raw object is gone by now: the ledger still tells what is to be reloaded.
    hidden.rename(kept)
    assert main(undo) == 0
    assert list(raw.rglob("*.gz")) == [kept]
    left = read_all(warehouse)
    assert [one[0] for one in left["song"]] == ["A", "B"]
    assert left["listing"] == ["a"]
    assert [one.rpartition("/")[2] for one in left["raw_object"]] == [kept.name]
