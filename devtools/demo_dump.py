"""A made-up dump "left behind by other pipelines": what `lakehouse import lakehouse/demo/dump` takes over.

`python -m devtools.demo_dump` writes `lakehouse/demo/dump/`, byte for byte the same every time: ids, lengths and
counts come from hashes of the catalogue's keys, nothing from chance or the clock. (A gzipped file is kept when only its
packing would differ, because zlib builds pack differently.) Artists, songs and people are invented; picture addresses
use a domain reserved for examples.

The story: a chart of thirty songs on five days, 2026-11-01 to 05. The duet `tides/2` climbs from 23 to the top, the
single `sail/1` leads on two days, `radio/1` enters at 3 on the day of its release, `compass/1` sinks, and `foxes/4`
leaves and returns. A listener with a playlist, saved music and plays surrounds it. Some files come from an app that is
given popularity ("legacy"), later ones from an app that is not ("restricted").

Each trap, and the file or files that have it (a test reads this table):

    local file              extraction_date=2026-11-01/personal_items_page_1.json
    null track              extraction_date=2026-11-01/personal_items_page_1.json
    episode                 extraction_date=2026-11-01/personal_items_page_1.json
    relinked                extraction_date=2026-11-01/personal_items_page_1.json
    unplayable              extraction_date=2026-11-01/personal_items_page_1.json
    duplicate in playlist   extraction_date=2026-11-01/personal_items_page_1.json
    both keys               extraction_date=2026-11-01/personal_items_page_1.json
    markets                 extraction_date=2026-11-01/personal_items_page_1.json
    null element            extraction_date=2026-11-01/personal_items_page_2.json
    null id                 extraction_date=2026-11-01/personal_items_page_2.json
    added_at null           extraction_date=2026-11-01/personal_items_page_2.json
    total above items       extraction_date=2026-11-01/personal_items_page_2.json
    duplicate across pages  extraction_date=2026-11-01/personal_items_page_1.json
    duplicate across pages  extraction_date=2026-11-01/personal_items_page_2.json
    track boolean inside    extraction_date=2026-11-01/chart_playlist.json
    list of one playlist    extraction_date=2026-11-01/chart_playlist.json
    duplicate across files  extraction_date=2026-11-01/chart_playlist.json
    duplicate across files  extraction_date=2026-11-01/saved_tracks_page_1.json
    pretty-printed          extraction_date=2026-11-01/saved_tracks_page_2.json
    error body              extraction_date=2026-11-01/top_tracks.json
    gzip                    2026-11-02/chart_items.json.gz
    several artists         2026-11-02/album_full.json
    summary and full        2026-11-02/album_full.json
    summary and full        2026-11-02/chart_items.json.gz
    year date               2026-11-02/saved_albums.json
    month date              2026-11-02/saved_albums.json
    day date                2026-11-02/saved_albums.json
    zero date               2026-11-02/artist_albums.json
    null date               2026-11-02/artist_albums.json
    null image size         2026-11-02/search.json
    not JSON                2026-11-02/followed_artists.json
    foreign wrapper         year=2026/month=11/day=03/chart.json
    old context uri         year=2026/month=11/day=03/recently_played.json
    dictionary by id        year=2026/month=11/day=03/artists_by_id.json
    empty page              year=2026/month=11/day=03/playlist_items_empty.json
    empty entry             year=2026/month=11/day=03/playlist_items_fields.json
    added_at 1970           year=2026/month=11/day=03/mix_items.json
    escaped text            year=2026/month=11/day=03/top_artists_medium_term.json
    items page              by_name/chart_2026-11-04.json.gz
    item only               by_name/personal_2026-11-04.json
    no popularity           by_name/personal_2026-11-04.json
    null item               by_name/personal_2026-11-04.json
    byte order mark         by_name/top_tracks_20261104.json
    items a summary         by_name/my_playlists_2026-11-04.json
    gzipped NDJSON          2026-11-05/chart_pages.ndjson.gz
    NDJSON                  2026-11-05/tracks.ndjson
    tracks an array         2026-11-05/several_tracks.json
    own keys beside         2026-11-05/several_tracks.json
    null for an unknown id  2026-11-05/several_tracks.json
    bare list of pages      2026-11-05/album_tracks_pages.json
    streaming history       export_20261105/Streaming_History_Audio_2025-2026_0.json
    episode played          export_20261105/Streaming_History_Audio_2025-2026_0.json
    null play               export_20261105/Streaming_History_Audio_2025-2026_0.json
    play given twice        export_20261105/Streaming_History_Audio_2025-2026_0.json
    many scripts            extraction_date=2026-11-01/chart_playlist.json
"""

import datetime as dt
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakehouse.paths import DEMO_DUMP

Json = dict[str, Any]

FOLDER = DEMO_DUMP
API = "https://api.spotify.com/v1"
WEB = "https://open.spotify.com"
BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

# ---------------------------------------------------------------------------------------------------------------------
# The catalogue
# ---------------------------------------------------------------------------------------------------------------------

