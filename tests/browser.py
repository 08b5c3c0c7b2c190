"""The browser that tests of a page share."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from devtools.chromium import open_chromium
from lakehouse.errors import UserError


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a headless Chromium."""
    with ExitStack() as stack:
        try:
            chromium = stack.enter_context(open_chromium())
        except UserError as error:
            pytest.skip(str(error))
        yield chromium
