"""Statements bounded to a window of days: they find what the whole finds, day by day, and parse as Athena."""

import datetime as dt

import pytest
import sqlglot
from sqlglot import exp

from lakehouse.warehouse import duckdb_engine as stand_in
from sql.statement_files import read_files
from sql.windows import DAYS, Window, bound_text, find_period, is_bounded, recent, slice_days, split_summary

TODAY = dt.date(2026, 11, 28)
CHECKS = {name: file for name, file in read_files("check").items() if is_bounded(file.reads)}
SUMMARIES = read_files("ctas")


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_bounded_check_reads_what_grows_by_days_through_its_window_alone(name: str) -> None:
    file = CHECKS[name]
    tree = sqlglot.parse_one(bound_text(file.text, file.reads, recent(TODAY), "music"), dialect="athena")
    bounded = {table.name for table in tree.find_all(exp.Table) if table.db == "music"}
    assert bounded == set(file.reads) & set(DAYS)
    steps = (
        [step.alias for step in tree.args["with_"].expressions if step.alias in DAYS]
        if "with_" in tree.args
        else [step.alias for step in tree.args["with"].expressions if step.alias in DAYS]
    )
    assert set(steps) == bounded
    assert "2026-11-21" in tree.sql(dialect="athena")


@pytest.mark.parametrize("name", sorted(SUMMARIES))
def test_a_bounded_summary_keeps_its_columns_and_parses(name: str) -> None:
    file = SUMMARIES[name]
    period = find_period(file.text)
    assert period in ("month_date", "week_date")
    _, select = split_summary(file.text)
    tree = sqlglot.parse_one(bound_text(select, file.reads, recent(TODAY, period), "music"), dialect="athena")
    whole = sqlglot.parse_one(select, dialect="athena")
    assert tree.named_selects == whole.named_selects
    assert {table.name for table in tree.find_all(exp.Table) if not table.db} & set(DAYS) <= set(file.reads)


def test_slices_hold_each_day_once_and_each_is_bounded() -> None:
    slices = slice_days(dt.date(2023, 11, 28), TODAY)
    for number in range(2000):
        day = dt.date(2022, 1, 1) + dt.timedelta(days=number)
        holding = [one for one in slices if (one.since or day) <= day and (not one.until or day < one.until)]
        assert len(holding) == 1, day
    spans = [(one.until - one.since).days for one in slices if one.since and one.until]
    assert max(spans) == 56
    assert len(slices) == 21


def test_a_window_without_ends_leaves_a_statement_as_it_is() -> None:
    assert bound_text("select 1 as one from song", ("song",), Window(), "music") == "select 1 as one from song"


@pytest.mark.parametrize("days", [365, 1095], ids=["one year", "three years"])
def test_no_query_after_a_load_or_of_a_full_look_reaches_the_scan_limit(days: int) -> None:
    """At 100,000 entries a day, 130 bytes for each (docs/usages.json), with all columns of all tables read."""
    a_day, limit = 100_000 * 130, 1000 * 1_000_000
    slices = slice_days(TODAY - dt.timedelta(days=days), TODAY)
    widest = max((one.until - one.since).days for one in slices if one.since and one.until)
    assert 8 * a_day < widest * a_day < limit
    assert days * a_day > limit, "without a window the limit would be reached"


def test_rows_outside_of_the_window_are_not_found(engine, fill) -> None:
    key = {"song_id": None, "extraction_date": TODAY}
    fill(song=[key, {**key, "extraction_date": dt.date(2026, 1, 1)}])
    file = CHECKS["song_key"]
    for window, found in ((recent(TODAY), 1), (Window(until=dt.date(2026, 2, 1)), 1), (Window(since=TODAY), 1)):
        text = bound_text(file.text, file.reads, window, "music")
        sql = sqlglot.transpile(text, read="athena", write="duckdb")[0]
        assert stand_in.fetch(engine, sql).num_rows == found