ARTISTS: dict[str, tuple[str, list[str]]] = {
    "whale": ("유리고래 합창단", ["glass pop", "choir"]),
    "lantern": ("紙の灯台クラブ", ["harbour pop"]),
    "cedar": ("Кедровый Маяк 17", ["cold wave", "lighthouse punk"]),
    "tram": ("Солом'яний Трамвай", ["straw folk"]),
    "mist": ("Χάρτινη Πυξίδα", ["island wave"]),
    "moon": ("فرقة قمر الورق", ["sand dub"]),
    "boat": ("להקת הסירה השקופה", ["harbour pop"]),
    "kite": ("काग़ज़ की पतंग मंडली", ["kite raga"]),
    "fox": ("🦊 Paper Foxes 🎈", ["stairwell pop", "glass pop"]),
    "clock": ("Os Relógios de Açúcar", ["sugar samba"]),
    "ridge": ("Ljusår på Åsen", ["straw folk"]),
    "igde": ("İğde Işığı Üçlüsü", ["orchard jazz"]),
    "lodki": ("Żółte Łódki na Śniegu", ["island wave"]),
    "fog": ("Bến Sương Mờ", []),
    "indigo": ("วงเรือกระดาษสีคราม", ["harbour pop"]),
    "star": ("ქაღალდის ვარსკვლავი", []),
    "rowing": ("Null Island Rowing Club", ["data rock"]),
    "moth": ("Brass Moth Survey", ["attic brass"]),
    "weather": ("Tin Weather Bureau", ["attic brass", "data rock"]),
    "strasse": ("Straße Null", ["cold wave"]),
    # The accents of this name are separate characters (decomposed), as some labels deliver them.
    "papier": ("E\u0301toiles de Pe\u0301nombre en Papier", []),
    "radio": ("纸船电台九号", ["glass pop"]),
    "ararat": ("Թղթե Նավակ 4", []),
    "orbit": ("👩🏽‍🚀🌒", []),
    "various": ("Various Artists", []),
}


@dataclass(frozen=True)
class Album:
    """An album of the catalogue. A song is its title, followed by its artists where they are not the album's."""

    name: str
    artists: tuple[str, ...]
    songs: tuple[tuple[str, ...], ...]
    released: str | None
    precision: str | None = "day"
    kind: str = "album"


ALBUMS: dict[str, Album] = {
    "tides": Album(
        "유리 파도",
        ("whale",),
        (("물결 아래",), ("작은 등대 (feat. 紙の灯台クラブ)", "whale", "lantern"), ("새벽의 소금",), ("고래의 편지",)),
        "2026-09-18",
    ),
    "tower": Album(
        "紙の塔",
        ("lantern",),
        (("雨のエレベーター",), ("午前三時の自販機",), ("ネオンの魚", "lantern", "fox"), ("さよなら、終点",)),
        "2026-08-07",
    ),
    "quay": Album("Причал №9", ("cedar",), (("Причал №9",),), "2026-10-30", kind="single"),
    "north": Album(
        "Северный ветер, южный дым",
        ("cedar",),
        (("Дым над пристанью",), ("Последний катер",), ("Ёлочный свет",)),
        "2024-11",
        precision="month",
    ),
    "straw": Album("Солом'яне небо", ("tram",), (("Ґанок і дощ",), ("Під'їзд №3",)), "2025-05-23"),
    "compass": Album("Πυξίδα", ("mist",), (("Πυξίδα",), ("Πυξίδα – ζωντανή ηχογράφηση",)), "2026-10-02", kind="single"),
    "harbour": Album(
        "Λιμάνι χωρίς νερό", ("mist",), (("Άσπρο καΐκι",), ("Φως στο υπόγειο",)), "1998", precision="year"
    ),
    "desert": Album(
        "قمر من ورق",
        ("moon",),
        (("نافذة على الرمل",), ("رسالة إلى المنارة",), ("ليل بلا ساعة", "moon", "boat")),
        "2026-06-12",
    ),
    "sail": Album("שקוף", ("boat",), (("שקוף כמו מפרש",),), "2026-10-16", kind="single"),
    "kite": Album(
        "नीली पतंग", ("kite",), (("नीली पतंग",), ("बारिश का पता",), ("धूप के टुकड़े", "kite", "clock")), "2026-07-03"
    ),
    "foxes": Album(
        "🦊🎈",
        ("fox",),
        (("🎈 Up & Up & Up",), ("Paper Teeth",), ("Sleep, Said the Stairs",), ("<b>Bold</b> & Brave",)),
        "2026-10-09",
    ),
    "sugar": Album(
        "Açúcar às Três", ("clock",), (("Relógio Parado",), ("Ônibus pra Lua",), ("Chá de Avenida",)), "2023-03-10"
    ),
    "ridge": Album("Åtta årstider", ("ridge",), (("Första snön igen",), ("Ö",)), "2025-02-28"),
    "igde": Album(
        "Iğdelerden Işıklar", ("igde",), (("İğde Kokusu",), ("Kırık Saatler",)), "2019-04", precision="month"
    ),
    "snow": Album("Śnieg w Żaglach", ("lodki",), (("Śnieg w Żaglach",),), "2026-10-23", kind="single"),
    "fog": Album("Mờ", ("fog",), (("Đèn Bến Cũ",), ("Sương Tầng Chín",)), "2022-12-01"),
    "indigo": Album("เรือกระดาษสีคราม", ("indigo",), (("เรือกระดาษสีคราม",),), "2026-09-25", kind="single"),
    "star": Album("ქაღალდის ცა", ("star",), (("ქაღალდის ცა",),), "2026-10-27", kind="single"),
    "zero": Album(
        "0° N, 0° E",
        ("rowing",),
        (
            ("NULL",),
            ("Not a Number",),
            ("Left Join, Lost Oar",),
            ("It's 5 O'Clock \"Nowhere\" \\ Elsewhere",),
            ("=SUM(oars)",),
            ("Undefined Harbour (feat. Brass Moth Survey)", "rowing", "moth"),
        ),
        "2026-05-01",
    ),
    "wings": Album("Wing Count", ("moth",), (("Wing Count, Pt. 1",), ("Wing Count, Pt. 2",)), "1979", precision="year"),
    "forecast": Album(
        "Forecasts for an Empty Attic",
        ("weather",),
        (("Drizzle in D Minor-ish",), ("Isobar Waltz No. 0",), ("High Pressure, Low Ceiling",)),
        "2026-03-20",
    ),
    "strasse": Album("STRASSE / Straße", ("strasse",), (("Straße ohne Nummer",),), "2026-10-19", kind="single"),
    "papier": Album("Pe\u0301nombre", ("papier",), (("L'e\u0301chelle de papier",), ("Œil-de-Bœuf",)), "2021-10-01"),
    "radio": Album("纸船电台", ("radio",), (("九号频率",),), "2026-11-03", kind="single"),
    "ararat": Album("Թղթե ափ", ("ararat",), (("Թղթե ափ",),), "2026-10-31", kind="single"),
    "orbit": Album("🌒", ("orbit",), (("🌒🌓🌔🌕",),), "2026-10-29", kind="single"),
    "sampler": Album(
        "Lanterns & Kites: A Sampler",
        ("various",),
        (("물결 아래", "whale"), ("नीली पतंग (Night Mix)", "kite", "moth"), ("Attic Light", "weather", "moth")),
        "2026-04-17",
        kind="compilation",
    ),
    "tape": Album("Tape Without a Date", ("weather",), (("Side A, Probably",),), "0000", precision="year"),
    # An album name may be empty, a date null.
    "reel": Album("", ("weather",), (("Untitled Reel",),), None, precision=None),
}

