"""How rows look to people: on a narrow terminal, with long lists, odd text and many columns."""

import datetime as dt
import io
from decimal import Decimal

import pyarrow as pa
import pytest

from lakehouse.output import show_value, to_rows, write_rows


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say yes."""
        return True


@pytest.fixture
def show(monkeypatch):
    """Return a function that shows a table on a plain terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")

    def lines_of(**columns):
        stream = Terminal()
        write_rows(pa.table(columns), "table", stream)
        return stream.getvalue().splitlines()

    return lines_of


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        ("", ""),
        (True, "true"),
        (1234567, "1234567"),
        (33.3, "33.3"),
        (100.0, "100"),
        (0.123456, "0.1235"),
        (dt.date(2026, 11, 16), "2026-11-16"),
        (dt.datetime(2026, 11, 16, 8, 30, 0, 123000, tzinfo=dt.UTC), "2026-11-16 08:30:00"),
        ([], "[]"),
        (["a", None, "c"], "[a, null, c]"),
        (["a", "b", "c", "d", "e"], "[a, b, c, … 2 more]"),
        ([{"position": 1, "item_id": None}], '[{"position": 1, "item_id": null}]'),
        ("Ænima [bold]", "Ænima [bold]"),
        ("a\x1b[2J\nb", "a\\x1b[2J\\nb"),
    ],
)
def test_show_value(value, shown):
    assert show_value(value) == shown


def test_sums_of_integers_are_integers():
    table = pa.table({"n": pa.array([Decimal(3), None], pa.decimal128(38, 0)), "d": [Decimal("0.5"), Decimal("1.0")]})
    rows = to_rows(table)
    assert rows == [(3, 0.5), (None, 1.0)]
    assert isinstance(rows[0][0], int)


def test_numbers_stand_to_the_right_and_text_to_the_left(show):
    assert show(name=["a", "bbbb"], n=[5, 1000]) == [
        "name      n",
        "───────────",
        "a         5",
        "bbbb   1000",
        "(2 rows)",
    ]


def test_one_row_is_one_row(show):
    assert show(n=[1])[-1] == "(1 row)"


def test_no_rows_show_the_columns(show):
    assert show(name=pa.array([], pa.string())) == ["name", "────", "(0 rows)"]


def test_wide_text_is_folded_on_a_terminal_and_nothing_is_cut_off(show):
    lines = show(name=["x" * 100], other=["y" * 100])
    text = "".join(lines[2:-1])
    assert (text.count("x"), text.count("y")) == (100, 100)
    assert max(len(line) for line in lines) <= 80


def test_rows_too_wide_for_the_terminal_become_lines_of_name_and_value(show):
    names = [f"column_{number}" for number in range(12)]
    lines = show(**{name: [f"value of {name}"] for name in names})
    assert lines[0] == "row 1"
    assert [line.split() for line in lines[1:-1]] == [[name, "value", "of", name] for name in names]
    assert lines[-1] == "(1 row)"
