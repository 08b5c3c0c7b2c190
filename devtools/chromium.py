"""The headless Chromium in which the report is tested, measured and photographed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from lakehouse.errors import UserError


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """Yield a headless Chromium. Raises UserError if there is none on PATH."""
    path = shutil.which("chromium")
    if path is None:
        raise UserError("expected chromium on PATH, got none; .ci/chromium installs Debian's where root may.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
