"""A person's listening of 120 days, told by all that a person has; plays, minutes and charts are those of the truth.

Told by: the extended history of the first 90 days, the short one of days 30 to 110, two dumps of recently played of
days 95 to 105 and 100 to 112, and 200 hourly runs of the extractor up to day 120. All are imported or landed as files,
read as the load reads them, and asked with the saved questions. Recently played knows no skips and not how long was
played.
"""

import datetime as dt
import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from lakehouse.importing.import_dump import main
from tests.reading import read_raw_folder

BEGIN = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
LEAST_MS = 30_000
RUNS = 200
ACCOUNT = "made_user"
TABLES = ("play", "song", "album", "artist", "listing", "raw_object")


@dataclass(frozen=True)
class Song:
    """A made-up song."""

    number: int
    seconds: int

    @property
    def title(self) -> str:
        return f"Song {self.number}"

    @property
    def artist(self) -> str:
        return f"Artist {self.number % 7}"

    @property
    def song_id(self) -> str:
        return f"S{self.number:021d}"


@dataclass(frozen=True)
class Play:
    """What was truly played, until when and for how long."""

    song: Song
    end: dt.datetime
    ms_played: int

    def is_within(self, first_day: int, end_day: int) -> bool:
        return BEGIN + dt.timedelta(first_day) <= self.end < BEGIN + dt.timedelta(end_day)


SONGS = [Song(number, 31 + number * 37 % 240) for number in range(40)]