SAME_RECORDING = {"sampler/1": "tides/1"}
"""Two songs of one recording share the isrc; with a market, Spotify answers the one when asked for the other."""

MARKETS = ["AR", "DE", "IS", "JP", "ZA"]


@dataclass(frozen=True)
class Song:
    """A song of an album; its key is the album's, a slash and its number there."""

    key: str
    album: str
    number: int
    title: str
    artists: tuple[str, ...]


def songs_of(album_key: str) -> list[Song]:
    """Return the songs of an album, in its order."""
    album = ALBUMS[album_key]
    return [
        Song(f"{album_key}/{number}", album_key, number, title, tuple(artists) or album.artists)
        for number, (title, *artists) in enumerate(album.songs, start=1)
    ]


SONGS = {song.key: song for album_key in ALBUMS for song in songs_of(album_key)}

# ---------------------------------------------------------------------------------------------------------------------
# The story: five days of a chart
# ---------------------------------------------------------------------------------------------------------------------

DAYS = tuple(dt.date(2026, 11, day) for day in range(1, 6))
DAY_1, DAY_2, DAY_3, DAY_4, DAY_5 = DAYS

CHART_START = (
    *("foxes/1", "tower/2", "desert/1", "compass/1", "zero/3", "kite/1", "sail/1", "tides/1", "forecast/2", "snow/1"),
    *("quay/1", "tower/3", "sugar/1", "igde/1", "foxes/2", "strasse/1", "indigo/1", "desert/3", "straw/1", "ridge/1"),
    *("zero/1", "kite/3", "tides/2", "papier/1", "fog/1", "north/1", "sampler/3", "forecast/1", "foxes/4", "zero/4"),
)
CHART_MOVES: dict[dt.date, dict[str, int | None]] = {
    DAY_2: {"tides/2": 12, "sail/1": 3, "quay/1": 9, "compass/1": 6, "star/1": 18, "zero/4": None},
    DAY_3: {
        **{"sail/1": 1, "radio/1": 3, "tides/2": 5, "quay/1": 8, "compass/1": 11, "tides/4": 26},
        **{"foxes/4": None, "sampler/3": None},
    },
    DAY_4: {
        **{"sail/1": 1, "tides/2": 2, "radio/1": 4, "quay/1": 6, "compass/1": 17, "orbit/1": 20, "ararat/1": 29},
        **{"papier/1": None, "fog/1": None},
    },
    DAY_5: {
        **{"tides/2": 1, "sail/1": 2, "radio/1": 3, "quay/1": 5, "compass/1": 24, "foxes/4": 27, "zero/6": 30},
        **{"ridge/1": None, "north/1": None},
    },
}
"""The songs that a day puts at a position (None: off the chart); the others keep their order around them."""


def chart_of(day: dt.date) -> list[str]:
    """Return the keys of the day's songs, the first at the top."""
    order = list(CHART_START)
    for moves in (moves for moved_on, moves in CHART_MOVES.items() if moved_on <= day):
        order = [song for song in order if song not in moves]
        placed = sorted((position, song) for song, position in moves.items() if position is not None)
        for position, song in placed:
            order.insert(position - 1, song)
    return order


# ---------------------------------------------------------------------------------------------------------------------
# Invented values
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """When an answer was given, and whether to an app that still gets popularity, followers, markets and labels."""

    day: dt.date
    is_legacy: bool

    def given(self, **fields: Any) -> Json:
        """Return the fields that only a legacy app is given, or none."""
        return fields if self.is_legacy else {}


def number_from(text: str, below: int) -> int:
    """Return a number that looks random and depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % below


def base62_id(kind: str, key: str) -> str:
    """Return a Spotify-like id: 128 bits as 22 base62 digits."""
    number = int.from_bytes(hashlib.sha256(f"demo {kind} {key}".encode()).digest()[:16])
    digits = ""
    for _ in range(22):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits


def song_popularity(key: str, day: dt.date) -> int:
    """Return a song's popularity: by its place in the day's chart, else some lasting lower number."""
    chart = chart_of(day)
    return 96 - 2 * chart.index(key) if key in chart else number_from(f"popularity {key}", 30)


def album_popularity(key: str, day: dt.date) -> int:
    """Return an album's popularity: a little less than its best song's."""
    return max(0, max(song_popularity(song.key, day) for song in songs_of(key)) - 4)


def artist_popularity(key: str, day: dt.date) -> int:
    """Return an artist's popularity: a little less than the best song's with this artist, 0 without any."""
    return max([0, *(song_popularity(song.key, day) - 2 for song in SONGS.values() if key in song.artists)])


def follower_count(key: str, day: dt.date) -> int:
    """Return an artist's followers, more every day."""
    growth = (day - DAY_1).days * (artist_popularity(key, day) + 1)
    return 1_000 + number_from(f"followers {key}", 90_000) + growth


