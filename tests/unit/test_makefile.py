"""The Makefile and bin/lakehouse install what is locked, once, and say in one line what is missing.

Each test runs the real Makefile in an empty project whose Python only writes down how it was called.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Answers like a Python, writes down its arguments and variables, and makes a .venv with itself inside.
FAKE_PYTHON = """#!/bin/sh
case "$1" in
--version) echo "Python $FAKE_VERSION"; exit 0 ;;
-c) [ "$FAKE_VERSION" != 3.10.4 ]; exit ;;
esac
exec REAL_PYTHON - "$0" "$@" <<'END'
import json, os, shutil, sys
with open("calls.jsonl", "a") as stream:
    stream.write(json.dumps([sys.argv[2:], dict(os.environ)]) + "\\n")
if sys.argv[2:4] == ["-m", "venv"]:
    os.makedirs(sys.argv[-1] + "/bin", exist_ok=True)
    shutil.copy(sys.argv[1], sys.argv[-1] + "/bin/python")
    os.utime(sys.argv[-1] + "/bin/python", (1, 1))
sys.exit(int(os.environ.get("FAKE_EXIT", "0")))
END
"""


class Project:
    """An empty project with the real Makefile and a Python that only writes down its calls."""

    def __init__(self, folder: Path) -> None:
        """Make the project; nothing is installed."""
        self.folder = folder
        shutil.copy(ROOT / "Makefile", folder)
        shutil.copytree(ROOT / "requirements", folder / "requirements")
        shutil.copytree(ROOT / "bin", folder / "bin")
        self.python = folder / "fake python"
        real = shutil.which("python3", path="/usr/bin:/bin") or shutil.which("python3") or "python3"
        self.python.write_text(FAKE_PYTHON.replace("REAL_PYTHON", f'"{real}"'))
        self.python.chmod(0o755)

    def make(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make with nothing in the environment but what is given."""
        known = {"PATH": os.environ["PATH"], "HOME": "/home-of-nobody", "PYTHON": str(self.python)}
        known |= {"FAKE_VERSION": "3.11.9", "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            ["make", *words], cwd=self.folder, env=known | environment, capture_output=True, text=True, check=False
        )

    def install(self) -> None:
        """Put the fake into .venv, as if everything were installed."""
        (self.folder / ".venv" / "bin").mkdir(parents=True)
        shutil.copy(self.python, self.folder / ".venv" / "bin" / "python")
        os.utime(self.folder / ".venv" / "bin" / "python", (1, 1))
        for name in ("run", "dev"):
            (self.folder / ".venv" / f".{name}-installed").touch()

    def calls(self) -> list[tuple[list[str], dict[str, str]]]:
        """Return arguments and environment of each call."""
        path = self.folder / "calls.jsonl"
        return [tuple(json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []

    def arguments(self) -> list[list[str]]:
        """Return the arguments of each call."""
        return [arguments for arguments, _ in self.calls()]


@pytest.fixture
def fresh(tmp_path: Path) -> Project:
    """Return a project in which nothing is installed."""
    folder = tmp_path / "a project"
    folder.mkdir()
    return Project(folder)


@pytest.fixture
def project(fresh: Project) -> Project:
    """Return a project in which everything is installed."""
    fresh.install()
    return fresh


def test_help_is_the_default_and_names_every_target(fresh):
    done = fresh.make()
    named = re.findall(r"^make ([\w-]+)", done.stdout, re.MULTILINE)
    inner = {"installed", "require-python"}
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert sorted(named) == sorted(word for word in phony[1].replace("\\", "").split() if word not in inner)
    assert fresh.make("help").stdout == done.stdout
    assert fresh.calls() == []


@pytest.mark.parametrize("target", ["samples"])
def test_no_shell_expands_arguments(project, tmp_path, target):
    marker = tmp_path / "marker"
    text = f"--a $(touch${{IFS}}{marker}) `touch {marker}`;touch {marker} * $HOME"
    assert project.make(target, f"ARGS={text}").returncode == 0
    assert not marker.exists()
    assert project.arguments()[0][-len(text.split()) :] == text.split()


def test_no_shell_expands_what_is_tested(project, tmp_path):
    marker = tmp_path / "marker"
    done = project.make("test", f"SPARK=$(touch${{IFS}}{marker})")
    assert done.returncode == 2
    project.make("test", f"T=$(touch {marker})")
    assert not marker.exists()


@pytest.mark.parametrize("target", ["demo", "package", "samples"])
def test_a_failing_program_fails_the_target(project, target):
    assert project.make(target, FAKE_EXIT="3").returncode != 0


@pytest.mark.parametrize("target", ["demo", "check", "doctor"])
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param({"FAKE_VERSION": "3.10.4"}, "is Python 3.10.4; expected 3.11 or newer", id="too old"),
        pytest.param({"PYTHON": "no-such-python"}, "no no-such-python on this machine", id="not there"),
        pytest.param({"PYTHON": "false"}, "expected 3.11 or newer", id="no Python"),
    ],
)
def test_a_python_that_will_not_do_is_one_line(fresh, target, environment, said):
    done = fresh.make(target, **environment)
    first, *noise = done.stderr.splitlines()
    assert done.returncode != 0
    assert said in first
    assert "make PYTHON=" in first
    assert all(re.match(r"make(\[\d+\])?: \*\*\*", line) for line in noise)
    assert not (fresh.folder / ".venv").exists()


