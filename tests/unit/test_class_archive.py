"""The archive of Spark's classes: written once by a Java that did its work, used by the next, silent where unfit."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lakehouse.spark import class_archive
from lakehouse.spark.class_archive import ClassArchive, archive_path
from lakehouse.spark.java import find_java


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the home of a Java 17 with archives of its own classes; ours go into an own folder."""
    found = find_java()
    if found is None or not all((found.home / "lib" / "server" / name).is_file() for name in class_archive.BASE):
        pytest.skip("no Java 17 with class archives on this machine; the one from PyPI has none")
    monkeypatch.setattr(class_archive, "FOLDER", tmp_path / "build with a space")
    for name in class_archive.TOLD_TO_JAVA:
        monkeypatch.delenv(name, raising=False)
    return found.home


def start(home: Path, options: list[str], *more: str) -> subprocess.CompletedProcess[str]:
    """Start Java and let it end."""
    command = [str(home / "bin" / "java"), *options, *more, "-version"]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def kept(archive: ClassArchive) -> list[Path]:
    """Return what stands in the folder."""
    return list(archive.path.parent.iterdir())


def test_the_first_java_that_did_its_work_writes_what_the_next_one_uses(home: Path, tmp_path: Path) -> None:
    first = ClassArchive(home, tmp_path)
    start(home, first.options)
    first.finish(is_done=True)
    assert kept(first) == [first.path]
    said = start(home, ClassArchive(home, tmp_path).options, "-Xlog:class+load")
    assert "shared objects file (top)" in said.stdout


def test_a_java_that_failed_or_was_killed_leaves_no_archive(home: Path, tmp_path: Path) -> None:
    archive = ClassArchive(home, tmp_path)
    start(home, archive.options)
    archive.finish(is_done=False)
    assert kept(archive) == []


def test_an_archive_that_does_not_fit_is_no_matter(home: Path, tmp_path: Path) -> None:
    archive = ClassArchive(home, tmp_path)
    archive.path.write_bytes(b"of another Java")
    said = start(home, archive.options)
    assert said.stdout == ""
    assert "warning" not in said.stderr


@pytest.mark.parametrize("obstacle", ["agent", "no base", "conf", "full"])
def test_where_java_could_not_write_or_use_it_all_goes_on_without(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obstacle: str
) -> None:
    java_home = home
    if obstacle == "agent":
        monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-javaagent:watch.jar")
    elif obstacle == "no base":
        java_home = tmp_path / "java"
    elif obstacle == "conf":
        (tmp_path / "conf").mkdir()
        (tmp_path / "conf" / "spark-defaults.conf").touch()
    else:
        monkeypatch.setattr(class_archive, "ROOM", shutil.disk_usage(tmp_path).total)
    assert ClassArchive(java_home, tmp_path).options == []


def test_another_java_or_spark_has_another_archive(tmp_path: Path) -> None:
    assert archive_path(tmp_path / "a", tmp_path) != archive_path(tmp_path / "b", tmp_path)
    assert archive_path(tmp_path, tmp_path / "a") != archive_path(tmp_path, tmp_path / "b")
