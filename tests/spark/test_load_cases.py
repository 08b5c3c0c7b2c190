"""Files that once ended every load or gave no rows: imported by the command, loaded, and loaded again."""

import gzip
import json
from pathlib import Path
from typing import Any

from glue_jobs.raw import unpack
from lakehouse.cli import main as lakehouse
from tests.spark.conftest import Lake
from tests.spark.objects import song

CASES = Path(__file__).resolve().parent.parent / "cases"
MARKETS = [f"{first}{second}" for first in "ABCDEFGHIJKLM" for second in "ABCDEFGHIJKLMN"][:185]


def import_file(lake: Lake, path: Path) -> None:
    assert lakehouse(["import", str(path), "--raw", str(lake.raw)]) == 0


def require_nothing_new(lake: Lake) -> None:
    commits = lake.snapshots()
    assert lake.load().objects == 0
    assert lake.snapshots() == commits


def test_a_short_history_of_5200_plays_loads_beside_its_neighbour(lake: Lake) -> None:
    import_file(lake, CASES / "crash_short_history_5200" / "input")
    report = lake.load()
    plays, rejected = lake.rows("play", "song_id"), lake.rows("rejected_record", "path")
    assert len(plays) + len(rejected) == 5_200
    assert lake.rows("song", "name") == ["Made Song 1"]
    assert not report.unreadable
    require_nothing_new(lake)


def test_entries_rejected_deep_in_a_long_list_have_their_paths(lake: Lake) -> None:
    items: list[Any] = [{"track": song(f"s{number}")} for number in range(6_000)]
    for number in (0, 2_999, 3_001, 5_999):
        items[number] = {"track": song(f"s{number}", duration_ms="long")}
    lake.land({"items": items, "total": 6_000})
    lake.land({"items": [{"track": song("good")}]}, run_id="r2")
    lake.load()
    assert lake.rows("rejected_record", "path") == [f"$.items[{number}]" for number in (0, 2_999, 3_001, 5_999)]
    assert len(lake.rows("song", "song_id")) == 5_997
    require_nothing_new(lake)


def test_a_library_of_one_line_of_many_megabytes_loads_whole(lake: Lake) -> None:
    """12,000 tracks with their 185 markets are 42 MB of one JSON document; the importer cuts the list into lines."""
    tracks = (
        {"added_at": "2026-01-01T00:00:00Z", "track": {**song(f"{number:022d}"), "available_markets": MARKETS}}
        for number in range(12_000)
    )
    path = lake.folder / "saved" / "all_saved_tracks_2026-11-01.json.gz"
    path.parent.mkdir(parents=True)
    text = json.dumps(list(tracks))
    assert len(text) > 20_000_000
    path.write_bytes(gzip.compress(text.encode(), 1))
    import_file(lake, path)
    report = lake.load()
    assert (report.entries, report.accepted, dict(report.documents)) == (12_000, 12_000, {})
    assert len(lake.rows("song", "song_id")) == 12_000
    require_nothing_new(lake)


def test_a_landed_line_of_the_longest_kind_loads(lake: Lake) -> None:
    """A raw object that something else landed as one line of 60 MB."""
    wide = "x" * 5_000
    items = [{"track": {**song(f"s{number}"), "foreign": wide}} for number in range(10_500)]
    document = {"items": items, "total": len(items)}
    length = len(json.dumps(document))
    assert unpack.LONGEST_LINE * 0.85 < length < unpack.LONGEST_LINE
    lake.land(document)
    report = lake.load()
    assert (report.accepted, dict(report.documents)) == (10_500, {})