def isrc_of(key: str) -> str:
    """Return the recording's isrc; ZZ is not a country."""
    return f"ZZDM126{number_from(SAME_RECORDING.get(key, key), 100_000):05}"


# ---------------------------------------------------------------------------------------------------------------------
# Spotify's objects
# ---------------------------------------------------------------------------------------------------------------------


def links(kind: str, spotify_id: str) -> Json:
    """Return what identifies any object, without its name."""
    return {
        "external_urls": {"spotify": f"{WEB}/{kind}/{spotify_id}"},
        "href": f"{API}/{kind}s/{spotify_id}",
        "id": spotify_id,
        "type": kind,
        "uri": f"spotify:{kind}:{spotify_id}",
    }


def images(key: str, sizes: Sequence[int | None]) -> list[Json]:
    """Return pictures at a domain that is reserved for examples."""
    return [
        {"url": f"https://images.example/{number_from(f'{key} {size}', 16**10):010x}", "height": size, "width": size}
        for size in sizes
    ]


def simple_artist(key: str) -> Json:
    """Return an artist as credited on songs and albums."""
    return {**links("artist", base62_id("artist", key)), "name": ARTISTS[key][0]}


def full_artist(key: str, asked: Asked) -> Json:
    """Return an artist with all that the app is given."""
    return {
        **simple_artist(key),
        "genres": ARTISTS[key][1],
        "images": images(f"artist {key}", (640, 320)),
        **asked.given(
            followers={"href": None, "total": follower_count(key, asked.day)},
            popularity=artist_popularity(key, asked.day),
        ),
    }


def simple_album(key: str, asked: Asked, sizes: Sequence[int | None] = (640,)) -> Json:
    """Return an album as it appears inside a song or a list."""
    album = ALBUMS[key]
    return {
        "album_type": album.kind,
        "artists": [simple_artist(artist) for artist in album.artists],
        **asked.given(available_markets=MARKETS[:2]),
        **links("album", base62_id("album", key)),
        "images": images(f"album {key}", sizes),
        "name": album.name,
        "release_date": album.released,
        "release_date_precision": album.precision,
        "total_tracks": len(album.songs),
    }


def full_album(key: str, asked: Asked) -> Json:
    """Return an album with its page of songs and all that the app is given."""
    label = f"{ARTISTS[ALBUMS[key].artists[0]][0]} Demo Records"
    songs = [simple_track(song.key, asked) for song in songs_of(key)]
    path = f"albums/{base62_id('album', key)}/tracks"
    return {
        **simple_album(key, asked, sizes=(640, 300, 64)),
        "copyrights": [{"text": f"℗ {label}", "type": "P"}],
        "external_ids": {"upc": f"0000{number_from(f'upc {key}', 10**8):08}"},
        "genres": [],
        "tracks": page(path, songs, limit=50),
        **asked.given(label=label, popularity=album_popularity(key, asked.day)),
    }


def simple_track(key: str, asked: Asked) -> Json:
    """Return a song as it appears inside an album: without album and isrc."""
    song = SONGS[key]
    return {
        "artists": [simple_artist(artist) for artist in song.artists],
        **asked.given(available_markets=MARKETS[:2]),
        "disc_number": 1,
        "duration_ms": 120_000 + number_from(f"length {key}", 180_000),
        "explicit": number_from(f"explicit {key}", 7) == 0,
        "is_local": False,
        **links("track", base62_id("track", key)),
        "name": song.title,
        "preview_url": None,
        "track_number": song.number,
    }


def full_track(key: str, asked: Asked) -> Json:
    """Return a song with its album's summary and all that the app is given."""
    return {
        **simple_track(key, asked),
        "album": simple_album(SONGS[key].album, asked),
        "external_ids": {"isrc": isrc_of(key)},
        **asked.given(popularity=song_popularity(key, asked.day)),
    }


def relinked_track(key: str, instead_of: str, asked: Asked) -> Json:
    """Return the song that a market gets instead of the one a playlist names."""
    track = full_track(key, asked) | {"is_playable": True}
    track.pop("available_markets", None)
    return track | asked.given(linked_from=links("track", base62_id("track", instead_of)))


def unplayable_track(key: str, reason: str, asked: Asked) -> Json:
    """Return a song that this listener cannot play: reason market, product or explicit."""
    return full_track(key, asked) | {"is_playable": False, "restrictions": {"reason": reason}}


def local_track(artist: str, album: str, title: str, seconds: int, asked: Asked) -> Json:
    """Return a file from the listener's own disk, dressed as a song: no ids, half the album's fields null."""
    uri_parts = (part.replace(" ", "+") for part in (artist, album, title))
    nothing: Json = {"external_urls": {}, "href": None, "id": None}
    return {
        **nothing,
        "album": {
            **nothing,
            **{"album_type": None, "artists": [], "images": [], "name": album},
            **{"release_date": None, "release_date_precision": None, "type": "album", "uri": None},
            **asked.given(available_markets=[]),
        },
        "artists": [{**nothing, "name": artist, "type": "artist", "uri": None}],
        **{"disc_number": 0, "duration_ms": seconds * 1000, "explicit": False},
        **{"external_ids": {}, "is_local": True, "name": title, "preview_url": None},
        **asked.given(available_markets=[], popularity=0),
        **{"track_number": 0, "type": "track", "uri": f"spotify:local:{':'.join(uri_parts)}:{seconds}"},
    }


