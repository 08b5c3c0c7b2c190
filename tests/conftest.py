"""What all tests share: with REQUIRE_ALL=1 nothing may be skipped; the real samples beside the project."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"


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
    """Let tests side by side share what is dear to start: all of Spark's one process, others that of their file."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("spark" if is_of_spark(item) else item.path.name))
    items.sort(key=is_of_spark, reverse=True)


def is_of_spark(item: pytest.Item) -> bool:
    """Return whether a test shares the one Spark."""
    return item.path.parent == ROOT / "tests" / "spark"


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of real API answers, which lies beside the project where it is there."""
    if not SAMPLES.is_dir():
        pytest.skip(f"no real samples: {SAMPLES.relative_to(ROOT.parent)} is not beside the project")
    return SAMPLES
