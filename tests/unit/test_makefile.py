"""The Makefile hands every value on as it was typed, says in one line what is missing, and installs what is locked.

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
AWKWARD = [
    pytest.param("select name from song where name = 'It''s'", id="doubled single quotes"),
    pytest.param('say "hello"', id="double quotes"),
    pytest.param("costs $5, $$ and ${HOME} $(HOME) $(shell id)", id="dollars"),
    pytest.param("a\\b `id` !x # no comment; a & b | c > d * ?", id="what a shell would act on"),
    pytest.param("two  spaces,\na new line\tand a tab", id="white space"),
    pytest.param("유리고래 🎈 שקוף", id="many scripts"),
    pytest.param("--help", id="a dash in front"),
    pytest.param("%.o: $@ $< ~", id="what make would act on"),
]


class Project:
    """An empty project with the real Makefile and a Python that only writes down its calls."""

    def __init__(self, folder: Path) -> None:
        """Make the project; nothing is installed."""
        self.folder = folder
        shutil.copy(ROOT / "Makefile", folder)
        shutil.copytree(ROOT / "requirements", folder / "requirements")
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
    inner = {"from", "statement", "name"}
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert named == [word for word in phony[1].replace("\\", "").split() if word not in inner]
    assert fresh.make("help").stdout == done.stdout
    assert fresh.calls() == []


@pytest.mark.parametrize("value", AWKWARD)
def test_a_statement_arrives_as_it_was_typed(project, value):
    done = project.make("query", f"Q={value}", f"WAREHOUSE={value}")
    assert (done.returncode, done.stderr) == (0, "")
    assert project.arguments() == [
        [
            "-m",
            "lakehouse.asking",
            "sql",
            f"--warehouse={value}",
            "--format=table",
            "--engine=duckdb",
            "--",
            value,
        ]
    ]


@pytest.mark.parametrize("value", AWKWARD)
def test_a_variable_of_the_environment_arrives_as_well(project, value):
    assert project.make("query", Q=value, FORMAT="csv").returncode == 0
    assert project.arguments()[0][-2:] == ["--", value]
    assert "--format=csv" in project.arguments()[0]


@pytest.mark.parametrize("value", AWKWARD)
def test_what_to_import_arrives_as_it_was_typed(project, value):
    assert project.make("import", f"FROM={value}", f"RAW={value}", "DATE=2026-11-20").returncode == 0
    start = ["-m", "lakehouse.importing.import_dump", "--date=2026-11-20"]
    assert project.arguments() == [[*start, f"--raw={value}", "--", value]]


@pytest.mark.parametrize("value", AWKWARD)
def test_what_the_extractor_is_told_arrives_as_it_was_typed(project, value):
    assert project.make("login", f"SECRET={value}", f"LOGIN={value}").returncode == 0
    assert project.make("extract", f"SOURCES={value}", f"LOGIN={value}").returncode == 0
    assert project.make("sources-check", f"FILE={value}").returncode == 0
    assert project.arguments() == [
        ["-m", "lakehouse.extracting.login", f"--file={value}", f"--secret={value}"],
        ["-m", "lakehouse.extracting.extract", f"--sources={value}", "--raw=data/raw", f"--file={value}"],
        ["-m", "lakehouse.extracting.sources_check", "--", value],
    ]


def test_a_secret_or_file_of_the_environment_does_not_count(project):
    assert project.make("login", SECRET="of a shell").returncode == 0
    assert project.make("sources-check", FILE="of a shell").returncode == 0
    assert project.arguments() == [
        ["-m", "lakehouse.extracting.login", "--file=.secrets/spotify.json", "--secret="],
        ["-m", "lakehouse.extracting.sources_check", "--", "lakehouse/sources/mine.json"],
    ]


@pytest.mark.parametrize("value", AWKWARD)
def test_arguments_of_the_job_arrive_as_one_text(project, value):
    assert project.make("load", f"RAW={value}", f"WAREHOUSE={value}", f"ARGS={value}").returncode == 0
    assert project.arguments() == [
        ["-m", "lakehouse.jobs.load", f"--raw={value}", f"--warehouse={value}", f"--args={value}"]
    ]


@pytest.mark.parametrize("value", AWKWARD)
def test_a_question_and_its_parameters_arrive_in_the_environment(project, value):
    assert project.make("question", f"NAME={value}", f"PARAMS={value}").returncode == 0
    [(arguments, environment)] = project.calls()
    assert arguments == ["-m", "lakehouse.commands.question"]
    assert [environment[name] for name in ("NAME", "PARAMS", "FORMAT")] == [value, value, "table"]


def test_defaults_stand_in_for_what_is_not_given_or_empty(project):
    project.make("load", "RAW=")
    project.make("checks")
    assert project.arguments() == [
        ["-m", "lakehouse.jobs.load", "--raw=data/raw", "--warehouse=data/warehouse", "--args="],
        ["-m", "lakehouse.asking", "check", "--warehouse=data/warehouse", "--engine=duckdb"],
    ]


def test_a_tilde_means_home_in_every_shell(project):
    project.make("import", "FROM=~/my  dumps", "RAW=a~/b")
    assert project.arguments()[0][-3:] == ["--raw=a~/b", "--", "/home-of-nobody/my  dumps"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("import", "FROM is not given. Example: make import FROM="),
        ("query", 'Q is not given. Example: make query Q="select'),
        ("question", "NAME is not given. Example: make question NAME="),
    ],
)
def test_a_missing_variable_is_one_line_with_an_example_and_installs_nothing(fresh, target, said):
    done = fresh.make(target)
    assert done.returncode != 0
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (done.stdout, fresh.calls()) == ("", [])


def test_a_name_that_only_the_environment_has_is_not_taken(project):
    assert "NAME is not given" in project.make("question", NAME="MY-COMPUTER").stderr
    assert project.calls() == []


@pytest.mark.parametrize("target", ["load", "checks", "questions", "demo", "package"])
def test_a_failing_program_fails_the_target(project, target):
    assert project.make(target, FAKE_EXIT="3").returncode != 0


@pytest.mark.parametrize("target", ["demo", "questions", "check", "doctor"])
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
    assert all(line.startswith("make: ***") for line in noise)
    assert not (fresh.folder / ".venv").exists()


def test_packages_are_installed_once_from_the_lock_file_and_announced(fresh):
    done = fresh.make("questions")
    venv, install, command = fresh.arguments()
    assert venv == ["-m", "venv", "--clear", ".venv"]
    assert install[:3] == ["-m", "pip", "install"]
    assert {"--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"} < set(install)
    assert install[-2:] == ["-r", "requirements/run.txt"]
    assert command[:2] == ["-m", "lakehouse.asking"]
    assert "420 MB" in done.stderr
    again = fresh.make("questions")
    assert (again.stderr, len(fresh.calls())) == ("", 4)


def test_a_newer_lock_file_is_installed(project):
    os.utime(project.folder / "requirements" / "run.txt", (4_000_000_000, 4_000_000_000))
    project.make("questions")
    assert project.arguments()[0][-2:] == ["-r", "requirements/run.txt"]


def test_an_installation_that_fails_is_tried_again(fresh):
    fresh.python.write_text(fresh.python.read_text().replace("sys.exit(", 'sys.exit("pip" in sys.argv or '))
    assert fresh.make("questions").returncode != 0
    assert not (fresh.folder / ".venv" / ".run-installed").exists()
    before = len(fresh.calls())
    fresh.make("questions")
    assert fresh.arguments()[before][-2:] == ["-r", "requirements/run.txt"]


def test_a_venv_that_cannot_be_made_leaves_nothing(fresh):
    assert fresh.make("questions", FAKE_EXIT="1").returncode != 0
    assert not (fresh.folder / ".venv").exists()


def test_tests_and_checks_install_the_tools_too(fresh):
    fresh.make("test", "T=-k 'a or b'")
    assert [call[-1] for call in fresh.arguments()[1:3]] == ["requirements/run.txt", "requirements/dev.txt"]
    called = fresh.arguments()[3]
    assert (called[:3], called[-3:]) == (["-u", "-m", "pytest"], ["-v", "-k", "a or b"])


def test_clean_removes_what_was_made_and_keeps_your_data(project):
    kept = [project.folder / "data" / name / "mine" for name in ("raw", "warehouse")]
    gone = [project.folder / name for name in (".java", "build", "data/demo", "lakehouse/__pycache__")]
    for folder in (*kept, *gone):
        folder.mkdir(parents=True)
    assert project.make("clean").returncode == 0
    assert all(folder.exists() for folder in kept)
    assert not any(folder.exists() for folder in (*gone, project.folder / ".venv"))
