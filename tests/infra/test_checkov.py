"""checkov finds nothing unsafe in infra/ but the exceptions, each of which is explained and needed."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lakehouse.paths import ROOT

CHECKOV = ROOT / "build" / "checkov" / "bin" / "checkov"
CONFIG = (ROOT / "infra" / ".checkov.yaml").read_text("utf-8")
EXCEPTIONS = re.findall(r"^  - (CKV2?_AWS_\d+)$", CONFIG, re.MULTILINE)


def test_every_exception_is_explained() -> None:
    assert len(EXCEPTIONS) > 5
    assert len(re.findall(r"^  # \S.{30,}\n  - CKV2?_AWS_\d+$", CONFIG, re.MULTILINE)) == len(EXCEPTIONS)


def test_checkov_finds_just_the_exceptions(tmp_path: Path) -> None:
    if not CHECKOV.exists():
        pytest.skip("checkov is not installed: `make checkov` installs it")
    # Without the file of exceptions, which checkov takes from the folder it looks through.
    left_out = shutil.ignore_patterns(".checkov.yaml", ".terraform*", "environments")
    shutil.copytree(ROOT / "infra", tmp_path / "infra", ignore=left_out)
    command = [CHECKOV, "-d", "infra", "--framework", "terraform", "--skip-download", "--output", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert told["summary"]["passed"] > 200
    assert {one["check_id"] for one in told["results"]["failed_checks"]} == set(EXCEPTIONS)