def draw_plays(draw: random.Random) -> Iterator[Play]:
    """Yield the plays of the evenings of 120 days: whole songs, skips, pauses and loops."""
    for day in range(120):
        now = BEGIN + dt.timedelta(days=day, hours=draw.uniform(5, 8))
        for _ in range(draw.randrange(0, 14)):
            song = SONGS[int(len(SONGS) * draw.random() ** 2)]
            for _ in range(draw.choice((1, 1, 1, 1, 4))):
                ms_played = int(song.seconds * 1000 * draw.choice((1, 1, 1, draw.uniform(0.05, 0.9))))
                now += dt.timedelta(milliseconds=ms_played + draw.choice((0, 0, 250, 2_000, 90_000)))
                yield Play(song, now.replace(microsecond=now.microsecond // 1000 * 1000), ms_played)


def extended(play: Play) -> dict[str, Any]:
    return {
        "ts": f"{play.end:%Y-%m-%dT%H:%M:%SZ}",
        "platform": "x",
        "ms_played": play.ms_played,
        "master_metadata_track_name": play.song.title,
        "master_metadata_album_artist_name": play.song.artist,
        "master_metadata_album_album_name": f"Album of {play.song.artist}",
        "spotify_track_uri": f"spotify:track:{play.song.song_id}",
    }


def short(play: Play) -> dict[str, Any]:
    names = {"artistName": play.song.artist, "trackName": play.song.title}
    return {"endTime": f"{play.end:%Y-%m-%d %H:%M}", **names, "msPlayed": play.ms_played}


def recent(play: Play) -> dict[str, Any]:
    artist = {"type": "artist", "id": f"A{play.song.number % 7:021d}", "name": play.song.artist}
    album = {"type": "album", "id": f"B{play.song.number % 7:021d}", "name": f"Album of {play.song.artist}"}
    track = {
        "type": "track",
        "id": play.song.song_id,
        "uri": f"spotify:track:{play.song.song_id}",
        "name": play.song.title,
        "duration_ms": play.song.seconds * 1000,
        "artists": [artist],
        "album": album,
    }
    at = f"{play.end:%Y-%m-%dT%H:%M:%S}.{play.end.microsecond // 1000:03d}Z"
    return {"track": track, "played_at": at, "context": None}


def page(plays: list[Play]) -> dict[str, Any]:
    """Return the newest 50 plays, newest first."""
    items = [recent(play) for play in reversed(plays[-50:])]
    address = "https://api.spotify.com/v1/me/player/recently-played?limit=50"
    return {"items": items, "next": None, "cursors": None, "limit": 50, "href": address}


def land_run(raw: Path, number: int, moment: dt.datetime, plays: list[Play]) -> None:
    """Land what an hourly run of the extractor gets: the last 50 plays that were no skips."""
    head = {
        "schema_version": 1,
        "run_id": f"run{number}",
        "extracted_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "fetched_at": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
        "account": ACCOUNT,
    }
    source = {"kind": "recently_played", "id": "recently_played"}
    request = {"path": "me/player/recently-played", "params": {}}
    asked = {"source": source, "request": request, "status": 200}
    answer = {**head, "kind": "answer", **asked, "response": page(plays)}
    summary = {**head, "kind": "summary", "is_complete": True, "sources": []}
    folder = raw / f"extraction_date={moment:%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(line) + "\n" for line in (answer, summary))
    (folder / f"{moment:%Y%m%dT%H%M%SZ}-run{number}.ndjson.gz").write_bytes(gzip.compress(lines.encode()))


def tell_all(folder: Path, plays: list[Play]) -> list[Play]:
    """Write all that a person has, import and land it; return the plays that it tells, each once."""
    whole = [play for play in plays if play.ms_played >= LEAST_MS]
    heard = {"extended": [play for play in plays if play.is_within(0, 90)]}
    heard["short"] = [play for play in plays if play.is_within(30, 110)]
    dumps = [[play for play in whole if play.is_within(first, end)] for first, end in ((95, 105), (100, 112))]
    middle = len(heard["extended"]) // 2
    files: dict[str, Any] = {
        "MyData/Streaming_History_Audio_2024_0.json": list(map(extended, heard["extended"][:middle])),
        "MyData/Streaming_History_Audio_2024_1.json": list(map(extended, heard["extended"][middle:])),
        "Spotify Account Data/StreamingHistory_music_0.json": list(map(short, heard["short"])),
    }
    for number, dump in enumerate(dumps):
        for start in range(0, len(dump), 50):
            files[f"dump{number}/plays_{start}.json"] = page(dump[start : start + 50])
    for name, value in files.items():
        path = folder / "input" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")
    assert main([str(folder / "input"), "--raw", str(folder / "raw"), "--account", ACCOUNT]) == 0

    end = BEGIN + dt.timedelta(days=120)
    fetched: list[Play] = []
    for number in range(RUNS):
        moment = end - dt.timedelta(hours=RUNS - 1 - number)
        known = [play for play in whole if play.end <= moment]
        fetched += known[-50:]
        land_run(folder / "raw", number, moment, known)
    return list(dict.fromkeys([*heard["extended"], *heard["short"], *dumps[0], *dumps[1], *fetched]))


def restore(value: Any, kind: pa.DataType) -> Any:
    """Return a time or a date as such."""
    if isinstance(value, str) and pa.types.is_timestamp(kind):
        return dt.datetime.fromisoformat(value)
    if isinstance(value, str) and pa.types.is_date(kind):
        return dt.date.fromisoformat(value)
    if isinstance(value, list) and pa.types.is_list(kind):
        return [restore(one, kind.value_type) for one in value]
    if isinstance(value, dict) and pa.types.is_struct(kind):
        return {name: restore(one, kind.field(name).type) for name, one in value.items()}
    return value


@pytest.mark.parametrize("seed", range(3))
def test_plays_minutes_and_charts_are_those_of_the_truth(
    seed: int,
    tmp_path: Path,
    engine: duckdb.DuckDBPyConnection,
    schemas: dict[str, pa.Schema],
    answer: Callable[..., list[tuple[Any, ...]]],
) -> None:
    plays = list(draw_plays(random.Random(seed)))
    true_plays = tell_all(tmp_path, plays)
    rows = read_raw_folder(tmp_path / "raw")
    tables = {
        name: [{key: restore(one, schemas[name].field(key).type) for key, one in row.items()} for row in rows[name]]
        for name in TABLES
    }
    assert len(tables["play"]) > len(true_plays) + 300, "the sources overlap"

    songs = answer("most_played_songs", "song_name plays skips minutes_played", **tables)
    once = engine.sql("select song_name, played_date from play_once").fetchall()
    assert Counter(once) == Counter((play.song.title, play.end.date()) for play in true_plays)
    assert songs == chart(true_plays, lambda play: play.song.title)
    artists = answer("most_played_artists", "artist_name plays skips minutes_played")
    assert artists == chart(true_plays, lambda play: play.song.artist)


def chart(true_plays: list[Play], name_of: Callable[[Play], str]) -> list[tuple[str, int, int, float]]:
    """Return the ten names played most, with plays, skips and minutes; what no export tells has no minutes."""
    plays, skips, timed = Counter[str](), Counter[str](), Counter[str]()
    for play in true_plays:
        name = name_of(play)
        plays[name] += play.ms_played >= LEAST_MS
        skips[name] += play.ms_played < LEAST_MS
        timed[name] += play.ms_played if play.is_within(0, 110) else 0
    best = sorted((name for name in plays if plays[name]), key=lambda name: (-plays[name], name))[:10]
    return [(name, plays[name], skips[name], round(timed[name] / 60_000, 1)) for name in best]
