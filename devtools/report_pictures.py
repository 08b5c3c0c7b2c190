"""Take pictures of the report: four kinds of data, three widths, light and dark, into build/report_pictures.

`python -m devtools.report_pictures` takes all of them; `--warehouse FOLDER` takes those of one warehouse instead, and
`--readme FILE` the picture of README.md, of the top of the page.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, ViewportSize

from devtools.chromium import open_chromium
from devtools.report_samples import SAMPLES
from lakehouse.errors import UserError
from lakehouse.report.write import write_report

FOLDER = Path("build/report_pictures")
WIDTHS = (375, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
README_SIZE: ViewportSize = {"width": 1280, "height": 900}


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the pictures")
    parser.add_argument("--warehouse", type=Path, help="a warehouse to show instead of the four kinds of data")
    parser.add_argument("--readme", type=Path, help="write the picture of README.md here, and no other")
    parser.add_argument("kinds", nargs="*", choices=[[], *SAMPLES], help="kinds of data; all without any")
    options = parser.parse_args(arguments)
    try:
        with open_chromium() as browser, TemporaryDirectory() as folder:
            pages = write_pages(Path(folder), options.kinds or list(SAMPLES), options.warehouse)
            if options.readme:
                take_readme_picture(browser, next(iter(pages.values())), options.readme)
            else:
                options.out.mkdir(parents=True, exist_ok=True)
                for kind, page in pages.items():
                    take_pictures(browser, page, options.out, kind)
    except UserError as error:
        sys.stderr.write(f"report_pictures: {error} No picture was taken.\n")
        return 2
    return 0


def write_pages(folder: Path, kinds: Sequence[str], warehouse: Path | None) -> dict[str, Path]:
    """Write the page of each kind of data, or of the one warehouse; return the files by name."""
    if warehouse:
        warehouses = {warehouse.parent.name: warehouse}
    else:
        warehouses = {kind: SAMPLES[kind](folder / kind) for kind in kinds}
    pages = {name: folder / f"{name}.html" for name in warehouses}
    for name, made in warehouses.items():
        write_report(made, pages[name])
    return pages


def take_pictures(browser: Browser, page: Path, folder: Path, name: str) -> None:
    """Take a page whole, at each width, light and dark, and once as it is printed."""
    for width in WIDTHS:
        for scheme in SCHEMES:
            with browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme) as shown:
                shown.goto(page.as_uri())
                shown.wait_for_selector("body[data-drawn]")
                shown.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    with browser.new_page() as shown:
        shown.goto(page.as_uri())
        shown.wait_for_selector("body[data-drawn]")
        shown.pdf(path=folder / f"{name}.pdf", format="A4")


def take_readme_picture(browser: Browser, page: Path, path: Path) -> None:
    """Take the top of a page."""
    with browser.new_page(viewport=README_SIZE) as shown:
        shown.goto(page.as_uri())
        shown.wait_for_selector("body[data-drawn]")
        shown.screenshot(path=path)


if __name__ == "__main__":
    sys.exit(main())
