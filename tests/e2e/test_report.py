"""The report in a real browser: drawn, self-contained, accessible, its filters right; also without data."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pyarrow as pa
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from devtools.report_samples import START, export_plays, make_day, make_warehouse, own_lists
from lakehouse.cli import main as lakehouse
from lakehouse.report.addresses import Addresses
from lakehouse.report.write import write_report
from tests.browser import browser

__all__ = ["browser"]

MON = dt.date(2026, 11, 16)
AWKWARD = "</script><script>alert('x')</script> \"quoted\" & <b>bold</b>"
NAMES_OF_JAVASCRIPT = ("constructor", "toString", "valueOf", "__proto__", "hasOwnProperty", "Same", "Same")
CHARTS = ("timeline", "calendar", "clock", "discoveries", "chart", "releases")
SCREENS = [(width, scheme) for width in (375, 1280) for scheme in ("light", "dark")]
PLAYS = [
    *export_plays("ada", 1, days=500, a_day=6, artists=20),
    *export_plays("björn", 2, days=120, a_day=3, artists=9),
]
"""What two accounts heard, in three years."""

DRAWN = "body[data-drawn]"


@dataclass
class Opened:
    """A page that was opened, what went wrong in it, and what it asked of the network."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def make_empty(folder: Path) -> Path:
    """Write a warehouse whose tables hold no row."""
    return make_warehouse(folder)


def make_awkward(folder: Path) -> Path:
    """Write a warehouse with a little of everything, under awkward names, and without popularity."""
    names = [AWKWARD, *NAMES_OF_JAVASCRIPT]
    songs = [f"s{number}" for number in range(len(names))]
    listed = [{"position": at, "item_kind": "song", "item_id": song} for at, song in enumerate(songs, start=1)]
    playlist = {"account": "-", "source_kind": "playlist", "source_id": "p1", "name": AWKWARD, "is_complete": True}
    played = {"account": "-", "song_id": "s0", "origin": "api", "seen_at": START}
    days = [MON + dt.timedelta(days=number) for number in range(4)]
    # The last song is away on the second day, and its line breaks there.
    entries = [listed, listed[:-1], listed, listed]
    return make_warehouse(
        folder,
        song=[
            {"song_id": song, "extraction_date": MON, "name": name, "album_id": "b1", "artist_id": "a1",
             "artist_ids": ["a1"], "duration_ms": 200_000}
            for song, name in zip(songs, names, strict=True)
        ],
        album=[{"album_id": "b1", "extraction_date": MON, "name": AWKWARD, "release_date_text": "1979",
                "release_date_precision": "year", "release_date": dt.date(1979, 1, 1), "artist_ids": ["a1"],
                "image_url": "https://covers.example.com/b1"}],
        artist=[{"artist_id": "a1", "extraction_date": MON, "name": AWKWARD, "genres": [AWKWARD]}],
        listing=[playlist | {"extraction_date": day, "entries": held} for day, held in zip(days, entries, strict=True)],
        play=[played | {"played_at": dt.datetime(2026, 11, 16, 8, at, tzinfo=dt.UTC)} for at in (0, 5)],
    )  # fmt: skip


def make_two_accounts(folder: Path) -> Path:
    """Write a warehouse of two accounts' exports, and of what each has saved."""
    return make_warehouse(folder, play=PLAYS, listing=own_lists(4))


