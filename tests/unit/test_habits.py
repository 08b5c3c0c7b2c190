"""What keeps the project in order: workflows, hooks and forms are valid, pinned, and run what a person runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from devtools import release_notes
from lakehouse.errors import UserError
from lakehouse.paths import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
SCHEMAS = [
    *(("github-workflows", path) for path in WORKFLOWS),
    ("dependabot", GITHUB / "dependabot.yml"),
    ("github-issue-config", GITHUB / "ISSUE_TEMPLATE" / "config.yml"),
    ("github-issue-forms", GITHUB / "ISSUE_TEMPLATE" / "bug.yml"),
    ("github-issue-forms", GITHUB / "ISSUE_TEMPLATE" / "idea.yml"),
]
PINNED = re.compile(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def check(schema: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Hold a file to a schema that the library brings along."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("schema", "path"), SCHEMAS, ids=lambda value: getattr(value, "name", value))
def test_a_file_for_github_is_valid(schema: str, path: Path) -> None:
    done = check(schema, path)
    assert done.returncode == 0, done.stdout


def test_a_workflow_with_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "ci.yml"
    wrong.write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("runs-on:", "run-on:", 1), encoding="utf-8")
    assert check("github-workflows", wrong).returncode == 1


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_says_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert used
    assert [name for name in used if not PINNED.fullmatch(name)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_makes_is_in_the_makefile(path: Path) -> None:
    made = set(re.findall(r"\bmake ([a-z-]+)", path.read_text(encoding="utf-8").partition("jobs:")[2]))
    assert made <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_the_hooks_run_what_make_check_runs() -> None:
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    commands = re.findall(r"@\$\(PY\) (-m .+)", recipe[1])
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert commands == re.findall(r"entry: \.venv/bin/python (-m .+)", hooks)


CHANGELOG = (
    "# Changelog\n\n## [Unreleased]\n\nsoon\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- this\n\n## [0.1.0]\n\n- that\n"
)


def project(folder: Path, version: str) -> Path:
    (folder / "pyproject.toml").write_text(f'[project]\nname = "p"\nversion = "{version}"\n', encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    return folder


def test_the_notes_of_a_release_are_its_section_of_the_changelog(tmp_path: Path) -> None:
    assert release_notes.write_notes("v0.2.0", project(tmp_path, "0.2.0")) == "### Added\n\n- this"
    assert release_notes.write_notes("v0.1.0", project(tmp_path, "0.1.0")) == "- that"


def test_a_tag_that_is_not_the_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"tag v0\.3\.0: expected v0\.2\.0"):
        release_notes.write_notes("v0.3.0", project(tmp_path, "0.2.0"))


def test_a_version_without_notes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected a section ## \[0\.4\.0\]"):
        release_notes.write_notes("v0.4.0", project(tmp_path, "0.4.0"))
