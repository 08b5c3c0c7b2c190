"""The workflows: valid and checked; those for AWS with the least rights, and with scripts that do what they say."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.aws_tools import HOW, find_tool
from lakehouse.paths import ROOT

ALL = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FILES = [path for path in ALL if path.name.startswith("infra-")]
README = (ROOT / "infra" / "README.md").read_text("utf-8")


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text("utf-8"))


def test_each_workflow_is_in_the_readme() -> None:
    assert [path.name for path in FILES] == sorted(re.findall(r"^\| `(infra-\w+\.yml)`", README, re.MULTILINE))


def test_workflows_fit_githubs_schema() -> None:
    tool = find_tool("check-jsonschema")
    if tool is None:
        pytest.skip(f"check-jsonschema is not installed: {HOW}")
    done = subprocess.run(
        [tool, "--builtin-schema", "vendor.github-workflows", *ALL], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_checker_of_workflows_finds_nothing_unsafe() -> None:
    tool = find_tool("zizmor")
    if tool is None:
        pytest.skip(f"zizmor is not installed: {HOW}")
    done = subprocess.run([tool, "--offline", "--no-progress", *ALL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_workflow_has_no_right_but_to_read_and_to_name_itself(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read", "id-token": "write"}
        for step in job["steps"]:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + "0" * 40)), step
            # What a person typed reaches a script by the environment only.
            assert "${{" not in step.get("run", ""), step


def test_only_a_github_environment_deploys() -> None:
    for path in FILES:
        for job in read(path)["jobs"].values():
            runs = " ".join(step.get("run", "") for step in job["steps"])
            if "--yes" in runs:
                assert job.get("environment") in ("production", "previews"), path.name
            else:
                assert "--plan" in runs, path.name


def script(tmp_path: Path, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / ".ci").mkdir(exist_ok=True)
    (tmp_path / "infra").mkdir(exist_ok=True)
    copy = tmp_path / ".ci" / name
    copy.write_bytes((ROOT / ".ci" / name).read_bytes())
    copy.chmod(0o755)
    known = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run([copy], env=known, capture_output=True, text=True, check=False)


def test_the_backend_is_that_of_the_readme(tmp_path: Path) -> None:
    told = {
        "STATE_BUCKET": "my-terraform-state",
        "STATE_KEY": "spotify-lakehouse.tfstate",
        "STATE_REGION": "eu-central-1",
    }
    assert script(tmp_path, "write-backend", **told).returncode == 0
    documented = re.search(r"```hcl\n(terraform \{\n  backend .+?)```", README, re.DOTALL)
    assert documented
    plain = re.sub(r" +#.*", "", documented[1])
    assert (tmp_path / "infra" / "backend.tf").read_text() == plain


@pytest.mark.parametrize("told", [{}, {"STATE_BUCKET": 'a"\n}', "STATE_KEY": "k", "STATE_REGION": "r"}])
def test_a_backend_that_is_missing_or_breaks_out_is_refused(tmp_path: Path, told: dict[str, str]) -> None:
    done = script(tmp_path, "write-backend", **told)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "infra" / "backend.tf").exists()


def test_settings_are_written_for_the_environment(tmp_path: Path) -> None:
    assert script(tmp_path, "write-settings", ENV="prod", TFVARS='schedule = "daily"').returncode == 0
    assert (tmp_path / "infra" / "environments" / "prod.tfvars").read_text() == 'schedule = "daily"\n'
    assert script(tmp_path, "write-settings", ENV="../prod", TFVARS="x").returncode == 2
