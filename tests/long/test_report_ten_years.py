"""The report of ten years of plays: small enough to send. How soon it can be used: `python -m bench.report_page`."""

from pathlib import Path

import pytest

from devtools.report_samples import make_ten_years
from lakehouse.report.write import write_report
from tests.browser import browser

__all__ = ["browser"]

MOST_BYTES = 2_000_000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of ten years."""
    folder = tmp_path_factory.mktemp("ten years")
    write_report(make_ten_years(folder / "warehouse"), folder / "report.html")
    return folder / "report.html"


def test_ten_years_fit_into_two_megabytes(page):
    assert page.stat().st_size <= MOST_BYTES


def test_ten_years_are_drawn(page, browser):
    with browser.new_page() as shown:
        shown.goto(page.as_uri())
        shown.wait_for_selector("body[data-drawn]")
        assert shown.locator("#hero-minutes").is_visible()
        assert shown.evaluate("performance.getEntriesByName('interactive').length") == 1