def episode(title: str, asked: Asked) -> Json:
    """Return an episode of the demo's one show: it has `show` where a song has album and artists."""
    show: Json = {
        **links("show", base62_id("show", "attic hour")),
        **{"name": "The Attic Hour (Demo)", "description": "Noises, explained.", "media_type": "audio"},
        **{"explicit": False, "languages": ["en"], "total_episodes": 12, "copyrights": [], "images": []},
        **asked.given(available_markets=MARKETS[:2], publisher="Attic Hour Demo"),
    }
    return {
        **links("episode", base62_id("episode", title)),
        **{"name": title, "description": "A made-up episode.", "duration_ms": 1_800_000, "explicit": False},
        **{"images": images(title, (640,)), "is_playable": True, "language": "en", "languages": ["en"]},
        **{"release_date": "2026-10-20", "release_date_precision": "day", "audio_preview_url": None},
        "resume_point": {"fully_played": False, "resume_position_ms": 0},
        "show": show,
    }


# ---------------------------------------------------------------------------------------------------------------------
# Spotify's envelopes
# ---------------------------------------------------------------------------------------------------------------------

LISTENER = "demo_listener"
CHART_DESK = "demo_chart_desk"


def page(path: str, items: Sequence[Any], limit: int, offset: int = 0, total: int | None = None) -> Json:
    """Return one page of a list; without a total it is the whole list."""
    total = len(items) if total is None else total
    url = f"{API}/{path}?limit={limit}&offset="
    return {
        "href": f"{url}{offset}",
        "items": list(items),
        "limit": limit,
        "next": f"{url}{offset + limit}" if offset + limit < total else None,
        "offset": offset,
        "previous": f"{url}{max(0, offset - limit)}" if offset else None,
        "total": total,
    }


def user(name: str) -> Json:
    """Return a listener as owner or adder."""
    return links("user", name)


def entry(inner: Json | None, keys: Sequence[str], added_at: str | None, added_by: str | None = LISTENER) -> Json:
    """Return a playlist entry that holds its object under each of the keys (track, item or both)."""
    kind = inner["type"] if inner else None
    marked = inner and inner | {"track": kind == "track", "episode": kind == "episode"}
    return {
        "added_at": added_at,
        "added_by": user(added_by) if added_by is not None else None,
        "is_local": bool(inner and inner.get("is_local")),
        "primary_color": None,
        **dict.fromkeys(keys, marked),
        "video_thumbnail": {"url": None},
    }


def playlist_id(key: str) -> str:
    """Return the id of a demo playlist."""
    return base62_id("playlist", key)


def playlist(key: str, name: str, owner: str, asked: Asked, content: Json) -> Json:
    """Return a playlist; `content` is its page or summary under the name that the app's generation uses."""
    return {
        "collaborative": False,
        "description": "Made up for the demo.",
        **links("playlist", playlist_id(key)),
        "images": images(f"playlist {key}", (None,)),
        "name": name,
        "owner": user(owner) | {"display_name": owner.replace("_", " ").title()},
        "primary_color": None,
        "public": True,
        "snapshot_id": f"{key}{asked.day:%Y%m%d}AAAA",
        **asked.given(followers={"href": None, "total": 100 + asked.day.day}),
        **content,
    }


def chart_entries(asked: Asked, keys: Sequence[str]) -> list[Json]:
    """Return the day's chart as playlist entries; as in charts of the service, the adder's id is an empty text."""
    added_at = f"{asked.day}T05:00:00Z"
    return [entry(full_track(song, asked), keys, added_at, added_by="") for song in chart_of(asked.day)]


def chart_playlist(asked: Asked, key_of_page: str, key_of_entry: str) -> Json:
    """Return the day's chart as a playlist with its page inside."""
    path = f"playlists/{playlist_id('chart')}/{key_of_page}"
    content = page(path, chart_entries(asked, [key_of_entry]), limit=100)
    return playlist("chart", "Demo Thirty 📈", CHART_DESK, asked, {key_of_page: content})


def saved_tracks(keys: Iterable[str], asked: Asked) -> list[Json]:
    """Return saved songs, the one saved last first."""
    newest = dt.datetime(2026, 10, 31, 21, 30)
    return [
        {"added_at": f"{newest - dt.timedelta(days=3 * i):%Y-%m-%dT%H:%M:%SZ}", "track": full_track(key, asked)}
        for i, key in enumerate(keys)
    ]


# ---------------------------------------------------------------------------------------------------------------------
# What the listener played
# ---------------------------------------------------------------------------------------------------------------------

FAVOURITES = (
    "tides/2",
    "tides/1",
    "tides/2",
    "zero/3",
    "sail/1",
    "tides/4",
    "desert/3",
    "foxes/3",
    "wings/1",
    "quay/1",
)


def context(kind: str, spotify_id: str, uri: str | None = None) -> Json:
    """Return what a song was played from."""
    full = links(kind, spotify_id)
    return {name: full[name] for name in ("external_urls", "href", "type")} | {"uri": uri or full["uri"]}


def play_context(number: int) -> Json | None:
    """Return where the listener was at this play: an album, a playlist (also under its old kind of uri), nowhere."""
    personal = playlist_id("personal")
    return (
        None,
        context("album", base62_id("album", "tides")),
        context("playlist", personal),
        context("playlist", personal, uri=f"spotify:user:{LISTENER}:playlist:{personal}"),
    )[number % 4]


def played_times() -> list[dt.datetime]:
    """Return when the listener played something: about every three hours, to the millisecond."""
    start = dt.datetime(2026, 10, 31, 20, 0, tzinfo=dt.UTC)
    jitter = [dt.timedelta(milliseconds=number_from(f"play {i}", 600_000)) for i in range(30)]
    return [start + dt.timedelta(hours=3) * i + jitter[i] for i in range(30)]


