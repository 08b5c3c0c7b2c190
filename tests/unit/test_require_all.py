"""REQUIRE_ALL=1 turns every kind of skip into a failure; without it skips stay skips."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SKIPS = {
    "a skip inside a test": "import pytest\ndef test_it(): pytest.skip('no reason given')\n",
    "a skip in a fixture": (
        "import pytest\n@pytest.fixture\ndef needed(): pytest.skip('no reason given')\ndef test_it(needed): pass\n"
    ),
    "a skip mark": "import pytest\n@pytest.mark.skip(reason='no reason given')\ndef test_it(): pass\n",
    "a skip of a whole file": (
        "import pytest\npytest.skip('no reason given', allow_module_level=True)\ndef test_it(): pass\n"
    ),
}


def run(folder: Path, test: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one test file below the project's own conftest."""
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "test_it.py").write_text(test)
    known = {name: value for name, value in os.environ.items() if name not in ("REQUIRE_ALL", "PYTEST_ADDOPTS")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-rs",
        "--rootdir",
        str(folder),
        "-c",
        os.devnull,
    ]
    return subprocess.run(
        [*command, str(folder)], cwd=folder, env={**known, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("test", [pytest.param(text, id=name) for name, text in SKIPS.items()])
def test_required_skips_fail_and_say_why(tmp_path, test):
    done = run(tmp_path, test, REQUIRE_ALL="1")
    assert done.returncode not in (0, 5)
    assert "skipped, but REQUIRE_ALL=1" in done.stdout
    assert "no reason given" in done.stdout


@pytest.mark.parametrize("test", [pytest.param(text, id=name) for name, text in SKIPS.items()])
def test_skips_are_allowed_otherwise(tmp_path, test):
    done = run(tmp_path, test)
    assert done.returncode in (0, 5)
    assert "1 skipped" in done.stdout


def test_an_expected_failure_is_no_skip(tmp_path):
    test = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_it(): assert False\n"
    assert run(tmp_path, test, REQUIRE_ALL="1").returncode == 0
