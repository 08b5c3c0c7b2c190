"""The modules' own tests, plan-only with a mocked provider: each run of infra/tests is a test here."""

import json
import re
from pathlib import Path

import pytest

from lakehouse.aws.terraform import Terraform
from tests.infra.conftest import packages, project, terraform
from tests.infra.test_modules import FILES, attached

__all__ = ["attached", "packages", "project", "terraform"]

RUNS = [
    (path.name, name) for path in FILES for name in re.findall(r'^run "(\w+)"', path.read_text("utf-8"), re.MULTILINE)
]


@pytest.fixture(scope="module")
def results(attached: Terraform, packages: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Run all of them in one go; return how each run went, by file and name."""
    done = attached.call("test", "-json", f"-var=packages={packages}", quiet=True, accept=(0, 1))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    trouble = dict[tuple[str, str], list[str]]()
    for line in done.stdout.splitlines():
        said = json.loads(line)
        where = (Path(said.get("@testfile", "")).name, said.get("@testrun", ""))
        if said["type"] == "diagnostic":
            told = said["diagnostic"]
            trouble.setdefault(where, []).append(f"{told['summary']}: {told.get('detail', '')}")
        elif said["type"] == "test_run" and said["test_run"].get("progress", "complete") == "complete":
            found[where] = (said["test_run"]["status"], "; ".join(trouble.get(where, [])))
    return found


@pytest.mark.parametrize(("file", "run"), RUNS, ids=[f"{file.split('.')[0]}-{run}" for file, run in RUNS])
def test_terraform_run(results: dict[tuple[str, str], tuple[str, str]], file: str, run: str) -> None:
    status, trouble = results.get((file, run), ("not run", ""))
    assert status == "pass", trouble
