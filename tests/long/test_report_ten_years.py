"""The report of ten years of plays: small enough to send. How soon it can be used: `python -m bench.report_page`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from devtools.report_samples import make_export
from lakehouse.report.write import write_report

MOST_BYTES = 2_000_000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of some 150,000 plays of 1,500 artists, by two accounts."""
    folder = tmp_path_factory.mktemp("ten years")
    write_report(make_export(folder / "warehouse", days=3653, a_day=40, artists=1500), folder / "report.html")
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a headless Chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on PATH; .ci/chromium installs Debian's where root may")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def test_ten_years_fit_into_two_megabytes(page):
    assert page.stat().st_size <= MOST_BYTES


def test_ten_years_are_drawn(page, browser):
    with browser.new_page() as shown:
        shown.goto(page.as_uri())
        shown.wait_for_selector("body[data-drawn]")
        assert shown.locator("#hero-minutes").is_visible()
        assert shown.evaluate("performance.getEntriesByName('interactive').length") == 1
