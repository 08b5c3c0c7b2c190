"""The documents say what is there: every target, table and SQL folder; and every command they show exists."""

import importlib.util
import re
from pathlib import Path

import pytest

from glue_jobs.tables import TABLES
from lakehouse.cli import main as lakehouse
from tests.dump import copy_dump

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
VARIABLES = set(re.findall(r"^override ([A-Z]+) :=", MAKEFILE, re.MULTILINE)) | {"PYTHON", "T"}
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "infra" / "README.md"])
COMMAND = re.compile(r"(?:^\s*\$? ?|`|\n)make (?P<words>[^`\n]+)", re.MULTILINE)


def commands(text: str) -> list[list[str]]:
    """Return the words of each make command in a document, values in quotes taken out."""
    found = [re.sub(r'"[^"]*"?', "", match["words"]).split("#")[0] for match in COMMAND.finditer(text)]
    return [[word.strip("[].,;:") for word in words.split()] for words in found]


def test_there_are_targets():
    assert len(TARGETS) > 10


@pytest.mark.parametrize("target", TARGETS)
def test_readme_names_every_target(target):
    assert f"`make {target}" in README


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_readme_describes_every_table(table):
    assert f"\n| `{table}` |" in README


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in (ROOT / "sql").rglob("*.sql")}), ids=lambda f: f.name
)
def test_readme_names_the_folder_of_every_sql_file(folder):
    assert f"`{folder.relative_to(ROOT).as_posix()}/`" in README


def test_readme_maps_the_folders_that_exist_and_no_others():
    named = re.findall(r"^\| `(\w+)/` \|", README, re.MULTILINE)
    without_code = ("docker", "docs", "infra", "sql", "tests", "requirements")
    present = {path.parent.name for path in ROOT.glob("*/*") if path.parent.name in without_code}
    present |= {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert set(named) == present


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_command_exists(path):
    for words in commands(path.read_text(encoding="utf-8")):
        goals = [word for word in words if "=" not in word]
        given = {word.split("=")[0] for word in words if "=" in word}
        assert {goal for goal in goals if re.fullmatch(r"[a-z]+", goal)} <= set(TARGETS), words
        assert given <= VARIABLES, words


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
    for name in re.findall(r"NAME=(\w+)", "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)):
        assert (ROOT / "sql" / "question" / f"{name}.sql").exists(), name


def shown_after(command: str) -> list[str]:
    """Return the lines that README shows as a command's output."""
    _, _, after = README.partition(f"$ {command}\n")
    return after.partition("\n$ ")[0].partition("\n```")[0].splitlines()


def test_readme_shows_the_import_as_it_is(tmp_path, capsys):
    shown = [line for line in shown_after("make import FROM=lakehouse/demo/dump RAW=data/dump/raw") if line != "…"]
    assert lakehouse(["import", str(copy_dump(tmp_path / "dump")), "--raw", str(tmp_path / "raw")]) == 0
    said = capsys.readouterr().out.replace(str(tmp_path / "raw"), "data/dump/raw").splitlines()
    assert len(shown) > 3
    assert [line for line in shown if line not in said] == []


def test_readme_shows_the_demos_steps_as_they_are_named():
    text = (ROOT / "lakehouse" / "demo" / "steps.py").read_text(encoding="utf-8")
    named = re.findall(r'show\.step\(f?"([^"]+)"', text)
    shown = re.findall(r"^[1-9]  (.+)$", README, re.MULTILINE)
    assert len(named) == len(shown) > 5
    for step in named:
        pattern = ".+".join(re.escape(part) for part in re.split(r"\{[^}]+\}", step))
        assert any(re.fullmatch(pattern, line) for line in shown), step


def test_what_an_app_can_read_stands_near_the_top():
    assert README.index("## What a Spotify app can read") < len(README) / 2
