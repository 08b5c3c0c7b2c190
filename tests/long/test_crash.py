"""The job is killed (SIGKILL, its JVM and all) at every stage: tables stay whole, the next run completes the work."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError
from pyspark.sql import SparkSession

from glue_jobs import arguments, load_music
from glue_jobs.tables import TABLES
from lakehouse.defaults import DATABASE
from lakehouse.defaults import LOCAL_CATALOG as CATALOG
from lakehouse.spark.submit import submit, warehouse_settings
from lakehouse.warehouse.folder import prepare_warehouse
from tests.long.submit_staged import STAGED_JOB
from tests.spark.conftest import Lake
from tests.spark.objects import entry, full_album, full_artist, page, song

NAMES = [table.name for table in TABLES]
STAGES = [
    *("create album", "create play", "create rejected_record"),
    *(f"1 {name} {moment}" for name in NAMES for moment in ("before", "after")),
    *(f"2 {name} {moment}" for name in ("song", "listing", "raw_object") for moment in ("before", "after")),
]
SECONDS = [0.5, 1.5, 2.5]
KILLED = -9

Rows = list[str] | None


def land(lake: Lake, number: int) -> None:
    """Land a raw object with rows for every table, the second one with better sightings of the same things."""
    play = {"track": song("s1"), "played_at": f"2026-11-01T0{number}:00:00Z", "context": None}
    known = {"popularity": 40 + number} if number > 1 else {}
    lines = [page(entry(song("s1", **known)), entry(song(f"s{number}")), {"type": "riddle"}), page(play, offset=...)]
    lines += [full_album("al1", name=f"Album {number}"), full_artist("a1", followers={"total": number})]
    lake.land(*lines, at=f"2026-11-01T0{number}:00:00", run_id=f"r{number}")


def read_table(catalog: SqlCatalog, name: str) -> Rows:
    """Read a table as any reader would; None where there is none yet."""
    try:
        rows = catalog.load_table(f"{DATABASE}.{name}").scan().to_arrow().to_pylist()
    except NoSuchTableError:
        return None
    return sorted(repr({key: value for key, value in row.items() if key != "loaded_at"}) for row in rows)


def read_tables(warehouse: Path) -> dict[str, Rows]:
    """Read all tables of a warehouse."""
    with reading_catalog(warehouse) as catalog:
        return {name: read_table(catalog, name) for name in NAMES}


@contextmanager
def reading_catalog(warehouse: Path) -> Iterator[SqlCatalog]:
    """Open a warehouse's catalog as any reader would."""
    catalog = SqlCatalog(CATALOG, uri=f"sqlite:///{warehouse}/catalog.db", warehouse=f"file://{warehouse}")
    try:
        yield catalog
    finally:
        catalog.close()


@contextmanager
def reading(warehouse: Path) -> Iterator[list[dict[str, Rows]]]:
    """Read all tables again and again in a thread; a read that fails is an item too."""
    seen: list[Any] = []
    done = threading.Event()

    def read_on() -> None:
        while not done.is_set():
            try:
                seen.append(read_tables(warehouse))
            except Exception as error:
                seen.append(error)
            done.wait(0.3)

    thread = threading.Thread(target=read_on)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def load_here(spark: SparkSession, raw: Path, warehouse: Path) -> None:
    """Load into a warehouse in this process, in a session of its own."""
    session = spark.newSession()
    for name, value in warehouse_settings(warehouse).items():
        if name.startswith("spark.sql.catalog."):
            session.conf.set(name, value)
    told = ["--raw", str(raw), "--catalog", CATALOG, "--database", DATABASE, "--batch_mb", "1"]
    load_music.run(session, arguments.parse_settings(told))


class Undisturbed:
    """Two raw objects, each a batch, and every table as it is before, between and after them."""

    def __init__(self, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
        """Load both without a crash, and look after each batch."""
        self.raw, warehouse = lake.raw, prepare_warehouse(str(lake.folder / "undisturbed"))
        for number in (1, 2):
            land(lake, number)
        self.states: list[dict[str, Rows]] = [dict.fromkeys(NAMES), {name: [] for name in NAMES}]
        load = load_music.load_batch

        def load_and_look(*told: Any) -> None:
            load(*told)
            self.states.append(read_tables(warehouse))

        with monkeypatch.context() as patch:
            patch.setattr(load_music, "load_batch", load_and_look)
            load_here(lake.spark, self.raw, warehouse)


@pytest.fixture(scope="module")
def undisturbed(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("glue_jobs.arguments.MEGABYTE", 1)
        found = Undisturbed(Lake(spark, tmp_path_factory.mktemp("lake"), "none"), patch)
        assert len(found.states) == 4
        assert all(found.states[3][name] for name in NAMES)
        assert all(found.states[2][name] != found.states[3][name] for name in NAMES)
        yield found


@pytest.mark.parametrize("stage", [*STAGES, *SECONDS])
def test_killed_at_any_moment_tables_are_whole_and_the_next_run_completes(
    stage: str | float, undisturbed: Undisturbed, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = prepare_warehouse(str(lake.folder / "warehouse"))
    monkeypatch.setenv("STAGED", json.dumps({"die": stage, "megabyte": 1}))
    told = ["--raw", str(undisturbed.raw), "--catalog", CATALOG, "--database", DATABASE, "--batch_mb", "1"]
    said = lake.folder / "said.txt"
    with reading(warehouse) as seen:
        code = submit(STAGED_JOB, told, warehouse_settings(warehouse), quick=True, output_file=said)
        seen.append(read_tables(warehouse))
    assert code == KILLED, said.read_text()
    for state in seen:
        assert isinstance(state, dict), state
        for name in NAMES:
            assert any(state[name] == known[name] for known in undisturbed.states), f"{name} is torn"
    load_here(lake.spark, undisturbed.raw, warehouse)
    assert read_tables(warehouse) == undisturbed.states[-1]
    shutil.rmtree(warehouse)


def test_enough_stages_are_told_apart() -> None:
    assert len({*STAGES, *SECONDS}) >= 20