def test_the_command_of_a_clone_installs_first_and_hands_every_word_on(fresh):
    words = ["query", "select 'a  b' $HOME `id` \\", "--format", "유리"]
    command = [str(fresh.folder / "bin" / "lakehouse"), *words]
    known = {"PATH": os.environ["PATH"], "PYTHON": str(fresh.python), "FAKE_VERSION": "3.11.9", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=fresh.folder, env=known, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert "420 MB" in done.stderr
    assert fresh.arguments()[-1] == ["-P", "-m", "lakehouse", *words]


def test_packages_are_installed_once_from_the_lock_file_and_announced(fresh):
    done = fresh.make("demo")
    venv, install, command = fresh.arguments()
    assert venv == ["-m", "venv", "--clear", ".venv"]
    assert install[:3] == ["-m", "pip", "install"]
    assert {"--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"} < set(install)
    assert install[-2:] == ["-r", "requirements/run.txt"]
    assert command[:2] == ["-m", "lakehouse"]
    assert "420 MB" in done.stderr
    again = fresh.make("demo")
    assert (again.stderr, len(fresh.calls())) == ("", 4)


def test_a_newer_lock_file_is_installed(project):
    os.utime(project.folder / "requirements" / "run.txt", (4_000_000_000, 4_000_000_000))
    project.make("demo")
    assert project.arguments()[0][-2:] == ["-r", "requirements/run.txt"]


def test_an_installation_that_fails_is_tried_again(fresh):
    fresh.python.write_text(fresh.python.read_text().replace("sys.exit(", 'sys.exit("pip" in sys.argv or '))
    assert fresh.make("demo").returncode != 0
    assert not (fresh.folder / ".venv" / ".run-installed").exists()
    before = len(fresh.calls())
    fresh.make("demo")
    assert fresh.arguments()[before][-2:] == ["-r", "requirements/run.txt"]


def test_a_venv_that_cannot_be_made_leaves_nothing(fresh):
    assert fresh.make("questions", FAKE_EXIT="1").returncode != 0
    assert not (fresh.folder / ".venv").exists()


def test_tests_and_checks_install_the_tools_too(fresh):
    fresh.make("test", "T=-k 'a or b'")
    assert [call[-1] for call in fresh.arguments()[1:3]] == ["requirements/run.txt", "requirements/dev.txt"]
    called = fresh.arguments()[3]
    assert (called[:3], called[-1]) == (["-u", "-m", "pytest"], "-v")
    assert fresh.calls()[3][1]["PYTEST_ADDOPTS"] == "-k 'a or b'"


def test_clean_removes_what_was_made_and_keeps_your_data(project):
    kept = [project.folder / "data" / name / "mine" for name in ("raw", "warehouse")]
    gone = [project.folder / name for name in (".java", "build", "data/demo", "lakehouse/__pycache__")]
    for folder in (*kept, *gone):
        folder.mkdir(parents=True)
    assert project.make("clean").returncode == 0
    assert all(folder.exists() for folder in kept)
    assert not any(folder.exists() for folder in (*gone, project.folder / ".venv"))
