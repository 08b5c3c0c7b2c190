"""Random files and random answers: no traceback, no secret, bounded memory, and the others go on."""

import gzip
import json
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakehouse.importing.import_dump import main
from tests.unit.test_extract_run import run
from tests.unit.test_extract_support import running_fake

SECRETS = ("hidden-access-1", "hidden-refresh-1", "hidden-secret-1")
MB = 2**20
many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

texts = st.text() | st.sampled_from([*SECRETS, "x" * 200, "\ud800", "\x1b[2J", "spotify:track:" + "a" * 300])
names = st.sampled_from(
    ["items", "track", "album", "artists", "next", "total", "id", "name", "uri", "href", "type", "error", "tracks"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names | texts, inner, max_size=6),
    max_leaves=30,
)


def encode(value: Any) -> bytes:
    """Write a value as JSON, half a surrogate pair as an escape."""
    return json.dumps(value).encode()


bodies = st.binary(max_size=2000) | values.map(encode) | st.binary(max_size=300).map(lambda b: b"[" * 5000 + b)
files = bodies | bodies.map(gzip.compress) | bodies.map(lambda body: gzip.compress(body)[:-5])


@many
@given(st.lists(files, min_size=1, max_size=4))
def test_any_file_is_landed_or_refused_and_the_next_one_lands(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dump, raw = Path(folder) / "dump", Path(folder) / "raw"
        dump.mkdir()
        for number, content in enumerate(contents):
            (dump / f"{number}.json").write_bytes(content)
        (dump / "z.json").write_text('[{"id": "last", "type": "track"}]')
        tracemalloc.start()
        try:
            assert main([str(dump), "--raw", str(raw)]) in (0, 1)
            assert tracemalloc.get_traced_memory()[1] < 64 * MB
        finally:
            tracemalloc.stop()
        landed = [gzip.decompress(path.read_bytes()) for path in raw.rglob("*.gz")]
        assert any(b'"last"' in one for one in landed)
        for line in b"".join(landed).splitlines():
            json.loads(line)


replies = st.tuples(st.sampled_from([200, 200, 200, 400, 403, 404, 418, 301]), bodies)


@many
@given(st.lists(replies, min_size=1, max_size=4), replies)
def test_any_answer_costs_its_source_only_and_no_secret_is_kept(
    tracks: list[tuple[int, bytes]], top: tuple[int, bytes]
) -> None:
    with running_fake() as fake:
        fake.replies["/v1/me/tracks"] = list(tracks)
        fake.replies["/v1/me/top/tracks"] = [top]
        fake.replies["/v1/me/player/recently-played"] = [{"items": []}]
        outcome, lines, told = run(fake.service, {"saved_tracks": {}, "top_tracks": {}, "recently_played": {}})
    assert not any(secret in json.dumps(lines) + repr(told) for secret in SECRETS)
    assert lines[-1]["kind"] == "summary"
    statuses = {one["kind"]: one["status"] for one in lines[-1]["sources"]}
    assert outcome.error is not None or statuses["recently_played"] == "ok"
