"""`lakehouse report --open`: the page is written, then shown; without a browser the page is there all the same."""

import pytest

from devtools.report_samples import make_warehouse
from lakehouse.cli import main as lakehouse
from lakehouse.commands import report


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return str(make_warehouse(tmp_path_factory.mktemp("empty")))


def test_the_page_is_opened_once_it_is_written(warehouse, tmp_path, monkeypatch):
    page = tmp_path / "my music.html"
    shown = []
    monkeypatch.setattr(
        report.webbrowser, "open", lambda address: shown.append((address, page.stat().st_size > 0)) or True
    )
    assert lakehouse(["report", "--warehouse", warehouse, "--out", str(page), "--open", "--quiet"]) == 0
    assert shown == [(page.as_uri(), True)]


def test_nothing_is_opened_unasked(warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr(report.webbrowser, "open", lambda _: pytest.fail("a browser opened"))
    assert lakehouse(["report", "--warehouse", warehouse, "--out", str(tmp_path / "r.html")]) == 0


def test_without_a_browser_one_line_says_that_the_page_is_written(warehouse, tmp_path, monkeypatch, capsys):
    page = tmp_path / "r.html"
    monkeypatch.setattr(report.webbrowser, "open", lambda _: False)
    assert lakehouse(["report", "--warehouse", warehouse, "--out", str(page), "--open"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("report: --open: no browser")
    assert error.count("\n") == 1
    assert page.exists()


def test_addresses_of_another_kind_are_refused(warehouse, tmp_path, capsys):
    page = tmp_path / "r.html"
    assert lakehouse(["report", "--warehouse", warehouse, "--out", str(page), "--addresses", "pictures"]) == 2
    assert "links" in capsys.readouterr().err
    assert not page.exists()