def epoch_ms(moment: dt.datetime) -> str:
    """Return a cursor."""
    return str((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1))


def recently_played(asked: Asked) -> Json:
    """Return the ten last plays before 08:15 of the day, newest first; the next day's answer repeats some."""
    asked_at = dt.datetime.combine(asked.day, dt.time(8, 15), dt.UTC)
    known = [(i, played_at) for i, played_at in enumerate(played_times()) if played_at < asked_at][-10:]
    items = [
        {
            "track": full_track(FAVOURITES[i % len(FAVOURITES)], asked),
            "played_at": f"{played_at:%Y-%m-%dT%H:%M:%S}.{played_at.microsecond // 1000:03}Z",
            "context": play_context(i),
        }
        for i, played_at in reversed(known)
    ]
    before = epoch_ms(known[0][1])
    href = f"{API}/me/player/recently-played?limit=10"
    return {
        "items": items,
        "next": f"{href}&before={before}",
        "cursors": {"after": epoch_ms(known[-1][1]), "before": before},
        "limit": 10,
        "href": href,
    }


def history_play(number: int, track: Song | None = None, episode_name: str | None = None) -> Json:
    """Return an entry of an extended streaming history: of a song, an episode, or of nothing that is known."""
    ended_at = dt.datetime(2025, 12, 5, 18, 0) + dt.timedelta(hours=127 * number, seconds=61 * number)
    is_skipped = number % 6 == 5
    return {
        "ts": f"{ended_at:%Y-%m-%dT%H:%M:%SZ}",
        "username": LISTENER,
        "platform": "demo player",
        "ms_played": 4_000 + number * 10 if is_skipped else 120_000 + number_from(f"history {number}", 60_000),
        "conn_country": MARKETS[number % 2],
        "master_metadata_track_name": track and track.title,
        "master_metadata_album_artist_name": track and ARTISTS[ALBUMS[track.album].artists[0]][0],
        "master_metadata_album_album_name": track and ALBUMS[track.album].name,
        "spotify_track_uri": track and f"spotify:track:{base62_id('track', track.key)}",
        "episode_name": episode_name,
        "episode_show_name": episode_name and "The Attic Hour (Demo)",
        "spotify_episode_uri": episode_name and f"spotify:episode:{base62_id('episode', episode_name)}",
        "reason_start": "clickrow" if number % 4 == 0 else "trackdone",
        "reason_end": "fwdbtn" if is_skipped else "trackdone",
        "shuffle": number % 3 == 0,
        "skipped": is_skipped,
        "offline": number % 10 == 9,
        "incognito_mode": False,
    }


def streaming_history() -> list[Json]:
    """Return sixty plays before the first recently-played one, among them an episode, a null play, a repeated entry."""
    old = tuple(key for key in SONGS if (ALBUMS[SONGS[key].album].released or "9") < "2025-12")
    plays = [history_play(number, track=SONGS[old[number_from(f"played {number}", len(old))]]) for number in range(59)]
    plays[20] = history_play(20, episode_name="The Hum Under the Stairs")
    plays[40] = history_play(40)
    return [*plays, plays[10]]


# ---------------------------------------------------------------------------------------------------------------------
# The listener's playlist: most of the traps
# ---------------------------------------------------------------------------------------------------------------------

PERSONAL_PATH = f"playlists/{playlist_id('personal')}/items"


def personal_page_1(asked: Asked) -> Json:
    """Return the first eight entries, as a legacy app is given them: everything twice."""
    entries = [
        (full_track("tides/2", asked), "2026-09-19T07:12:00Z"),
        (local_track("Küche & Flur", "Demo Tapes", "Kettle in E", 187, asked), "2026-09-20T10:00:00Z"),
        (episode("The Hum Under the Stairs", asked), "2026-10-21T06:30:00Z"),
        (None, "2026-01-02T03:04:05Z"),
        (relinked_track("sampler/1", instead_of="tides/1", asked=asked), "2026-09-19T07:13:00Z"),
        (unplayable_track("harbour/2", "market", asked), "2025-06-01T12:00:00Z"),
        (full_track("desert/3", asked), "2026-06-13T20:15:00Z"),
        (full_track("tides/2", asked), "2026-10-30T23:59:59Z"),
    ]
    keys = ("track", "item")
    items = [entry(inner, keys, added_at) for inner, added_at in entries]
    return page(PERSONAL_PATH, items, limit=8, total=15)


def personal_page_2(asked: Asked) -> Json:
    """Return the rest: six entries, one of them again from page 1, where the total promises seven."""
    keys = ("track", "item")
    nameless = full_track("wings/2", asked) | {"id": None, "uri": None, "href": None, "name": ""}
    items = [
        entry(full_track("desert/3", asked), keys, "2026-06-13T20:15:00Z"),
        None,
        entry(nameless, keys, "2024-02-29T00:00:00Z"),
        entry(full_track("wings/1", asked), keys, added_at=None, added_by=None),
        entry(unplayable_track("zero/5", "explicit", asked), keys, "2026-05-02T08:00:00Z"),
        entry(full_track("fog/2", asked), keys, "2026-05-03T08:00:00Z"),
    ]
    return page(PERSONAL_PATH, items, limit=8, offset=8, total=15)


