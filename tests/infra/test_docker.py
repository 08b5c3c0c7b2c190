"""The container's entry scripts, outside the container, with programs that only write down how they were called."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.cli import main as lakehouse
from lakehouse.emulated_aws.emulated import EmulatedAws
from lakehouse.paths import DEMO_DUMP, ROOT

DOCKER = ROOT / "docker"
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
FAKE = """#!/usr/bin/env python3
import json, os, sys
from pathlib import Path
Path(os.environ["CALLS"]).open("a").write(json.dumps([sys.argv[1:], os.environ.get("PYTHONPATH", "")]) + "\\n")
zipped = [word for word in sys.argv if word.endswith("glue_jobs.zip") and "s3:" not in word]
sys.exit(0 if all(Path(word).exists() for word in zipped) else 9)
"""


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    path = tmp_path / "fake"
    path.write_text(FAKE)
    path.chmod(0o755)
    return path


def calls(tmp_path: Path) -> list[tuple[list[str], str]]:
    return [tuple(json.loads(line)) for line in (tmp_path / "calls").read_text().splitlines()]


def test_the_load_is_submitted_as_glue_would(emulated: EmulatedAws, tmp_path: Path, fake: Path) -> None:
    project = tmp_path / "project"
    for name in ("docker", "glue_jobs", "lakehouse", "infra", "requirements"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", ".terraform*"))
    shutil.copy(ROOT / "pyproject.toml", project)
    lakehouse(["import", str(DEMO_DUMP), "--raw", str(project / "data" / "docker" / "raw")])
    python = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"
    known = {
        **os.environ,
        "PATH": python,
        "BUCKET": "docker-lake",
        "DATABASE": "docker",
        "CALLS": str(tmp_path / "calls"),
    }
    subprocess.run([project / "docker" / "load.sh"], env={**known, "SPARK_SUBMIT": str(fake)}, check=True)
    ((words, _),) = calls(tmp_path)
    script = words.index(str(project / "glue_jobs" / "load_music.py"))
    assert words[script + 1 : script + 3] == ["--raw", "s3://docker-lake/raw/"]
    assert "--JOB_NAME" not in words
    assert f"spark.sql.catalog.glue_catalog.glue.endpoint={emulated.endpoint}" in words[:script]
    assert "spark.sql.catalog.glue_catalog.warehouse=s3://docker-lake/warehouse" in words[:script]
    landed = emulated.connect("s3").list_objects_v2(Bucket="docker-lake", Prefix="raw/extraction_date=")
    assert landed["KeyCount"] > 10
    assert emulated.connect("glue").get_database(Name="docker")


def test_without_raw_objects_nothing_is_submitted(emulated: EmulatedAws, tmp_path: Path, fake: Path) -> None:
    known = {**os.environ, "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}", "BUCKET": "b", "DATABASE": "d"}
    words = [
        "python3",
        DOCKER / "prepare.py",
        "--zip",
        "z",
        "--arguments",
        "a",
        "--conf",
        "c",
        "--raw",
        tmp_path / "none",
    ]
    done = subprocess.run(words, cwd=tmp_path, env=known, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("holds no raw object; `make docker-load` makes some. Not loaded.\n")


def test_the_tests_run_without_a_pyspark_of_pips_and_without_writing_here(tmp_path: Path, fake: Path) -> None:
    known = {**os.environ, "PYTHON": str(fake), "CALLS": str(tmp_path / "calls"), "PYTHONPATH": "/of/the/image"}
    subprocess.run([DOCKER / "test.sh", "-k", "rows"], env=known, check=True)
    (install, _), (tests, path) = calls(tmp_path)
    assert install[:3] == ["-m", "pip", "install"]
    assert "--require-hashes" in install
    locked = (ROOT / "requirements" / "docker.txt").read_text()
    assert install[-2:] == ["-r", str(ROOT / "requirements" / "docker.txt")]
    assert "pyspark" not in locked
    assert "--target" in install
    assert tests[:4] == ["-m", "pytest", "-p", "no:cacheprovider"]
    assert tests[-2:] == ["-k", "rows"]
    assert all((ROOT / word).exists() for word in tests if word.startswith("tests/"))
    assert path.startswith(f"{ROOT}:")
    assert path.endswith(":/of/the/image")


def test_the_compose_file_is_valid() -> None:
    docker = shutil.which("docker")
    config = ["compose", "-f", str(DOCKER / "compose.yaml"), "config", "--quiet"]
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        text = (DOCKER / "compose.yaml").read_text("utf-8")
        for script in ("load.sh", "test.sh"):
            assert f"/project/docker/{script}" in text
        assert "..:/project:ro" in text
        assert "user: hadoop" in text
        return
    subprocess.run([docker, *config], check=True)
