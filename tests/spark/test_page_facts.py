"""What a page says of itself counts, whatever its first element or any one element is."""

from tests.spark.conftest import Lake
from tests.spark.objects import entry, page, song


def test_a_full_page_of_plays_that_starts_with_null_is_full(lake: Lake) -> None:
    play = {"track": song(), "played_at": "2026-10-31T23:30:00.123Z", "context": None}
    lake.land(page(None, play, limit=2, offset=...), source=("recently_played", "recently_played"), account="u1")
    lake.load()
    assert lake.rows("raw_object", "plays_page_full", "accepted", "skipped_null_entry") == [(True, 1, 1)]


def test_a_page_with_an_element_that_is_no_object_keeps_its_place_and_total(lake: Lake) -> None:
    lake.land(page(entry(song("s1"))), page(7, entry(song("s2")), offset=50, total=52), is_complete=None)
    lake.load()
    ((total, entries),) = lake.rows("listing", "total", "entries")
    assert (total, [(one["position"], one["item_id"]) for one in entries]) == (52, [(1, "s1"), (52, "s2")])
