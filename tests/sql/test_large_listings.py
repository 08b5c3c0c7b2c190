"""Listings longer than 10,000 entries, the most that Trino's and Athena's sequence() gives, are read whole."""

import datetime as dt

import pytest

from lakehouse.warehouse import duckdb_engine as stand_in
from tests.sql.conftest import views_behind

LENGTHS = (10_001, 50_000)


def large_listing(length: int) -> dict:
    """Return a listing of so many songs."""
    entries = [{"position": place, "item_kind": "song", "item_id": f"s{place}"} for place in range(1, length + 1)]
    key = {"account": "u1", "source_kind": "saved_tracks", "source_id": f"n{length}"}
    return {**key, "extraction_date": dt.date(2026, 11, 16), "is_complete": True, "total": length, "entries": entries}


@pytest.mark.parametrize("view", ["listing_entry", "listing_day", "listing_now", "chart_day"])
@pytest.mark.parametrize("length", LENGTHS)
def test_a_large_listing_is_read_whole(engine, fill, view, length):
    fill(listing=[large_listing(length)])
    stand_in.add_views(engine, views_behind(view))
    place, item = ("place", "song_id") if view == "chart_day" else ("position", "item_id")
    counts = f"count(*), min({place}), max({place}), count(distinct {item})"
    assert engine.sql(f"select {counts} from {view}").fetchall() == [(length, 1, length, length)]
