"""REQUIRE_ALL=1 turns every kind of skip into a failure; without it skips stay skips."""

import os
import subprocess
import sys
from pathlib import Path

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


XFAIL = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_it(): assert False\n"


def run(folder: Path, *tests: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run test files below the project's own conftest."""
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    for number, test in enumerate(tests):
        (folder / f"test_{number}.py").write_text(test)
    known = {name: value for name, value in os.environ.items() if name not in ("REQUIRE_ALL", "PYTEST_ADDOPTS")}
    options = [
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
        "-rsfE",
        "--rootdir",
        str(folder),
        "-c",
        os.devnull,
    ]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=folder, env={**known, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_required_skips_fail_and_say_why(tmp_path: Path) -> None:
    done = run(tmp_path, *SKIPS.values(), XFAIL, REQUIRE_ALL="1")
    assert done.stdout.count("skipped, but REQUIRE_ALL=1") >= len(SKIPS)
    assert done.stdout.count("no reason given") >= len(SKIPS)
    lines = done.stdout.splitlines()
    failures = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    failed = {number for number in range(len(SKIPS) + 1) if any(f"test_{number}.py" in line for line in failures)}
    assert failed == set(range(len(SKIPS)))
    assert "1 xfailed" in done.stdout


def test_skips_are_allowed_otherwise(tmp_path: Path) -> None:
    done = run(tmp_path, *SKIPS.values())
    assert done.returncode in (0, 5)
    assert f"{len(SKIPS)} skipped" in done.stdout
