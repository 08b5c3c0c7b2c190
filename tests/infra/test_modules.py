"""The modules are whole, formatted and valid; their own tests run in tests/long/test_terraform_runs.py."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lakehouse.aws.terraform import Terraform
from lakehouse.paths import ROOT

FILES = sorted((ROOT / "infra" / "tests").glob("*.tftest.hcl"))
MODULES = sorted(path.name for path in (ROOT / "infra" / "modules").iterdir())


@pytest.fixture(scope="module")
def attached(terraform: Terraform) -> Iterator[Terraform]:
    """Yield Terraform with a provider that runs on from one command to the next: to start it takes most of a run.

    It fits what asks nothing of AWS: a provider that runs on has one configuration for all.
    """
    (provider,) = terraform.data.glob("providers/*/hashicorp/aws/*/*/terraform-provider-aws*")
    piped, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen([provider, "-debug"], stdout=piped, stderr=nowhere, text=True) as running:
        try:
            assert running.stdout
            told = next(line for line in running.stdout if "TF_REATTACH_PROVIDERS=" in line)
            name, _, value = told.strip().partition("=")
            yield replace(terraform, attached={name: value.strip("'")})
        finally:
            running.terminate()


def test_every_module_and_the_root_are_tested() -> None:
    assert [path.name.split(".")[0] for path in FILES] == sorted([*MODULES, "root"])


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_all_its_files(module: str) -> None:
    present = {path.name for path in (ROOT / "infra" / "modules" / module).iterdir()}
    assert present == {"README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf"}


def test_terraform_is_formatted(terraform: Terraform) -> None:
    assert terraform.call("fmt", "-recursive", "-check", "-list=true", quiet=True, accept=(0, 3)).stdout == ""


def test_the_whole_is_valid(attached: Terraform) -> None:
    told = json.loads(attached.call("validate", "-json", quiet=True, accept=(0, 1)).stdout)
    assert told["diagnostics"] == []


# Removed or renamed in version 6 of the provider, among what this project might use.
GONE_IN_6 = (
    r"data\.aws_region\.\w+\.name\b",
    r"\bs3_us_east_1_regional_endpoint\b",
    r"\baws_eip\b[^}]*\bvpc\s*=",
    r"\baws_s3_bucket_object\b",
    r"\bbucket_region\b",
    r"\bskip_get_ec2_platforms\b",
    r"\baws_service_discovery_service\b",
    r"\bendpoint_auto_confirms\b",
)


@pytest.mark.parametrize("pattern", GONE_IN_6)
def test_nothing_is_used_that_version_6_of_the_provider_removed(pattern: str) -> None:
    texts = {path: path.read_text("utf-8") for path in (ROOT / "infra").rglob("*.tf")}
    assert len(texts) > 20
    assert [path.name for path, text in texts.items() if re.search(pattern, text)] == []