def personal_restricted(asked: Asked) -> Json:
    """Return the playlist three days later, as a restricted app is given it: `item` alone, no popularity."""
    keys = ("item",)
    items = [
        entry(full_track("tides/2", asked), keys, "2026-09-19T07:12:00Z"),
        entry(local_track("Küche & Flur", "Demo Tapes", "Kettle in E", 187, asked), keys, "2026-09-20T10:00:00Z"),
        entry(episode("The Hum Under the Stairs", asked), keys, "2026-10-21T06:30:00Z"),
        entry(None, keys, "2026-01-02T03:04:05Z"),
        entry(relinked_track("sampler/1", instead_of="tides/1", asked=asked), keys, "2026-09-19T07:13:00Z"),
        entry(unplayable_track("harbour/2", "product", asked), keys, "2025-06-01T12:00:00Z"),
        entry(full_track("radio/1", asked), keys, "2026-11-03T19:45:00Z"),
        entry(full_track("wings/1", asked), keys, added_at=None, added_by=None),
    ]
    return playlist("personal", "kitchen, 23:59", LISTENER, asked, {"items": page(PERSONAL_PATH, items, limit=100)})


# ---------------------------------------------------------------------------------------------------------------------
# Other answers
# ---------------------------------------------------------------------------------------------------------------------


def search_answer(asked: Asked) -> Json:
    """Return what a search for "paper" finds: a page of each kind, one picture without sizes."""
    albums = [simple_album("foxes", asked, sizes=(None,)), simple_album("tower", asked)]
    return {
        "tracks": page("search", [full_track(key, asked) for key in ("foxes/2", "papier/1")], limit=2, total=812),
        "albums": page("search", albums, limit=2, total=97),
        "artists": page("search", [full_artist(key, asked) for key in ("fox", "lantern")], limit=2, total=41),
    }


def artist_albums(asked: Asked) -> Json:
    """Return one artist's albums, with `album_group`; their dates are a day, "0000" and null."""
    path = f"artists/{base62_id('artist', 'weather')}/albums"
    own = [simple_album(key, asked) | {"album_group": "album"} for key in ("forecast", "tape", "reel")]
    guest = simple_album("sampler", asked) | {"album_group": "appears_on"}
    return page(path, [*own, guest], limit=10)


def saved_albums(keys: Iterable[str], asked: Asked) -> Json:
    """Return saved albums in full, with their songs."""
    items = [
        {"added_at": f"2026-08-0{i}T09:00:00Z", "album": full_album(key, asked)} for i, key in enumerate(keys, start=1)
    ]
    return page("me/albums", items, limit=50)


def followed_artists(asked: Asked) -> Json:
    """Return followed artists: a page with a cursor, under the name of the type."""
    items = [full_artist(key, asked) for key in ("whale", "rowing", "boat", "papier", "orbit")]
    href = f"{API}/me/following?type=artist&limit=50"
    return {
        "artists": {"items": items, "next": None, "cursors": {"after": None}, "total": 5, "limit": 50, "href": href}
    }


def my_playlists(asked: Asked) -> Json:
    """Return the listener's playlists; here `items` of a playlist is only {href, total}."""

    def summary(key: str, name: str, owner: str, total: int) -> Json:
        content = {"items": {"href": f"{API}/playlists/{playlist_id(key)}/items", "total": total}}
        return playlist(key, name, owner, asked, content)

    items = [
        summary("personal", "kitchen, 23:59", LISTENER, 8),
        summary("chart", "Demo Thirty 📈", CHART_DESK, 30),
        summary("empty", "(nothing yet)", LISTENER, 0),
    ]
    return page("me/playlists", items, limit=50)


def fields_filtered(asked: Asked) -> Json:
    """Return what `fields=items(track(...))` leaves: bare entries, and {} where there was nothing to pick."""
    kept = ("id", "name", "type", "uri", "artists", "album", "duration_ms")
    picked = [{"track": {name: full_track(key, asked)[name] for name in kept}} for key in ("straw/2", "zero/2")]
    return {"items": [picked[0], {}, picked[1], {}]}


def mix_items(asked: Asked) -> Json:
    """Return a list made by the service: every entry was added in 1970."""
    songs = ("igde/2", "sugar/2", "ridge/2", "compass/2")
    items = [entry(full_track(key, asked), ["track"], "1970-01-01T00:00:00Z", added_by=None) for key in songs]
    return page(f"playlists/{playlist_id('mix')}/tracks", items, limit=100)


def several_tracks(asked: Asked) -> Json:
    """Return songs asked for by id, with a pipeline's own key; the id nobody knows is answered with null."""
    tracks = [full_track(key, asked) for key in chart_of(asked.day)[:10]]
    return {"track_count": len(tracks) + 1, "tracks": [*tracks[:6], None, *tracks[6:]]}


def album_tracks_pages(asked: Asked) -> list[Json]:
    """Return an album's songs as a list of pages; only `href` says that it is this album."""
    songs = [simple_track(song.key, asked) for song in songs_of("zero")]
    path = f"albums/{base62_id('album', 'zero')}/tracks"
    return [page(path, songs[offset : offset + 4], limit=4, offset=offset, total=len(songs)) for offset in (0, 4)]


def chart_pages(asked: Asked) -> list[Json]:
    """Return the day's chart as three pages of ten."""
    path = f"playlists/{playlist_id('chart')}/items"
    entries = chart_entries(asked, ["item"])
    return [page(path, entries[i : i + 10], limit=10, offset=i, total=len(entries)) for i in range(0, 30, 10)]


# ---------------------------------------------------------------------------------------------------------------------
# The files
# ---------------------------------------------------------------------------------------------------------------------


def compact(document: Any) -> bytes:
    """Return JSON on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def lines(documents: Iterable[Any]) -> bytes:
    """Return one line of JSON per document."""
    return b"".join(compact(document) for document in documents)


def pretty(document: Any) -> bytes:
    """Return JSON over many lines."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def escaped(document: Any) -> bytes:
    r"""Return JSON in ASCII: other characters as \u escapes, emoji as two of them."""
    return json.dumps(document, separators=(",", ":")).encode()


