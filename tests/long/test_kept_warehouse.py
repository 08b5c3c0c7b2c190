"""A warehouse that an earlier version left is loaded into, rebuilt and kept, by the commands that a person types."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from glue_jobs.table_format import FORMAT, FORMAT_PROPERTY
from lakehouse.cli import main as lakehouse
from lakehouse.defaults import DATABASE
from lakehouse.paths import ROOT
from lakehouse.warehouse.iceberg import Warehouse, open_catalog
from tests.kept import KEPT, unpack
from tests.long.remaining import files_with

DAY = "extraction_date=2026-12-02"


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    return sorted(Warehouse(folder).open_dataset(table).to_table().to_pylist(), key=repr)


def land(raw: Path, run_id: str, account: str | None, song: str) -> None:
    track = {"type": "track", "id": song, "name": f"Song {song}", "artists": [], "uri": f"spotify:track:{song}"}
    moment = "2026-12-02T10:00:00Z"
    line = {
        "kind": "answer", "schema_version": 1, "run_id": run_id, "extracted_at": moment, "fetched_at": moment,
        "account": account, "source": {"kind": "recently_played", "id": "me"},
        "request": {"path": "me/player/recently-played", "params": {}}, "status": 200,
        "response": {"items": [{"track": track, "played_at": moment, "context": None}]},
    }  # fmt: skip
    path = raw / DAY / f"20261202T100000Z-{run_id}.ndjson.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(line).encode()))


@pytest.mark.parametrize("archive", KEPT, ids=lambda path: path.name)
def test_a_kept_warehouse_goes_through_all_that_keeps_one(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One story: each command starts a Spark."""
    folder, raw = unpack(archive, tmp_path), tmp_path / "raw"
    shutil.copytree(ROOT / "tests" / "frozen" / "raw", raw)
    places = ["--raw", str(raw), "--warehouse", str(folder)]
    kept = {name: rows(folder, name) for name in ("song", "album", "artist", "listing", "play")}

    land(raw, "anna1", "anna", "annas")
    land(raw, "ben1", "ben", "bens")
    assert lakehouse(["load", *places]) == 0
    assert "2 raw objects loaded" in capfd.readouterr().out
    assert [row["song_id"] for row in rows(folder, "play") if row["account"] == "anna"] == ["annas"]

    assert lakehouse(["maintain", *places, "--retention-days", "0"]) == 0
    assert "song            files" in capfd.readouterr().out

    assert lakehouse(["rebuild", *places]) == 0
    for name, found in kept.items():
        assert [row for row in rows(folder, name) if DAY not in row["raw_key"]] == found, name

    assert lakehouse(["forget", "--account", "anna", *places, "--yes"]) == 0
    assert files_with(tmp_path, "annas") == []
    assert [row["account"] for row in rows(folder, "raw_object") if DAY in row["raw_key"]] == ["ben"]
    assert [row["song_id"] for row in rows(folder, "play") if row["account"] == "ben"] == ["bens"]
    assert lakehouse(["load", *places]) == 0

    catalog = open_catalog(folder)
    with catalog.load_table((DATABASE, "raw_object")).transaction() as change:
        change.set_properties({FORMAT_PROPERTY: str(FORMAT + 1)})
    catalog.close()
    capfd.readouterr()
    assert lakehouse(["load", *places]) == 2
    # Spark hands on what a job says on either stream as one.
    assert f"expected tables of format {FORMAT} or earlier, got {FORMAT + 1}" in "".join(capfd.readouterr())
