"""A warehouse of an earlier version is read as it was; one of a later version is refused in one line."""

import json
from pathlib import Path

import pytest

from glue_jobs.table_format import FORMAT, FORMAT_PROPERTY
from glue_jobs.tables import TABLES
from lakehouse.cli import main as lakehouse
from lakehouse.defaults import DATABASE
from lakehouse.paths import ROOT
from lakehouse.warehouse.iceberg import Warehouse, open_catalog
from tests.kept import KEPT, unpack


@pytest.fixture(params=KEPT, ids=lambda path: path.name)
def warehouse(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return unpack(request.param, tmp_path)


def test_there_is_a_warehouse_of_each_format_and_each_is_small() -> None:
    assert [path.name for path in KEPT] == [f"warehouse_{number}.tar.gz" for number in range(1, FORMAT + 1)]
    assert all(path.stat().st_size < 300_000 for path in KEPT)


def test_every_table_of_an_earlier_version_is_read(warehouse: Path) -> None:
    tables = Warehouse(warehouse)
    for table in TABLES:
        lines = (ROOT / "tests" / "frozen" / "rows" / f"{table.name}.jsonl").read_text("utf-8").splitlines()
        key = [name for name in table.key if name != "played_at"]
        frozen = sorted(str([json.loads(line)[name] for name in key]) for line in lines)
        rows = tables.open_dataset(table.name).to_table(key).to_pylist()
        assert sorted(str([_plain(row[name]) for name in key]) for row in rows) == frozen, table.name


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int)) else str(value)


def test_checks_run_over_an_earlier_version(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lakehouse(["checks", "--json", "--warehouse", str(warehouse)]) in (0, 1)
    assert '"error": null' in capsys.readouterr().out


def test_a_later_version_is_refused_in_one_line(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalog = open_catalog(warehouse)
    with catalog.load_table((DATABASE, "song")).transaction() as change:
        change.set_properties({FORMAT_PROPERTY: str(FORMAT + 1)})
    catalog.close()
    assert lakehouse(["query", "select 1 as one from song", "--warehouse", str(warehouse)]) == 2
    said = capsys.readouterr().err
    assert f"song: expected format {FORMAT} or earlier, got {FORMAT + 1}: a later version" in said
    assert said.count("\n") == 1
