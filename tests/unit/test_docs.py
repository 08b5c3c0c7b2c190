"""The documents are true: they name every command, table and SQL folder, and each command they show exists."""

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from glue_jobs.tables import TABLES
from lakehouse.cli import GROUPS, build_app
from lakehouse.cli import main as lakehouse
from tests.dump import copy_dump

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
DEMO = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
NAMES = [name for commands in GROUPS.values() for name in commands]
# The change log names commands of earlier versions, too.
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
DOCUMENTS += [ROOT / "infra" / "README.md", ROOT / "lambda_extract" / "README.md"]
MADE = re.compile(r"(?:^\s*\$? ?|`|\n)make (?P<words>[^`\n]+)", re.MULTILINE)
TYPED = re.compile(r"(?:^\$? ?|`)(?:[A-Z]+=\S+ )*(?:bin/)?lakehouse(?P<words> [^`\n]+)", re.MULTILINE)


def read_goals(text: str) -> set[str]:
    """Return the targets of the make commands in a document."""
    found = [re.sub(r'"[^"]*"?', "", match["words"]).split("#")[0].split() for match in MADE.finditer(text)]
    return {word.strip("[].,;:") for words in found for word in words if "=" not in word}


def read_commands(text: str) -> list[list[str]]:
    """Return the words of each lakehouse command in a document."""
    return [shlex.split(match["words"].split("#")[0].split("&&")[0]) for match in TYPED.finditer(text)]


def require_command(words: list[str]) -> None:
    """Refuse a command or an option that does not exist."""
    if words[0].startswith("--") or words[0] == "COMMAND":
        assert words[0] in {"--help", "--version", "--install-completion", "COMMAND"}, words
        return
    line = " ".join(words) + " "
    name = next((name for name in NAMES if line.startswith(f"{name} ")), None)
    assert name, words
    known = {option for parameter in find_command(name).params for option in parameter.opts} | {"--help"}
    assert {word.split("=")[0] for word in words if word.startswith("-")} <= known, words


def find_command(name: str) -> Any:
    """Return a command with its parameters."""
    command: Any = typer.main.get_command(build_app())
    for word in name.split():
        command = command.commands[word]
    return command


def test_there_are_targets():
    assert len(TARGETS) > 10


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_describes_every_command(name):
    assert f"\n| `lakehouse {name}" in REFERENCE


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_shown_exists_with_its_options(path):
    for words in read_commands(path.read_text(encoding="utf-8")):
        require_command(words)


@pytest.mark.parametrize("words", [["laod"], ["load", "--rw", "x"], ["question", "top_artists", "--limit=5"]])
def test_a_command_that_does_not_exist_is_found(words):
    with pytest.raises(AssertionError):
        require_command(words)


@pytest.mark.parametrize(
    "example", [text for commands in GROUPS.values() for command in commands.values() for text in command.examples]
)
def test_every_example_of_the_help_exists(example):
    program, *words = shlex.split(example)
    assert program == "lakehouse"
    require_command(words)


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_the_docs_describes_every_table(table):
    assert f"\n| `{table}` |" in REFERENCE


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in (ROOT / "sql").rglob("*.sql")}), ids=lambda f: f.name
)
def test_the_docs_names_the_folder_of_every_sql_file(folder):
    assert f"`{folder.relative_to(ROOT).as_posix()}/`" in REFERENCE


def test_the_docs_maps_the_folders_that_exist_and_no_others():
    named = re.findall(r"^\| `(\w+)/` \|", REFERENCE, re.MULTILINE)
    without_code = ("docker", "docs", "infra", "sql", "bin", "tests", "requirements")
    present = {path.parent.name for path in ROOT.glob("*/*") if path.parent.name in without_code}
    present |= {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert set(named) == present


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_exists(path):
    goals = read_goals(path.read_text(encoding="utf-8"))
    assert {goal for goal in goals if re.fullmatch(r"[a-z-]+", goal)} <= set(TARGETS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_and_file_named_exists(path):
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"python -m ([\w.]+)", text):
        assert importlib.util.find_spec(name), name
    for name in re.findall(r"`((?:lambda_extract|glue_jobs|lakehouse|devtools|sql|tests|requirements)/[\w./]*)`", text):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / name).exists(), name


def test_every_saved_question_named_exists():
    for name in re.findall(
        r"lakehouse question ([a-z]\w+)", "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    ):
        assert (ROOT / "sql" / "question" / f"{name}.sql").exists(), name


def shown_after(command: str) -> list[str]:
    """Return the lines that README shows as a command's output."""
    _, _, after = README.partition(f"$ {command}\n")
    return after.partition("\n$ ")[0].partition("\n```")[0].splitlines()


def test_the_docs_shows_the_import_as_it_is(tmp_path, capsys):
    shown = [line for line in shown_after("lakehouse import lakehouse/demo/dump --raw data/dump/raw") if line != "…"]
    assert lakehouse(["import", str(copy_dump(tmp_path / "dump")), "--raw", str(tmp_path / "raw")]) == 0
    said = capsys.readouterr().out.replace(str(tmp_path / "raw"), "data/dump/raw").splitlines()
    assert len(shown) > 3
    assert [line for line in shown if line not in said] == []


def test_the_docs_shows_the_demos_steps_as_they_are_named():
    text = (ROOT / "lakehouse" / "demo" / "steps.py").read_text(encoding="utf-8")
    named = re.findall(r'show\.step\(f?"([^"]+)"', text)
    shown = re.findall(r"^[1-9]  (.+)$", DEMO, re.MULTILINE)
    assert len(named) == len(shown) > 5
    for step in named:
        pattern = ".+".join(re.escape(part) for part in re.split(r"\{[^}]+\}", step))
        assert any(re.fullmatch(pattern, line) for line in shown), step