def packed(content: bytes) -> bytes:
    """Return the content gzipped, without name and time in the header."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def files_of_day_1() -> dict[str, bytes]:
    """Return the files of a pipeline that names its folders extraction_date=."""
    asked = Asked(DAY_1, is_legacy=True)
    saved = saved_tracks(
        ("tides/1", "foxes/1", "desert/2", "harbour/1", "kite/2", "straw/1", "north/2", "wings/1", "tower/4", "zero/5"),
        asked,
    )
    return {
        "chart_playlist.json": compact([chart_playlist(asked, "tracks", "track")]),
        "personal_items_page_1.json": compact(personal_page_1(asked)),
        "personal_items_page_2.json": compact(personal_page_2(asked)),
        "saved_tracks_page_1.json": compact(page("me/tracks", saved[:6], limit=6, total=10)),
        "saved_tracks_page_2.json": pretty(page("me/tracks", saved[6:], limit=6, offset=6, total=10)),
        "top_tracks.json": pretty({"error": {"status": 401, "message": "The access token expired"}}),
    }


def files_of_day_2() -> dict[str, bytes]:
    """Return the files of a pipeline whose folders are bare dates."""
    asked = Asked(DAY_2, is_legacy=True)
    path = f"playlists/{playlist_id('chart')}/items"
    both_keys_page = page(path, chart_entries(asked, ["track", "item"]), limit=50)
    return {
        "chart_items.json.gz": packed(compact(both_keys_page)),
        "album_full.json": compact(full_album("tides", asked)),
        "artist.json": pretty(full_artist("whale", asked)),
        "artist_albums.json": compact(artist_albums(asked)),
        "followed_artists.json": b"upstream request timeout, please try again later\n",
        "recently_played.json": compact(recently_played(asked)),
        "saved_albums.json": compact(saved_albums(("wings", "igde", "sugar"), asked)),
        "search.json": compact(search_answer(asked)),
    }


def files_of_day_3() -> dict[str, bytes]:
    """Return the files of a pipeline with a folder each for year, month and day."""
    asked = Asked(DAY_3, is_legacy=True)
    chart = chart_playlist(asked, "tracks", "track")
    by_id = {artist["id"]: artist for artist in (full_artist(key, asked) for key in ("radio", "moth", "various"))}
    top = [full_artist(key, asked) for key in ("whale", "rowing", "fox", "moon")]
    return {
        "chart.json": compact({"fetched": "2026-11-03T05:10:00+00:00", "data": chart}),
        "artists_by_id.json": compact(by_id),
        "mix_items.json": compact(mix_items(asked)),
        "playlist_items_empty.json": compact(page(f"playlists/{playlist_id('empty')}/items", [], limit=50)),
        "playlist_items_fields.json": compact(fields_filtered(asked)),
        "recently_played.json": compact(recently_played(asked)),
        "top_artists_medium_term.json": escaped(page("me/top/artists?time_range=medium_term", top, limit=50)),
    }


def files_of_day_4() -> dict[str, bytes]:
    """Return the files of a pipeline with a restricted app and the date in the file name."""
    asked = Asked(DAY_4, is_legacy=False)
    top = [full_track(key, asked) for key in ("tides/2", "zero/3", "sail/1", "tides/1")]
    top_page = page("me/top/tracks", top, limit=50)
    return {
        "chart_2026-11-04.json.gz": packed(compact(chart_playlist(asked, "items", "item"))),
        "personal_2026-11-04.json": compact(personal_restricted(asked)),
        "followed_artists_2026-11-04.json": compact(followed_artists(asked)),
        "my_playlists_2026-11-04.json": compact(my_playlists(asked)),
        "recently_played_20261104T081500Z.json": compact(recently_played(asked)),
        "saved_albums_2026-11-04.json": compact(saved_albums(("sugar", "papier"), asked)),
        "top_tracks_20261104.json": b"\xef\xbb\xbf" + compact(top_page),
    }


def files_of_day_5() -> dict[str, bytes]:
    """Return the files of the last day: the restricted app's, and one of an old app that is still given popularity."""
    restricted = Asked(DAY_5, is_legacy=False)
    return {
        "chart_pages.ndjson.gz": packed(lines(chart_pages(restricted))),
        "album_tracks_pages.json": compact(album_tracks_pages(restricted)),
        "several_tracks.json": compact(several_tracks(Asked(DAY_5, is_legacy=True))),
        "tracks.ndjson": lines([full_track(key, restricted) for key in ("tides/3", "orbit/1", "zero/6")]),
    }


FOLDERS: dict[str, Callable[[], dict[str, bytes]]] = {
    "extraction_date=2026-11-01": files_of_day_1,
    "2026-11-02": files_of_day_2,
    "year=2026/month=11/day=03": files_of_day_3,
    "by_name": files_of_day_4,
    "2026-11-05": files_of_day_5,
    "export_20261105": lambda: {"Streaming_History_Audio_2025-2026_0.json": compact(streaming_history())},
}


def dump_files() -> dict[str, bytes]:
    """Return the content of every file of the dump by its path below the dump's folder."""
    return {f"{folder}/{name}": content for folder, files in FOLDERS.items() for name, content in files().items()}


def is_same_packed(path: Path, content: bytes) -> bool:
    """Return whether the file is there and only packed differently."""
    return path.suffix == ".gz" and path.exists() and gzip.decompress(path.read_bytes()) == gzip.decompress(content)


def write_dump(folder: Path) -> None:
    """Write the dump below the folder; other files there stay, and a test names those that no longer belong."""
    for name, content in dump_files().items():
        path = folder / name
        if not is_same_packed(path, content):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    write_dump(FOLDER)
