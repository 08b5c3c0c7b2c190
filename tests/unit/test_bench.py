"""The bench's own helpers: its data is the same each time and what Spotify sends, and a wrong row does not pass."""

import datetime as dt
import gzip
import json
from pathlib import Path

import duckdb
import pytest

from bench.__main__ import best, main, make_part, middle, phases_of
from bench.compare import KEY_COLUMNS, differences, duckdb_rows
from bench.duckdb_rival import flatten
from bench.raw_data import PAGE_SIZE, Shape, land_runs
from bench.results import Cost, Figure, take_over_size, write_markdown
from glue_jobs.raw.folder import list_folder

SMALL = Shape(pages=2, songs=40)


def land(folder: Path, **given: int) -> dict[str, bytes]:
    """Land three runs; return each file's bytes by its path."""
    land_runs(folder, 3, SMALL, **{"seed": 1, "per_day": 2, **given})
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.gz")}


def test_the_same_seed_lands_the_same_bytes_and_another_seed_others(tmp_path):
    first = land(tmp_path / "a")
    assert land(tmp_path / "b") == first
    other = land(tmp_path / "c", seed=2)
    assert list(other) == list(first)
    assert not set(other.values()) & set(first.values())


def test_runs_are_spread_over_days_and_understood_as_raw_objects(tmp_path):
    land(tmp_path)
    days = [str(one.extraction_date) for one in list_folder(str(tmp_path))]
    assert days == ["2025-11-01", "2025-11-01", "2025-11-02"]


def test_a_later_start_lands_what_the_whole_span_holds_on_that_day(tmp_path):
    land_runs(tmp_path / "whole", 3, SMALL, seed=1)
    land_runs(tmp_path / "last", 1, SMALL, seed=1, first_day=2)
    [whole, last] = [sorted((tmp_path / name).rglob("*.gz"))[-1] for name in ("whole", "last")]
    answers = [gzip.decompress(path.read_bytes()).replace(b'"r0"', b'"r2"') for path in (whole, last)]
    assert answers[0] == answers[1]


def test_the_size_is_that_of_the_lines(tmp_path):
    size = land_runs(tmp_path, 2, SMALL, seed=1)
    assert size == sum(len(gzip.decompress(path.read_bytes())) for path in tmp_path.rglob("*.gz"))


def test_a_page_is_what_spotify_sends(tmp_path):
    [path] = [tmp_path / name for name in land(tmp_path) if "T06" in name][:1]
    *answers, summary = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert (summary["kind"], summary["sources"][0]["entries"]) == ("summary", 2 * PAGE_SIZE)
    for answer in answers:
        assert len(answer["response"]["items"]) == PAGE_SIZE
    tracks = [entry["track"] for answer in answers for entry in answer["response"]["items"] if entry["track"]]
    song = next(track for track in tracks if track["type"] == "track" and track["id"])
    assert len(song["available_markets"]) == len(song["album"]["available_markets"]) == 184
    assert {"images", "artists", "release_date", "total_tracks"} <= set(song["album"])


@pytest.mark.parametrize(
    ("theirs", "found"),
    [
        pytest.param("values (1, 'a'), (2, null)", [], id="equal rows, nulls too"),
        pytest.param(
            "values (1, 'b'), (2, null)", [("only ours", 1, "a"), ("only theirs", 1, "b")], id="a value that differs"
        ),
        pytest.param("values (1, 'a')", [("only ours", 2, None)], id="a row too few"),
        pytest.param("values (1, 'a'), (1, 'a'), (2, null)", [("only theirs", 1, "a")], id="a row twice"),
    ],
)
def test_a_row_that_differs_is_found(theirs, found):
    ours = "(select * from (values (1, 'a'), (2, null)) as t(id, name))"
    rows = differences(duckdb.connect(), ours, f"(select * from ({theirs}) as t(id, name))", "id, name")
    assert sorted(rows) == found


