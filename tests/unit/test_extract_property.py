"""Whatever goes wrong at whatever call: the raw object is whole or absent, its summary is true, and nothing is lost.

A later run without faults, on the same simulated day, gives the same business rows as a run that never failed.
"""

import datetime as dt
import gzip
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lakehouse.simulator.faults import KINDS
from lakehouse.simulator.running import running_simulator
from lambda_extract.errors import ExtractError
from lambda_extract.job import Job
from lambda_extract.settings import read_settings
from lambda_extract.sources.plan import parse_sources
from lambda_extract.spotify import client as client_module
from lambda_extract.spotify import throttle
from lambda_extract.spotify.secret import parse_secret
from lambda_extract.spotify.shapes import count_entries

DAY = dt.date(2026, 11, 1)
DOCUMENT = {
    "playlists": {"all_mine": True},
    "saved_tracks": {},
    "followed_artists": {},
    "recently_played": {},
    "searches": [{"query": "a", "types": ["track"], "count": 20}],
}
BUSINESS = ("album", "artist", "track", "playlist")
CALLS = 22
"""How many calls a run makes, and a few."""

FAULT = st.builds(
    "{}:{}:after={}:times={}".format,
    st.sampled_from(["*", "*", "playlists/*", "me/tracks", "me/*"]),
    st.sampled_from(
        [*sorted(set(KINDS) - {"slow", "drip", "quota", "429"}), "slow=0.001", "quota=3600", "429=1", "429=3600"]
    ),
    st.integers(0, CALLS),
    st.integers(1, 6),
)


@pytest.fixture(scope="module")
def simulator():
    with running_simulator(today=DAY) as running:
        yield running


@contextmanager
def lake_of(simulator) -> Iterator[tuple[Path, object]]:
    """Give an empty lake, and what runs the extractor into it at an hour."""
    folder = Path(tempfile.mkdtemp())
    app = {"client_id": simulator.client_id, "client_secret": simulator.client_secret}
    secret = parse_secret(json.dumps({**app, "refresh_token": simulator.refresh_token()}), "-")
    told = {"EXTRACT_SECRET": "-", "EXTRACT_SOURCES": "-", "EXTRACT_RAW": str(folder / "raw"), "EXTRACT_PACE": "9999"}
    told |= {"SPOTIFY_API_URL": simulator.api_url, "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url}

    def run(hour: int) -> None:
        known = read_settings({**told, "EXTRACT_NOW": f"2026-11-01T{hour:02}:00:00Z"})
        plan = parse_sources(json.dumps(DOCUMENT), "-")
        Job(plan, secret, known, str, lambda *_: None, lambda *_: None).run()

    try:
        yield folder / "raw", run
    finally:
        shutil.rmtree(folder)


def read_objects(raw: Path) -> list[list[dict]]:
    """Read every object; one that is not whole fails here."""
    assert [path for path in raw.rglob("*") if path.is_file() and not path.name.endswith(".ndjson.gz")] == []
    return [
        [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
        for path in sorted(raw.rglob("*.ndjson.gz"))
    ]


def require_true_summary(lines: list[dict]) -> None:
    """Compare the summary with the lines before it."""
    *answers, summary = lines
    assert [line["kind"] for line in lines] == ["answer"] * len(answers) + ["summary"]
    known = {(one["kind"], one["id"]): one for one in summary["sources"]}
    assert len(known) == len(summary["sources"])
    assert {(line["source"]["kind"], line["source"]["id"]) for line in answers} <= set(known)
    for (kind, source_id), one in known.items():
        own = [line for line in answers if line["source"] == {"kind": kind, "id": source_id}]
        good = [line for line in own if line["status"] == 200]
        assert one["pages"] == len(own)
        assert one["entries"] == sum(count_entries(line["response"]) for line in good)
        if one["status"] == "ok":
            assert len(good) == len(own)
        assert not one["is_complete"] or one["status"] in ("ok", "unchanged")
    assert summary["is_complete"] is ("stopped_by" not in summary and all(one["is_complete"] for one in known.values()))


def find_rows(objects: list[list[dict]]) -> dict[str, dict]:
    """Find the business rows of a lake as the load job does: per key the best, and listings as one thing."""
    return {"thing": find_things(objects), "listing": find_listings(objects)}


def find_things(objects: list[list[dict]]) -> dict[tuple[str, str], str]:
    """Keep of each object the sighting that knows most, then the greater content."""
    best: dict[tuple[str, str], tuple[int, str]] = {}
    for value in (found for lines in objects for line in lines[:-1] for found in walk_json(line["response"])):
        if value.get("type") in BUSINESS[:3] and value.get("id"):
            text = json.dumps({name: part for name, part in value.items() if name != "tracks"}, sort_keys=True)
            key = (value["type"], value["id"])
            best[key] = max(best.get(key, (-1, "")), (sum(part is not None for part in value.values()), text))
    return {key: text for key, (_, text) in best.items()}


def walk_json(value: object) -> Iterator[dict]:
    """Yield every object of a JSON value."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield value
    for part in parts:
        yield from walk_json(part)


def find_listings(objects: list[list[dict]]) -> dict[tuple[str, str], list]:
    """Find what each source lists: its newest complete walk, which must be the one that unchanged days point to."""
    walks: dict[tuple[str, str], tuple[str | None, list]] = {}
    for lines in objects:
        for one in lines[-1]["sources"]:
            key = (one["kind"], one["id"])
            if one["status"] == "unchanged":
                assert walks[key][0] == one["snapshot_id"]
            elif one["is_complete"]:
                own = [line["response"] for line in lines[:-1] if line["source"] == {"kind": key[0], "id": key[1]}]
                walks[key] = (one.get("snapshot_id"), [entry for body in own for entry in list_names(body)])
    return {key: entries for key, (_, entries) in walks.items()}


def list_names(body: dict) -> list[str]:
    """List a page's entries, wherever it stands in the answer, as text."""
    pages = [body, body.get("items"), body.get("artists"), body.get("tracks")]
    page = next(page for page in pages if isinstance(page, dict) and isinstance(page.get("items"), list))
    return [json.dumps(entry, sort_keys=True) for entry in page["items"]]


@pytest.fixture(scope="module")
def expected(simulator):
    with lake_of(simulator) as (raw, run):
        run(6)
        [lines] = objects = read_objects(raw)
        require_true_summary(lines)
        assert lines[-1]["is_complete"] is True
        assert len(lines) < CALLS
        return find_rows(objects)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(FAULT, min_size=1, max_size=4))
@example(faults=["api/token:drop", "*:401:after=5:times=2"])
@example(faults=["playlists/*:quota=3600:after=3", "me/tracks:shift:after=1"])
@example(faults=["me/following:end", "me/playlists:cut"])
def test_whatever_goes_wrong_a_later_run_makes_good(simulator, expected, faults):
    with (
        mock.patch.object(client_module, "BACKOFF", 0.0),
        mock.patch.object(throttle.time, "sleep"),
        lake_of(simulator) as (raw, run),
    ):
        simulator.set_faults(*faults)
        try:
            run(6)
        except ExtractError:
            assert read_objects(raw) == []
        finally:
            simulator.set_faults()
        for lines in read_objects(raw):
            require_true_summary(lines)
        run(8)
        objects = read_objects(raw)
        require_true_summary(objects[-1])
        assert objects[-1][-1]["is_complete"] is True
        assert find_rows(objects) == expected
