"""What all tests share: with REQUIRE_ALL=1 nothing may be skipped; the disguised answers of Spotify."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis  # noqa: F401
import pytest

# Hypothesis is imported early: its plugin imports it when all is done, and Python 3.11 then may end in a SystemError
# (its parser counts wrongly while much is being tidied up).
SAMPLES = Path(__file__).resolve().parent / "samples"
SPARK = "tests/spark/"
SHARED = {
    "tests/e2e/test_line.py": "the line on an emulated AWS",
    "tests/e2e/test_engines.py": "the line on an emulated AWS",
    "tests/infra/test_contracts.py": "applied by Terraform",
    "tests/infra/test_modules.py": "applied by Terraform",
    "tests/infra/test_policies.py": "applied by Terraform",
}
"""Files whose tests share something dear, by what they share."""
FIRST = (SPARK, "tests/e2e/", "tests/infra/")
"""Where the longest tests are: they begin first, so that none is left for the end."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where everything is required."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, but REQUIRE_ALL=1: {reason_of(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a file skipped as a whole into a failed one where everything is required."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, but REQUIRE_ALL=1: {reason_of(report.longrepr)}"
    return report


def reason_of(longrepr: object) -> str:
    """Return why something was skipped."""
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest; those that share a process stay together."""

    def place(item: pytest.Item) -> tuple[int, str]:
        ranks = [rank for rank, folder in enumerate(FIRST) if item.nodeid.startswith(folder)]
        return (ranks[0], process_of(item.nodeid)) if ranks else (len(FIRST), "")

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let tests side by side share what is dear to start."""
    from xdist.scheduler import LoadScopeScheduling

    class ByProcess(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return process_of(nodeid)

    return ByProcess(config, log)


def process_of(nodeid: str) -> str:
    """Name the tests that run in one process: those of Spark, those that share something, else those of a file."""
    file = nodeid.split("::")[0]
    return SPARK if nodeid.startswith(SPARK) else SHARED.get(file, file)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of API answers whose ids, names and addresses are made up."""
    return SAMPLES
