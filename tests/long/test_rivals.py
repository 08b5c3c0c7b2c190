"""Two loads at once over a catalog that really locks: Iceberg's JDBC catalog on a PostgreSQL started here."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lakehouse.defaults import LOCAL_CATALOG as CATALOG
from lakehouse.paths import ROOT
from tests.long.postgresql import run_postgresql
from tests.model.cases import File
from tests.model.lakehouse import RawObject, load, rows_of
from tests.spark.test_any_order import differences, draw_cases

CASES = 25
REFUSED = 2


@dataclass
class Place:
    """A folder for raw objects and tables, and a catalog in PostgreSQL."""

    folder: Path
    port: int

    @property
    def settings(self) -> dict[str, str]:
        """Return Spark's settings of the catalog."""
        prefix = f"spark.sql.catalog.{CATALOG}"
        return {
            "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
            prefix: "org.apache.iceberg.spark.SparkCatalog",
            f"{prefix}.type": "jdbc",
            f"{prefix}.uri": f"jdbc:postgresql://127.0.0.1:{self.port}/postgres",
            f"{prefix}.jdbc.user": "postgres",
            f"{prefix}.jdbc.schema-version": "V1",
            f"{prefix}.warehouse": f"file://{self.folder}/warehouse",
            f"{prefix}.cache-enabled": "false",
        }

    def land(self, objects: list[RawObject]) -> None:
        """Place raw objects as they are."""
        for one in objects:
            path = self.folder / "raw" / one.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.content)
            os.utime(path, (one.written_at.timestamp(), one.written_at.timestamp()))

    def start(self, database: str, name: str, **staged: Any) -> "Load":
        """Start a load as a process of its own."""
        said = self.folder / f"{name}.txt"
        told = ["--raw", str(self.folder / "raw"), "--catalog", CATALOG, "--database", database]
        command = [sys.executable, "-m", "tests.long.submit_staged", json.dumps(self.settings), *told]
        known = {**os.environ, "STAGED": json.dumps(staged)}
        with said.open("wb") as output:
            return Load(subprocess.Popen(command, cwd=ROOT, env=known, stdout=output, stderr=output), said)

    def start_upkeep(self, database: str, meet: Path) -> "Load":
        """Start the upkeep as a process of its own; it meets a load."""
        said = self.folder / f"{database}_upkeep.txt"
        told = ["--catalog", CATALOG, "--database", database, "--keep_days", "1"]
        command = [sys.executable, "-m", "tests.long.submit_upkeep", json.dumps(self.settings), *told]
        with said.open("wb") as output:
            known = {**os.environ, "MEET": str(meet)}
            return Load(subprocess.Popen(command, cwd=ROOT, env=known, stdout=output, stderr=output), said)

    def load(self, database: str, name: str, **staged: Any) -> dict[str, Any]:
        """Load to the end; return the rows of all tables."""
        rows = self.folder / f"{name}.json"
        one = self.start(database, name, rows=str(rows), **staged)
        assert one.process.wait() == 0, one.said.read_text()[-3000:]
        return json.loads(rows.read_text())


@dataclass
class Load:
    """A load that runs, and the file with what it says."""

    process: subprocess.Popen[bytes]
    said: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with run_postgresql() as port:
        yield Place(tmp_path_factory.mktemp("rivals"), port)


def name_objects(files: list[tuple[int, File]]) -> list[RawObject]:
    """Give each case's files its name."""
    return [one.named(f"c{number:04d}") for number, one in files]


def test_two_loads_at_once_end_in_the_right_rows_or_one_stops_with_a_clear_message(place: Place) -> None:
    files = [(number, one) for number, case in enumerate(draw_cases(CASES, 5)) for one in case]
    first, then = name_objects(files[::2]), name_objects(files[1::2])
    place.land(first)
    place.load("old", "first", databases=["old", "fresh"])
    place.land(then)
    for database in ("old", "fresh"):
        meet = place.folder / f"meet_{database}"
        meet.mkdir()
        rivals = [place.start(database, f"{database}{n}", meet=str(meet), rivals=2) for n in (1, 2)]
        for one in rivals:
            require_clear_end(one)
        seen = place.load(database, f"{database}_last")
        expected = rows_of(load([*first, *then]))
        assert differences(seen, expected) == []
        assert seen == expected
        assert len(list(meet.iterdir())) == len(rivals)


def require_clear_end(one: Load) -> None:
    """A load ends well, or with one line that says what became of the data."""
    code, said = one.process.wait(), one.said.read_text()
    assert code in (0, REFUSED), said[-3000:]
    assert "Traceback" not in said
    if code == REFUSED:
        assert "the next run does it." in said.splitlines()[-1]


def test_upkeep_beside_a_load_disturbs_it_not_and_loses_nothing(place: Place) -> None:
    """Both write the same partitions: the second load's objects are of the days and months of the first."""
    files = [(number, one) for number, case in enumerate(draw_cases(CASES, 11)) for one in case]
    first, then = name_objects(files[::2]), name_objects(files[1::2])
    lake = Place(place.folder / "kept", place.port)
    lake.folder.mkdir()
    lake.land(first)
    lake.load("kept", "first", databases=["kept"])
    lake.land(then)
    meet = lake.folder / "meet"
    meet.mkdir()
    upkeep = lake.start_upkeep("kept", meet)
    beside = lake.start("kept", "beside", meet=str(meet), rivals=2)
    code = beside.process.wait()
    (meet / "ended").touch()
    assert code == 0, beside.said.read_text()[-3000:]
    assert upkeep.process.wait() == 0, upkeep.said.read_text()[-3000:]
    assert "snapshots" in upkeep.said.read_text()
    seen = lake.load("kept", "last")
    assert differences(seen, rows_of(load([*first, *then]))) == []
