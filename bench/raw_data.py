"""Make raw objects for measuring: pages of playlists as Spotify answered them, with all markets, from a seed.

A song's JSON is written once and put into page after page, so that a gigabyte takes seconds. The songs of a catalogue
are drawn unevenly, as charts are, so that most entries are sightings of songs already seen.
"""

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lambda_extract.raw_format import (
    Answer,
    Json,
    JsonObject,
    Run,
    Source,
    SourceResult,
    build_answer_line,
    build_key,
    build_summary_line,
    encode_json,
    land_in_folder,
)

PAGE_SIZE = 100
PLACE = "@page@"
FIRST_DAY = datetime(2025, 11, 1, 6, tzinfo=UTC)
ALPHABET = string.ascii_letters + string.digits
LETTERS = string.ascii_uppercase
MARKETS = [first + second for first in LETTERS for second in LETTERS][:184]
ODD_ENTRIES: tuple[JsonObject, ...] = (
    {"track": None, "is_local": False},
    {"track": {"type": "track", "id": None, "name": "My tape", "is_local": True, "uri": "spotify:local:::t:1"}},
    {"track": {"type": "episode", "id": "episode1", "name": "A talk", "uri": "spotify:episode:episode1"}},
)
"""Entries of a playlist that are not songs: one in fifty."""


@dataclass(frozen=True)
class Shape:
    """What one run lands: pages of PAGE_SIZE entries, drawn from a catalogue of songs."""

    pages: int = 24
    songs: int = 20_000
    with_markets: bool = True
    with_rejected: bool = False
    """Every second entry is rejected: its duration is text."""


def make_catalogue(seed: int, shape: Shape) -> list[bytes]:
    """Return the JSON of each song of a catalogue; a few songs share an album, and albums an artist."""
    chance = random.Random(seed)
    artists = [_artist(chance, number) for number in range(max(1, shape.songs // 20))]
    albums = [_album(chance, number, artists, shape) for number in range(max(1, shape.songs // 5))]
    return [encode_json(_song(chance, number, albums, artists, shape)) for number in range(shape.songs)]


def land_runs(raw: Path, count: int, shape: Shape, *, seed: int, per_day: int = 1, first_day: int = 0) -> int:
    """Land the raw objects of `count` runs, `per_day` a day; return their bytes before compression."""
    catalogue = make_catalogue(seed, shape)
    size = 0
    for number in range(count):
        day, of_day = divmod(number, per_day)
        moment = FIRST_DAY + timedelta(days=first_day + day, hours=of_day)
        run = Run(f"r{number}", moment)
        lines = list(_lines(random.Random(f"{seed} {moment}"), run, catalogue, shape))
        land_in_folder(raw, build_key(run), lines)
        size += sum(map(len, lines))
    return size


def _lines(chance: random.Random, run: Run, catalogue: list[bytes], shape: Shape) -> Iterator[bytes]:
    source = Source("playlist", f"list{chance.randrange(1000)}")
    total = shape.pages * PAGE_SIZE
    path = f"playlists/{source.id}/items"
    for page in range(shape.pages):
        params: dict[str, Json] = {"limit": PAGE_SIZE, "offset": page * PAGE_SIZE}
        moment = run.extracted_at + timedelta(seconds=page)
        line = build_answer_line(run, Answer(source, path, params, moment, 200, PLACE))
        yield line.replace(encode_json(PLACE), _page(chance, path, page * PAGE_SIZE, total, catalogue, shape))
    yield build_summary_line(run, [SourceResult(source, "ok", shape.pages, total, total, True)], run.extracted_at)


def _page(chance: random.Random, path: str, offset: int, total: int, catalogue: list[bytes], shape: Shape) -> bytes:
    facts: JsonObject = {
        "href": f"https://api.spotify.com/v1/{path}?offset={offset}&limit={PAGE_SIZE}",
        "limit": PAGE_SIZE,
        "next": None,
        "offset": offset,
        "previous": None,
        "total": total,
    }
    entries = b",".join(_entry(chance, catalogue, is_bad=shape.with_rejected and n % 2 > 0) for n in range(PAGE_SIZE))
    return encode_json(facts)[:-1] + b',"items":[' + entries + b"]}"


def _entry(chance: random.Random, catalogue: list[bytes], *, is_bad: bool) -> bytes:
    if chance.random() < 0.02:
        return encode_json(chance.choice(ODD_ENTRIES))
    number = int(len(catalogue) * chance.random() ** 2)
    song = (
        catalogue[number].replace(b'"duration_ms":', b'"duration_ms":"long","x":', 1) if is_bad else catalogue[number]
    )
    start = b'{"added_at":"2025-%02d-11T08:00:00Z","added_by":{"id":"u1","type":"user","uri":"spotify:user:u1"},'
    end = b'"is_local":false,"primary_color":null,"track":%b,"video_thumbnail":{"url":null}}'
    return start % chance.randrange(1, 13) + end % song


def _links(kind: str, key: str) -> JsonObject:
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{key}"},
        "href": f"https://api.spotify.com/v1/{kind}s/{key}",
        "id": key,
        "type": kind,
        "uri": f"spotify:{kind}:{key}",
    }


def _key(chance: random.Random, number: int) -> str:
    return f"{number:06d}" + "".join(chance.choices(ALPHABET, k=16))


def _artist(chance: random.Random, number: int) -> JsonObject:
    return {**_links("artist", _key(chance, number)), "name": f"Artist {number}"}


def _album(chance: random.Random, number: int, artists: list[JsonObject], shape: Shape) -> JsonObject:
    images: list[Json] = [
        {"height": side, "url": f"https://i.scdn.co/image/{_key(chance, number)}{side}", "width": side}
        for side in (640, 300, 64)
    ]
    return {
        "album_type": chance.choice(("album", "single", "compilation")),
        "artists": [chance.choice(artists)],
        **_markets(shape),
        **_links("album", _key(chance, number)),
        "images": images,
        "name": f"Album “{number}”",
        **_release(chance),
        "total_tracks": chance.randrange(1, 25),
    }


def _release(chance: random.Random) -> JsonObject:
    year = chance.randrange(1960, 2026)
    text = chance.choice((f"{year}", f"{year}-07", f"{year}-07-11", f"{year}-12-24"))
    return {"release_date": text, "release_date_precision": {4: "year", 7: "month"}.get(len(text), "day")}


def _song(
    chance: random.Random, number: int, albums: list[JsonObject], artists: list[JsonObject], shape: Shape
) -> JsonObject:
    album = albums[number // 5 % len(albums)]
    own = album["artists"]
    guests: list[Json] = [chance.choice(artists)] if chance.random() < 0.3 else []
    return {
        "album": album,
        "artists": [*(own if isinstance(own, list) else []), *guests],
        **_markets(shape),
        "disc_number": 1,
        "duration_ms": chance.randrange(60_000, 400_000),
        "episode": False,
        "explicit": chance.random() < 0.2,
        "external_ids": {"isrc": f"ZZ00{number:08d}"},
        **_links("track", _key(chance, number)),
        "is_local": False,
        "name": f"Song {number}, “live”",
        "popularity": chance.randrange(101),
        "preview_url": None,
        "track": True,
        "track_number": chance.randrange(1, 20),
    }


def _markets(shape: Shape) -> JsonObject:
    return {"available_markets": list(MARKETS)} if shape.with_markets else {}