WAREHOUSES: Mapping[str, Callable[[Path], Path]] = {
    "empty": make_empty,
    "awkward": make_awkward,
    "two accounts": make_two_accounts,
    "day": make_day,
}


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that writes the report of a warehouse, once."""
    folder = tmp_path_factory.mktemp("report")
    warehouses: dict[str, Path] = {}

    def write_once(name: str, addresses: Addresses = "links") -> Path:
        path = folder / f"{name} {addresses}.html"
        if not path.exists():
            warehouses[name] = warehouses.get(name) or WAREHOUSES[name](folder / name)
            write_report(warehouses[name], path, addresses)
        return path

    return write_once


@pytest.fixture
def show(browser: Browser, write: Callable[..., Path]) -> Iterator[Callable[..., Opened]]:
    """Return a function that opens the report of a warehouse, and waits until all of it is drawn."""
    contexts = []

    def open_report(name: str, width: int = 1280, scheme: str = "light", addresses: Addresses = "links") -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        context.route("https://**", lambda route: route.abort())
        opened = Opened(context.new_page())
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.page.on("console", lambda message: opened.errors.append(message.text))
        opened.page.on("dialog", lambda dialog: opened.errors.append(dialog.message))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto(write(name, addresses).as_uri())
        opened.page.wait_for_selector(DRAWN)
        return opened

    yield open_report
    for context in contexts:
        context.close()


def open_all_numbers(page: Page) -> None:
    """Open the table below each chart."""
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    page.wait_for_function("[...document.querySelectorAll('details')].every((details) => details.children.length > 1)")


def violations(page: Page) -> list[str]:
    """Return what axe-core has to object to."""
    rules = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in rules]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_page_is_drawn_keeps_to_itself_and_is_accessible(show, width, scheme):
    opened = show("awkward", width, scheme)
    for key in CHARTS:
        assert opened.page.locator(f"#card-{key} svg :is(rect, path, circle)").count() > 0, key
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert [address for address in opened.requests if not re.match("file:|data:|blob:", address)] == []
    assert opened.errors == []
    open_all_numbers(opened.page)
    assert violations(opened.page) == []


@pytest.mark.parametrize(("name", "width", "scheme"), [("two accounts", 375, "dark"), ("day", 768, "light")])
def test_an_export_alone_and_one_day_are_whole_pages_too(show, name, width, scheme):
    opened = show(name, width, scheme)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert "NaN" not in opened.page.locator("body").inner_text()
    assert "undefined" not in opened.page.locator("body").inner_text()
    assert opened.errors == []
    assert violations(opened.page) == []
    # Each card shows a chart, a table or one sentence.
    assert opened.page.locator(".card:not(:has(svg, table, input, .empty))").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [SCREENS[0], SCREENS[-1]])
def test_with_no_data_the_page_says_so(show, width, scheme):
    opened = show("empty", width, scheme)
    assert opened.page.locator("text=Nothing was loaded yet").is_visible()
    assert opened.page.locator(".chart").count() == 0
    assert opened.page.locator(".empty").count() == 4
    assert opened.errors == []
    assert violations(opened.page) == []


def test_names_are_shown_as_they_are_and_do_nothing(show):
    opened = show("awkward")
    for card in ("artists", "songs", "albums", "genres", "changes"):
        assert AWKWARD in opened.page.locator(f"#card-{card}").inner_text(), card
    assert opened.page.locator("main b").count() == 0
    assert opened.errors == []


def test_songs_of_one_name_and_names_of_javascript_have_their_own_lines(show):
    page = show("awkward").page
    lines = page.locator("#card-chart g[aria-label=line] path")
    assert lines.count() == len(NAMES_OF_JAVASCRIPT) + 1
    legend = page.locator("#card-chart .legend li").all_inner_texts()
    assert legend == [AWKWARD, *NAMES_OF_JAVASCRIPT]


def test_the_line_of_a_song_that_was_away_breaks(show):
    lines = show("awkward").page.locator("#card-chart g[aria-label=line] path")
    paths = [str(lines.nth(at).get_attribute("d")) for at in range(lines.count())]
    assert [path.count("M") for path in paths] == [1] * (len(paths) - 1) + [2]


def test_a_change_from_light_to_dark_is_followed(show):
    page = show("two accounts").page
    ink = "getComputedStyle(document.querySelector('#card-timeline svg rect')).fill"
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{ink} !== '{light}'")


def addresses_in(page: Page) -> set[str]:
    """Return where links lead."""
    return set(page.eval_on_selector_all("a[href^='http']", "all => all.map((link) => link.getAttribute('href'))"))


def test_names_lead_to_spotify(show):
    addresses = addresses_in(show("awkward").page)
    assert {f"https://open.spotify.com/{name}" for name in ("artist/a1", "album/b1", "track/s0")} <= addresses


def test_without_addresses_the_page_holds_none(show, write):
    assert addresses_in(show("awkward", addresses="none").page) == set()
    data = write("awkward", "none").read_text(encoding="utf-8").partition('type="application/json">')[2]
    assert "https://" not in data.partition("</script>")[0]


def test_covers_are_asked_for_only_where_they_are_wanted(show):
    cover = "https://covers.example.com/b1"
    assert set(show("awkward", addresses="covers").requests) >= {cover}
    assert cover not in show("awkward").requests


FIGURES = """select
    count(*) filter (where ms_played >= 30000) as plays,
    round(sum(ms_played) / 60000.0) as minutes,
    count(distinct song_id) as songs,
    count(distinct artist_name) as artists,
    count(distinct album_name || artist_name) as albums,
    count(distinct played_at::date) as days,
    round(100.0 * count(*) filter (where ms_played < 30000) / count(*), 1) as skips
