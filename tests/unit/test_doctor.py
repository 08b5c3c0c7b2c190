"""The doctor says what is there, what will be used and what is to come; it needs no package to do so."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from lakehouse import doctor
from lakehouse.spark.java import Java

ROOT = Path(__file__).resolve().parent.parent.parent
Usage = namedtuple("Usage", "total used free")


def texts(what: str, *findings: doctor.Finding) -> list[str]:
    """Return state and text of the findings about one thing."""
    return [f"{finding.state}: {finding.text}" for finding in findings if finding.what == what]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a project on a machine without anything."""
    (tmp_path / "requirements").mkdir()
    for name in ("run", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").touch()
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    monkeypatch.setattr(doctor, "look_around", lambda: iter(()))
    monkeypatch.setattr(doctor, "find_java", lambda _wanted: None)
    monkeypatch.setenv("LAKEHOUSE_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_a_bare_machine_can_run_the_demo_and_is_told_what_comes(machine, capsys):
    assert doctor.main() == 0
    said = capsys.readouterr().out
    assert "no Java 17" in said
    assert "38 MB" in said
    assert "60 MB" in said
    assert "70 MB" in said
    assert "lakehouse demo can run; what is missing is fetched when it is needed" in said


def test_each_java_is_shown_with_what_becomes_of_it(machine, monkeypatch):
    found = [
        Java(Path("/jdk-25"), "25.0.1", "JAVA_HOME"),
        Java(Path("/jdk-17"), "17.0.9", "PATH"),
        Java(Path("/own-17"), "17.0.2", "PyPI, in .java/"),
    ]
    monkeypatch.setattr(doctor, "look_around", lambda: iter(found))
    assert texts("Java", *doctor.look_at_java()) == [
        "ok: 25.0.1 at /jdk-25 (from JAVA_HOME): passed over: Spark here runs on 17",
        "ok: 17.0.9 at /jdk-17 (from PATH): used",
        "ok: 17.0.2 at /own-17 (from PyPI, in .java/): not needed",
    ]


def test_only_an_unfitting_java_means_that_one_comes(machine, monkeypatch):
    monkeypatch.setattr(doctor, "look_around", lambda: iter([Java(Path("/jdk-11"), "11.0.2", "PATH")]))
    passed_over, to_come = texts("Java", *doctor.look_at_java())
    assert "passed over" in passed_over
    assert to_come.startswith("later: no Java 17")


def test_packages_are_to_come_installed_or_older_than_the_lock_file(machine):
    assert texts("packages", *doctor.look_at_packages())[0].startswith("later: requirements/run.txt: bin/lakehouse")
    (machine / ".venv" / ".run-installed").touch()
    assert texts("packages", *doctor.look_at_packages())[0] == "ok: requirements/run.txt is installed in .venv"
    os.utime(machine / "requirements" / "run.txt", (4_000_000_000, 4_000_000_000))
    assert "is newer than .venv" in texts("packages", *doctor.look_at_packages())[0]


def test_jars_are_there_when_all_of_a_kind_are(machine):
    first, *others = doctor.jar_paths()
    first.parent.mkdir(parents=True)
    for path in others:
        path.touch()
    assert texts("jars", *doctor.look_at_jars())[0].startswith("later: Iceberg and SQLite, not in ")
    first.touch()
    there, to_come = texts("jars", *doctor.look_at_jars())
    assert there == f"ok: Iceberg and SQLite, for lakehouse load: 2 in {first.parent}"
    assert to_come.startswith("later: Iceberg's and Hadoop's parts for AWS, not in ")
    assert "lakehouse demo fetches them" in to_come
    for path in doctor.jar_paths(doctor.AWS_JARS):
        path.touch()
    assert texts("jars", *doctor.look_at_jars())[1].startswith(
        "ok: Iceberg's and Hadoop's parts for AWS, for lakehouse demo: 10"
    )


def test_a_jar_folder_that_cannot_be_made_stops_the_demo(machine, capsys):
    (machine / "cache").write_text("a file")
    assert doctor.main() == 1
    assert "lakehouse demo cannot run because of jars" in capsys.readouterr().out


def test_a_full_disk_stops_the_demo(machine, monkeypatch, capsys):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12, 10**8))
    assert doctor.main() == 1
    assert "because of disk" in capsys.readouterr().out


def test_little_memory_is_a_warning(machine, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "memory_size", lambda: 1.5)
    assert doctor.main() == 0
    assert texts("memory", *doctor.look_at_machine())[0].startswith("warning: 1.5 GB")


def test_an_unknown_memory_is_not_mentioned(machine, monkeypatch):
    monkeypatch.setattr(doctor, "memory_size", lambda: None)
    assert texts("memory", *doctor.look_at_machine()) == []


def test_without_any_package_it_says_the_same_as_plain_lines():
    command = [sys.executable, "-S", "-m", "lakehouse.doctor"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    first, *_, last = done.stdout.splitlines()
    assert first.startswith("Python    ok       3.")
    assert last.startswith("lakehouse demo can")


def test_what_trino_needs_is_to_come_and_in_nobodys_way(machine):
    jars, java = texts("Trino", *doctor.look_at_trino())
    assert jars.startswith(f"later: 281 of 281 jars not in {machine / 'cache'}")
    assert jars.endswith("lakehouse trino, --engine trino and make test fetch them (195 MB in all)")
    assert java == "later: no Java 25: the first start of Trino gets one from PyPI into .java/25/ (38 MB)"


def test_trinos_jars_are_there_when_all_are(machine, monkeypatch):
    monkeypatch.setattr(doctor, "find_java", lambda wanted: Java(Path("/jdk"), f"{wanted}.0.2", "PATH"))
    first, *others = doctor.trino.read_list()
    doctor.trino.trino_folder().mkdir(parents=True)
    for jar in others:
        (doctor.trino.trino_folder() / jar.file).touch()
    assert texts("Trino", *doctor.look_at_trino())[0].startswith("later: 1 of 281 jars")
    (doctor.trino.trino_folder() / first.file).touch()
    assert texts("Trino", *doctor.look_at_trino()) == [
        f"ok: 476, for lakehouse trino, --engine trino and make test: 281 jars in {doctor.trino.trino_folder()}",
        "ok: Java 25.0.2 at /jdk (from PATH)",
    ]


def test_a_missing_browser_costs_the_reports_tests_alone(machine, monkeypatch):
    monkeypatch.setenv("PATH", str(machine))
    (said,) = texts("Chromium", *doctor.look_at_browser())
    assert said.startswith("warning: no chromium on PATH: make test skips the report's tests")
    (machine / "chromium").touch(mode=0o755)
    assert texts("Chromium", *doctor.look_at_browser()) == [f"ok: {machine / 'chromium'}, for the report's tests"]
