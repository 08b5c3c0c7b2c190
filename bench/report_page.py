"""Measure the report of ten years of plays: `python -m bench.report_page`.

It prints how long the page takes to write, its size, and when it can be used in a headless Chromium, of five times.
"""

import sys
import tempfile
from pathlib import Path
from time import monotonic

from playwright.sync_api import Browser

from devtools.chromium import open_chromium
from devtools.report_samples import make_ten_years
from lakehouse.errors import UserError
from lakehouse.report.write import write_report

TIMES = 5


def time_until_usable(browser: Browser, page: Path) -> float:
    """Return the milliseconds from the page's beginning until everything on it can be used."""
    with browser.new_page() as shown:
        shown.goto(page.as_uri())
        shown.wait_for_selector("body[data-drawn]")
        return float(shown.evaluate("performance.getEntriesByName('interactive')[0].startTime"))


def measure() -> None:
    """Measure and print."""
    with open_chromium() as browser, tempfile.TemporaryDirectory() as folder:
        warehouse = make_ten_years(Path(folder) / "warehouse")
        page = Path(folder) / "report.html"
        started = monotonic()
        write_report(warehouse, page)
        sys.stdout.write(f"written in {monotonic() - started:.1f} s, {page.stat().st_size / 1e6:.2f} MB\n")
        took = sorted(time_until_usable(browser, page) for _ in range(TIMES))
        sys.stdout.write(f"usable after {took[0]:.0f} to {took[-1]:.0f} ms, in the middle {took[TIMES // 2]:.0f} ms\n")


def main() -> int:
    """Measure; return the exit code."""
    try:
        measure()
    except UserError as error:
        sys.stderr.write(f"bench: {error} Nothing was measured.\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