from plays where {condition}"""
LEADER = """select {name} from plays where {condition}
group by {name}, artist_name order by sum(ms_played) desc, {name} limit 1"""


def ask(sql: str) -> tuple[Any, ...]:
    """Return the row of a statement over the plays themselves: no view, no statement of the page has a part in it."""
    engine = duckdb.connect()
    engine.execute("set TimeZone = 'UTC'")
    engine.register("plays", pa.Table.from_pylist(PLAYS))
    row = engine.execute(sql).fetchone()
    assert row is not None
    return row


def figures_shown(page: Page) -> dict[str, float]:
    """Return the numbers on top of the page."""
    read = "all => all.map((tile) => [tile.dataset.figure, tile.innerText])"
    tiles = page.eval_on_selector_all("[data-figure]", read)
    tiles.append(["minutes", page.locator("#hero-minutes").inner_text()])
    return {name: float(re.sub("[^0-9.]", "", text)) for name, text in tiles}


@pytest.mark.parametrize("account", ["", "ada", "björn"])
def test_the_filters_change_the_numbers_to_those_of_sql(show, account):
    page = show("two accounts").page
    if account:
        choose(page, "account", label=account)
    for period in ("", "2025", "2026", "2026-10"):
        choose(page, "year", period[:4])
        if len(period) > 4:
            choose(page, "month", period)
        compare(page, f"account like '%{account}' and strftime(played_at, '%Y-%m') like '{period}%'")


def choose(page: Page, name: str, value: str | None = None, *, label: str | None = None) -> None:
    """Set a filter, and wait until all is drawn again."""
    page.locator(f"#filter-{name}").select_option(value, label=label)
    page.wait_for_selector(DRAWN)


def compare(page: Page, condition: str) -> None:
    """Compare what is shown with what SQL says of the plays that fulfil a condition."""
    plays, minutes, songs, artists, albums, days, skips = ask(FIGURES.format(condition=condition))
    if not plays:
        assert page.locator(".hero").inner_text().startswith("No play is known"), condition
        return
    shown = figures_shown(page)
    assert {name: shown[name] for name in ("plays", "songs", "artists", "albums", "days with music")} == {
        "plays": plays, "songs": songs, "artists": artists, "albums": albums, "days with music": days,
    }, condition  # fmt: skip
    assert shown["minutes"] == pytest.approx(minutes, abs=1)
    assert shown["of all starts skipped"] == pytest.approx(skips, abs=0.06)
    for card, column in (("artists", "artist_name"), ("songs", "song_name"), ("albums", "album_name")):
        leader = ask(LEADER.format(name=column, condition=condition))[0]
        assert page.locator(f"#card-{card} tbody tr").first.locator("button.name").inner_text() == leader, condition
    for card in ("clock", "timeline"):
        assert sum(int(cells[-1].replace(",", "")) for cells in open_numbers(page, card)) == plays, condition


def open_numbers(page: Page, card: str) -> list[list[str]]:
    """Return the rows of the table below a chart."""
    page.evaluate(f"document.querySelector('#card-{card} details').open = true")
    page.wait_for_selector(f"#card-{card} details table")
    rows: list[list[str]] = page.eval_on_selector_all(
        f"#card-{card} details tbody tr", "all => all.map((row) => [...row.cells].map((cell) => cell.innerText))"
    )
    return rows


def test_when_something_was_first_heard_is_found(show):
    page = show("two accounts").page
    name, first = ask("""select song_name, strftime(min(played_at), '%-d %b %Y') from plays
        where account = 'ada' group by song_name, song_id order by count(*) desc, song_id limit 1""")
    choose(page, "account", label="ada")
    page.locator("#find").fill(str(name).lower())
    cells = page.locator("#card-find tbody tr").first.locator("td").all_inner_texts()
    assert cells[0].startswith(name)
    assert cells[2] == first


def test_all_works_with_the_keyboard(show):
    page = show("two accounts").page
    page.locator("#filter-year").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("body[data-drawn='0|2026|minutes']")
    assert page.evaluate("document.activeElement.id") == "filter-year"
    page.locator("#card-artists button[data-key='sort plays']").focus()
    page.keyboard.press("Enter")
    assert page.locator("#card-artists th[aria-sort=descending]").inner_text().startswith("plays")
    plays = page.locator("#card-artists tbody td:last-child").all_inner_texts()
    numbers = [int(text.replace(",", "")) for text in plays]
    assert len(numbers) > 5
    assert numbers == sorted(numbers, reverse=True)
    page.keyboard.press("Enter")
    assert page.locator("#card-artists th[aria-sort=ascending]").inner_text().startswith("plays")


def test_a_chosen_name_is_shown_in_the_months(show):
    page = show("two accounts").page
    page.locator("#card-artists button.name").first.click()
    page.wait_for_selector(DRAWN)
    assert page.locator("#card-timeline [fill='var(--mark)']").count() == 1
    heard = ask("""select sum(ms_played) / 60000.0 as minutes from plays
        group by artist_name order by minutes desc limit 1""")[0]
    rows = open_numbers(page, "timeline")
    assert sum(float(cells[-1].replace(",", "")) for cells in rows) == pytest.approx(heard, abs=len(rows))
    page.locator("[data-key=clear]").click()
    page.wait_for_selector(DRAWN)
    assert page.locator("#card-timeline [fill='var(--mark)']").count() == 0


def test_the_year_in_review_is_saved_as_svg_and_png(show, tmp_path):
    page = show("two accounts").page
    choose(page, "year", "2025")
    with page.expect_download() as svg:
        page.locator("#card-year [data-key=svg]").click()
    svg.value.save_as(tmp_path / "year.svg")
    texts = [node.text for node in ElementTree.parse(tmp_path / "year.svg").iter() if node.text]
    minutes = ask("select round(sum(ms_played) / 60000.0) from plays where year(played_at) = 2025")[0]
    assert {"2025", f"{minutes:,.0f}"} <= set(texts)
    with page.expect_download() as png:
        page.locator("#card-year [data-key=png]").click()
    png.value.save_as(tmp_path / "year.png")
    header = (tmp_path / "year.png").read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (1440, 2160)


def test_it_prints_on_few_pages(show):
    printed = show("two accounts").page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 6


def test_a_folder_without_tables_gets_one_line_and_no_page(tmp_path, capsys):
    assert lakehouse(["report", "--warehouse", str(tmp_path / "none"), "--out", str(tmp_path / "r.html")]) == 2
    assert capsys.readouterr().err.startswith("report: no warehouse at")
    assert not (tmp_path / "r.html").exists()


def test_a_page_that_cannot_be_written_gets_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    warehouse = make_warehouse(tmp_path / "empty")
    assert lakehouse(["report", "--warehouse", str(warehouse), "--out", str(tmp_path / "file" / "r.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
