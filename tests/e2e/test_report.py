"""The report in a real browser: drawn, self-contained, accessible; also with no data and with awkward names."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.io.pyarrow import schema_to_pyarrow
from sqlglot import exp

from glue_jobs.tables import TABLES
from lakehouse.cli import main as lakehouse
from lakehouse.report.write import write_report
from lakehouse.warehouse import duckdb_engine as stand_in

MON = dt.date(2026, 11, 16)
AWKWARD = "</script><script>alert('x')</script> \"quoted\" & <b>bold</b>"
CHARTS = (
    "chart",
    "artists",
    "albums",
    "releases",
    "durations",
    "played_artists",
    "played_songs",
    "played_albums",
    "clock",
    "months",
)
SCREENS = [(width, scheme) for width in (375, 1280) for scheme in ("light", "dark")]


@dataclass
class Opened:
    """A page that was opened, what went wrong in it, and what it asked of the network."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


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


@pytest.fixture(scope="module")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse whose tables hold no row."""
    return make_warehouse(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse with a little of everything, under awkward names, and without popularity."""
    listed = [
        {"position": 1, "item_kind": "song", "item_id": "s1"},
        {"position": 2, "item_kind": "song", "item_id": "s2"},
    ]
    playlist = {"account": "-", "source_kind": "playlist", "source_id": "p1", "name": AWKWARD, "is_complete": True}
    played = {"account": "-", "song_id": "s1", "origin": "api"}
    return make_warehouse(
        tmp_path_factory.mktemp("awkward"),
        song=[
            {"song_id": song_id, "extraction_date": MON, "name": f"{AWKWARD} {song_id}", "album_id": "b1",
             "artist_id": "a1", "artist_ids": ["a1"], "duration_ms": 200_000}
            for song_id in ("s1", "s2")
        ],
        album=[{"album_id": "b1", "extraction_date": MON, "name": AWKWARD, "release_date_text": "1979",
                "release_date_precision": "year", "release_date": dt.date(1979, 1, 1), "artist_ids": ["a1"]}],
        artist=[{"artist_id": "a1", "extraction_date": MON, "name": AWKWARD}],
        listing=[
            playlist | {"extraction_date": MON, "entries": listed},
            playlist | {"extraction_date": MON + dt.timedelta(days=1), "entries": listed[:1]},
        ],
        play=[played | {"played_at": dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)}],
    )  # fmt: skip


def make_warehouse(folder: Path, **tables: list[dict[str, object]]) -> Path:
    """Write a warehouse with all tables, typed as the job types them; what a row does not name is null."""
    catalog = SqlCatalog("local", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace("music")
    for table in TABLES:
        written = catalog.create_table(("music", table.name), schema=arrow_schema(table.name))
        if rows := tables.get(table.name):
            written.append(pa.Table.from_pylist(rows, schema=schema_to_pyarrow(written.schema())))
    catalog.close()
    return folder


def arrow_schema(name: str) -> pa.Schema:
    """Return a table's Arrow schema."""
    (table,) = (table for table in TABLES if table.name == name)
    kinds = [exp.DataType.build(column.type.simpleString(), dialect="spark").sql("duckdb") for column in table.columns]
    nulls = ", ".join(f'null::{kind} as "{column}"' for column, kind in zip(table.column_names, kinds, strict=True))
    return stand_in.fetch(stand_in.connect(), f"select {nulls}").schema


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Return a function that writes the report of a warehouse and opens it."""
    contexts = []

    def open_report(folder: Path, width: int = 1280, scheme: str = "light") -> Opened:
        write_report(folder, tmp_path / "report.html")
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.page.on("console", lambda message: opened.errors.append(message.text))
        opened.page.on("dialog", lambda dialog: opened.errors.append(dialog.message))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto((tmp_path / "report.html").as_uri())
        return opened

    yield open_report
    for context in contexts:
        context.close()


def serious(page: Page) -> list[str]:
    """Return what axe-core finds that is serious or worse."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_page_is_drawn_keeps_to_itself_and_is_accessible(show, warehouse, width, scheme):
    opened = show(warehouse, width, scheme)
    opened.page.wait_for_selector("body[data-drawn]")
    for key in CHARTS:
        assert opened.page.locator(f"#chart-{key} svg path").count() > 0, key
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert [address for address in opened.requests if not address.startswith("file:")] == []
    assert opened.errors == []
    opened.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert serious(opened.page) == []


@pytest.mark.parametrize(("width", "scheme"), [SCREENS[0], SCREENS[-1]])
def test_with_no_data_the_page_says_so(show, empty_warehouse, width, scheme):
    opened = show(empty_warehouse, width, scheme)
    assert opened.page.locator("text=Nothing was loaded yet").is_visible()
    assert opened.page.locator(".chart").count() == 0
    assert opened.page.locator(".empty").count() >= len(CHARTS)
    assert opened.errors == []
    assert serious(opened.page) == []


def test_names_are_shown_as_they_are_and_do_nothing(show, warehouse):
    opened = show(warehouse)
    opened.page.wait_for_selector("body[data-drawn]")
    assert AWKWARD in opened.page.locator("#title-chart").inner_text()
    assert opened.page.locator("main b").count() == 0
    assert opened.errors == []


def test_a_change_from_light_to_dark_is_followed(show, warehouse):
    page = show(warehouse).page
    page.wait_for_selector("body[data-drawn]")
    ink = "getComputedStyle(document.querySelector('#chart-artists svg .mark-rect path')).fill"
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{ink} !== '{light}'")


def test_names_lead_to_spotify(show, warehouse):
    page = show(warehouse).page
    links = page.eval_on_selector_all("main a", "all => all.map((one) => one.getAttribute('href'))")
    assert {"https://open.spotify.com/artist/a1", "https://open.spotify.com/album/b1"} <= set(links)


def test_a_folder_without_tables_gets_one_line_and_no_page(tmp_path, capsys):
    assert lakehouse(["report", "--warehouse", str(tmp_path / "none"), "--out", str(tmp_path / "r.html")]) == 2
    assert capsys.readouterr().err.startswith("report: no warehouse at")
    assert not (tmp_path / "r.html").exists()


def test_a_page_that_cannot_be_written_gets_one_line(warehouse, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert lakehouse(["report", "--warehouse", str(warehouse), "--out", str(tmp_path / "file" / "r.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