def test_duckdb_keeps_one_row_per_key_the_newest_of_equals(tmp_path):
    land(tmp_path / "raw")
    flatten(tmp_path / "raw", tmp_path / "out", 1)
    engine = duckdb.connect()
    for name, query in duckdb_rows(tmp_path / "out").items():
        keys = f"{name}_id, extraction_date"
        assert engine.execute(f"select count(*) - count(distinct ({keys})) from ({query})").fetchone() == (0,)
        assert engine.execute(f"select {KEY_COLUMNS[name]} from ({query}) limit 1").fetchone()
    late = f"select max(hour(seen_at)) from '{tmp_path / 'out'}/song.parquet' where extraction_date = '2025-11-01'"
    assert engine.execute(late).fetchone() == (7,)


def test_the_part_is_made_of_whole_runs(tmp_path):
    whole = land(tmp_path / "raw")
    share = make_part(tmp_path / "raw", tmp_path / "part", 1)
    assert share == pytest.approx(len(whole[min(whole)]) / sum(map(len, whole.values())))


def figure(ours: float, theirs: float, **limit: float) -> Figure:
    """Return a figure whose processor times are twice the others."""
    return Figure("a load", Cost(ours, 2 * ours), Cost(theirs, None), **limit)


@pytest.mark.parametrize(
    ("one", "ratio", "is_met"),
    [
        pytest.param(figure(6, 2, at_most=3), 3, True, id="just at most"),
        pytest.param(figure(6.1, 2, at_most=3), 3.05, False, id="more than at most"),
        pytest.param(figure(2, 10, at_least=5), 5, True, id="just at least"),
        pytest.param(figure(2, 9, at_least=5), 4.5, False, id="less than at least"),
        pytest.param(figure(2, 1), 2, None, id="nothing promised"),
    ],
)
def test_a_ratio_is_held_to_its_limit(one, ratio, is_met):
    assert (one.ratio, one.is_met) == (pytest.approx(ratio), is_met)
    assert one.cpu_ratio is None


@pytest.mark.parametrize(("cpu", "is_met"), [(3.0, True), (3.1, False), (None, True)])
def test_both_limits_hold_or_the_figure_is_not_met(cpu, is_met):
    one = Figure("a load", Cost(1, cpu), Cost(1, 2), at_most=1, cpu_at_most=1.5)
    assert (one.is_met, one.promised) == (is_met, "≤ 1 ×, ≤ 1.5 × by CPU")


def test_where_another_takes_over_follows_from_two_sizes():
    # Ours: 10 s and 1 s a byte; theirs: 2 s and 2 s a byte. They meet at 8 bytes.
    assert take_over_size((11, 4), (14, 10), size=4, part=1) == pytest.approx(8)
    assert take_over_size((11, 3), (14, 6), size=4, part=1) is None


def test_the_best_and_the_middle_of_several_rounds():
    steps = [{"seconds": seconds, "cpu": 1.0} for seconds in (3.0, 1.0, 2.0)]
    assert (best(steps).seconds, middle(steps).seconds) == (1.0, 2.0)


def test_the_phases_add_up_to_the_whole():
    phases = phases_of({"seconds": {"parse": 3.0, "merge": 1.5}}, 6.0)
    assert phases == {"start-up and end": 1.5, "parse": 3.0, "merge": 1.5}


def test_the_results_say_what_was_not_met(tmp_path):
    path = tmp_path / "RESULTS.md"
    figures = [figure(7, 2, at_most=3), figure(2, 10, at_least=5)]
    write_markdown(
        path, ["2 cores"], ["so it is"], figures, {"parse": (3.0, 1.0), "merge": (1.0, 1.0)}, dt.date(2026, 11, 21)
    )
    text = path.read_text(encoding="utf-8")
    assert "| a load | 7.0 (14.0) | 2.0 | 3.50 |  | ≤ 3 × | no |" in text
    assert "| a load | 2.0 (4.0) | 10.0 | 5.00 |  | ≥ 5 × | yes |" in text
    assert "| parse | 3.0 | 75% | 1.0 | 50% |" in text
    assert "2026-11-21" in text


@pytest.mark.parametrize("size", ["", "1", "1gb", "5MB", "-1GB", "many"])
def test_a_size_that_will_not_do_is_one_line(size, capsys):
    assert main([f"--size={size}"]) == 2
    said = capsys.readouterr().err
    assert said == f"bench: SIZE={size}: expected 20MB or more, such as 250MB or 1GB. Nothing was measured.\n"
