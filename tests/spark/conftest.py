"""One Spark with Iceberg for all tests, and a small lake to land raw objects in and load them."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs.arguments import parse_settings
from glue_jobs.load.report import Report
from glue_jobs.load_music import run
from glue_jobs.session import SETTINGS
from lakehouse.cli import main as lakehouse
from lakehouse.spark.submit import PUBLISH_JARS, QUICK_JAVA, ensure_jars, environment
from lambda_extract.raw_format import (
    Answer,
    Run,
    Source,
    SourceResult,
    build_answer_line,
    build_key,
    build_summary_line,
    land_in_folder,
)

WRITTEN_AT = 1_790_000_000
"""When every raw object of a test was written, so that lakes can be compared."""

TUNED = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.lake.type": "hadoop",
    "spark.sql.catalog.lake.cache-enabled": "false",
    "spark.driver.extraJavaOptions": QUICK_JAVA,
}


def own_spark(patch: pytest.MonkeyPatch) -> str:
    """Let this process take the project's own Spark and Java; return the jars it needs."""
    known = environment()
    for name in ("JAVA_HOME", "PYSPARK_PYTHON"):
        patch.setenv(name, known[name])
    patch.delenv("SPARK_HOME", raising=False)
    return ",".join(str(jar) for jar in ensure_jars(known, PUBLISH_JARS))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Return the one session of all tests, with the settings every job relies on."""
    patch = pytest.MonkeyPatch()
    # The image of AWS Glue has a Spark of its own, with Iceberg's jar and a Java (docker/test.sh).
    jars = "" if os.environ.get("SPARK_OF_THE_IMAGE") else own_spark(patch)
    builder = SparkSession.builder.master("local[1]").appName("tests")
    folder = tmp_path_factory.mktemp("lakes")
    settings = {**TUNED, **SETTINGS, "spark.sql.catalog.lake.warehouse": str(folder)}
    settings |= {"spark.jars": jars} if jars else {}
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
    patch.undo()


@dataclass
class Lake:
    """A raw folder and a database of its own."""

    spark: SparkSession
    folder: Path
    database: str
    runs: list[Report] = field(default_factory=list)

    @property
    def raw(self) -> Path:
        """Return the folder of the raw objects."""
        return self.folder / "raw"

    def land(
        self,
        *documents: Any,
        at: str = "2026-11-01T10:00:00",
        source: tuple[str, str] = ("playlist", "p1"),
        account: str | None = None,
        run_id: str = "r1",
        status: str = "ok",
        is_complete: bool | None = True,
        total: int | None = None,
        summary: bool = True,
    ) -> str:
        """Land one raw object with these answers of one source; return its raw_key."""
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        what = Run(run_id, moment, account)
        where = Source(*source)
        lines = [build_answer_line(what, Answer(where, "path", {}, moment, 200, one)) for one in documents]
        result = SourceResult(where, status, len(documents), 0, total, is_complete)
        lines += [build_summary_line(what, [result], moment)] if summary else []
        return self.land_lines(build_key(what), lines)

    def land_lines(self, key: str, lines: list[bytes]) -> str:
        """Land lines as they are; return the raw_key."""
        land_in_folder(self.raw, key, lines)
        os.utime(self.raw / key, (WRITTEN_AT, WRITTEN_AT))
        return f"raw/{key}"

    def import_json(self, name: str, document: Any, date: str) -> None:
        """Import a document as a file another pipeline left."""
        text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
        path = self.folder / "dump" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        assert lakehouse(["import", str(path), "--date", date, "--raw", str(self.raw)]) == 0

    def load(self, *arguments: str) -> Report:
        """Load what is new, in this process."""
        told = ["--raw", str(self.raw), "--catalog", "lake", "--database", self.database, *arguments]
        self.runs.append(run(self.spark, parse_settings(told)))
        return self.runs[-1]

    def rows(self, table: str, *columns: str, where: str = "true") -> list[Any]:
        """Return rows in the order of their columns; one column gives plain values."""
        df = self.spark.table(f"lake.{self.database}.{table}").where(where)
        chosen = df.select(*columns) if columns else df
        found = sorted((tuple(row) for row in chosen.collect()), key=repr)
        return [row[0] for row in found] if len(columns) == 1 else found

    def snapshots(self) -> dict[str, int]:
        """Return the number of commits of each table."""
        tables = self.spark.sql(f"show tables in lake.{self.database}").collect()
        names = [row["tableName"] for row in tables]
        return {name: self.spark.table(f"lake.{self.database}.{name}.snapshots").count() for name in names}


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Iterator[Lake]:
    """Return an empty lake."""
    yield from open_lake(spark, tmp_path)


@pytest.fixture(scope="module")
def shared_lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """Return an empty lake for a whole file: many cases, each under a date of its own, one load."""
    yield from open_lake(spark, tmp_path_factory.mktemp("lake"))


def open_lake(spark: SparkSession, folder: Path) -> Iterator[Lake]:
    """Make a database, and drop it afterwards."""
    database = f"db_{abs(hash(str(folder)))}"
    spark.sql(f"create namespace lake.{database}")
    try:
        yield Lake(spark, folder, database)
    finally:
        for row in spark.sql(f"show tables in lake.{database}").collect():
            spark.sql(f"drop table lake.{database}.{row['tableName']} purge")
        shutil.rmtree(folder, ignore_errors=True)
