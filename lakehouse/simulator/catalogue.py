"""The made-up artists, albums and songs of a seed; on every day from FIRST_RELEASE on, something new comes out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from lakehouse.simulator.digits import base62_id, number_from, pick
from lakehouse.simulator.words import GENRES, LANGUAGES, MARKETS, TRICKY_TITLES, Language

FIRST_RELEASE = dt.date(2026, 9, 1)
ARTISTS_PER_LANGUAGE = 5
BIG_ALBUM_SONGS = 61
SAMPLER_SONGS = 14
VARIOUS = "Various Artists"
RESTRICTIONS = ("market", "product", "explicit")


@dataclass(frozen=True)
class Artist:
    """An invented artist."""

    artist_id: str
    name: str
    genres: tuple[str, ...]
    language: Language


@dataclass(frozen=True)
class Song:
    """A song of an album; `relinked_to` is the song a market gets in its place."""

    song_id: str
    name: str
    album_id: str
    disc: int
    number: int
    artist_ids: tuple[str, ...]
    duration_ms: int
    is_explicit: bool
    isrc: str
    markets: tuple[str, ...]
    restriction: str | None = None
    relinked_to: str | None = None


@dataclass(frozen=True)
class Album:
    """An album; `released_on` is set where it comes out while the simulator's days pass."""

    album_id: str
    name: str
    kind: str
    artist_ids: tuple[str, ...]
    songs: tuple[Song, ...]
    release_date: str | None
    precision: str | None
    label: str
    upc: str
    released_on: dt.date | None = None


@dataclass(frozen=True)
class Catalogue:
    """All that is known on a day, by id."""

    artists: Mapping[str, Artist]
    albums: Mapping[str, Album]

    @cached_property
    def songs(self) -> dict[str, Song]:
        """Return every song by its id."""
        return {song.song_id: song for album in self.albums.values() for song in album.songs}

    @cached_property
    def albums_by_artist(self) -> dict[str, list[Album]]:
        """Return the albums an artist made or is heard on, the newest first."""
        by_artist: dict[str, list[Album]] = {artist_id: [] for artist_id in self.artists}
        for album in sorted(self.albums.values(), key=lambda album: album.release_date or "", reverse=True):
            for artist_id in dict.fromkeys([*album.artist_ids, *heard_on(album)]):
                by_artist[artist_id].append(album)
        return by_artist

    @cached_property
    def songs_by_artist(self) -> dict[str, list[Song]]:
        """Return the songs an artist is credited on."""
        by_artist: dict[str, list[Song]] = {artist_id: [] for artist_id in self.artists}
        for song in self.songs.values():
            for artist_id in song.artist_ids:
                by_artist[artist_id].append(song)
        return by_artist


def heard_on(album: Album) -> list[str]:
    """Return the artists credited on an album's songs."""
    return [artist_id for song in album.songs for artist_id in song.artist_ids]


@lru_cache(maxsize=8)
def artists_of(seed: int) -> tuple[Artist, ...]:
    """Return the artists, five of each language."""
    return tuple(
        make_artist(seed, language, number) for number in range(ARTISTS_PER_LANGUAGE) for language in LANGUAGES
    )


def make_artist(seed: int, language: Language, number: int) -> Artist:
    """Return an artist; the number differs in the first word, so no name comes twice."""
    key = f"{seed} artist {language.code} {number}"
    shift = number_from(f"{seed} {language.code}", 5)
    name = language.band.format(language.combine(number, 2 * number + shift), language.first[number])
    genres = tuple(dict.fromkeys(pick(f"{key} genre {i}", GENRES) for i in range(number_from(key, 4))))
    return Artist(base62_id(key), name, genres, language)


def various_artists(seed: int) -> Artist:
    """Return the name that samplers show."""
    return Artist(base62_id(f"{seed} artist various"), VARIOUS, (), LANGUAGES[0])


def make_song(
    seed: int, album_key: str, number: int, artists: Sequence[Artist], title: str = "", disc: int = 1
) -> Song:
    """Return a song; without a title, one in the first artist's language."""
    key = f"{seed} song {album_key} {disc}/{number}"
    return Song(
        song_id=base62_id(key),
        name=title or make_title(key, artists),
        album_id=base62_id(f"{seed} album {album_key}"),
        disc=disc,
        number=number,
        artist_ids=tuple(artist.artist_id for artist in artists),
        duration_ms=95_000 + number_from(f"{key} length", 240_000),
        is_explicit=number_from(f"{key} explicit", 8) == 0,
        isrc=f"ZZSIM26{number_from(f'{key} isrc', 100_000):05}",
        markets=make_markets(key),
        restriction=pick(key, RESTRICTIONS) if number_from(f"{key} restriction", 40) == 0 else None,
    )


def make_title(key: str, artists: Sequence[Artist]) -> str:
    """Return a title; some name the guest, a concert or a part."""
    language = artists[0].language
    title = language.combine(number_from(f"{key} first", 5), number_from(f"{key} second", 5))
    if len(artists) > 1:
        return f"{title} (feat. {artists[1].name})"
    kind = number_from(f"{key} kind", 10)
    return {0: language.live.format(title), 1: f"{title}, Pt. 2", 2: f"{title} No. {number_from(key, 9) + 2}"}.get(
        kind, title
    )


def make_markets(key: str) -> tuple[str, ...]:
    """Return where a song may be played: mostly everywhere, sometimes in a part of the world."""
    if number_from(f"{key} markets", 12):
        return MARKETS
    start = number_from(f"{key} first market", len(MARKETS) - 20)
    return MARKETS[start : start + 20]


def make_credits(seed: int, key: str, artist: Artist) -> tuple[Artist, ...]:
    """Return who plays a song: the artist, on every sixth with one or two guests."""
    guests = 0 if number_from(f"{seed} {key} guests", 6) else 1 + number_from(f"{seed} {key} two guests", 2)
    credited = [artist, *(pick(f"{seed} {key} guest {i}", artists_of(seed)) for i in range(guests))]
    return tuple(dict.fromkeys(credited))


def make_album(seed: int, key: str, kind: str, artist: Artist, size: int) -> Album:
    """Return an album of one artist with a date some time between 1985 and FIRST_RELEASE."""
    songs = [make_song(seed, key, n, make_credits(seed, f"{key} {n}", artist)) for n in range(1, size + 1)]
    name = songs[0].name.split(" (")[0] if kind == "single" else make_title(f"{seed} {key} name", [artist])
    date = FIRST_RELEASE - dt.timedelta(days=1 + number_from(f"{seed} {key} date", 15_000))
    text, precision = shorten_date(date, number_from(f"{seed} {key} precision", 10))
    return wrap_songs(seed, key, kind, name, (artist,), songs, text, precision)


def wrap_songs(
    seed: int,
    key: str,
    kind: str,
    name: str,
    artists: Sequence[Artist],
    songs: Iterable[Song],
    release_date: str | None,
    precision: str | None,
) -> Album:
    """Return the album around songs."""
    return Album(
        album_id=base62_id(f"{seed} album {key}"),
        name=name,
        kind=kind,
        artist_ids=tuple(artist.artist_id for artist in artists),
        songs=tuple(songs),
        release_date=release_date,
        precision=precision,
        label=f"{artists[0].name} Made-up Records",
        upc=f"0000{number_from(f'{seed} upc {key}', 10**8):08}",
    )


def shorten_date(date: dt.date, chance: int) -> tuple[str, str]:
    """Return a release date as text with its precision: year, month or, mostly, day."""
    if chance == 0:
        return f"{date:%Y}", "year"
    return (f"{date:%Y-%m}", "month") if chance == 1 else (date.isoformat(), "day")


def regular_albums(seed: int) -> list[Album]:
    """Return a single of each artist, and an album of every other one."""
    singles = [
        make_album(seed, f"single {n}", "single", artist, 1 + number_from(f"{seed} b-side {n}", 2))
        for n, artist in enumerate(artists_of(seed))
    ]
    albums = [
        make_album(seed, f"album {n}", "album", artist, 4 + number_from(f"{seed} size {n}", 6))
        for n, artist in enumerate(artists_of(seed)[::2])
    ]
    return albums + singles


def odd_albums(albums: Sequence[Album]) -> list[Album]:
    """Return the albums, the first of them with the dates and names that surprise."""
    odd = [
        replace(albums[0], release_date="1979", precision="year"),
        replace(albums[1], release_date="1981-12", precision="month"),
        replace(albums[2], release_date="0000", precision="year"),
        replace(albums[3], release_date=None, precision=None),
        replace(albums[4], name=""),
    ]
    return [*odd, *albums[len(odd) :]]


def big_album(seed: int) -> Album:
    """Return an album on two discs with more songs than an album's embedded page holds."""
    artist = artists_of(seed)[0]
    half = BIG_ALBUM_SONGS // 2
    places = [(1, n) if n <= half else (2, n - half) for n in range(1, BIG_ALBUM_SONGS + 1)]
    titles = [*TRICKY_TITLES, *[""] * (BIG_ALBUM_SONGS - len(TRICKY_TITLES))]
    songs = [
        make_song(seed, "big", number, (artist,), title, disc)
        for (disc, number), title in zip(places, titles, strict=True)
    ]
    return wrap_songs(seed, "big", "album", "Everything We Ever Dropped", (artist,), songs, "2019-06-21", "day")


def sampler(seed: int, albums: Sequence[Album]) -> Album:
    """Return a sampler of other albums' recordings; every second song gives way to the original in a market."""
    originals = [album.songs[0] for album in albums[5 : 5 + SAMPLER_SONGS]]
    by_id = {artist.artist_id: artist for artist in artists_of(seed)}
    songs = []
    for number, original in enumerate(originals, start=1):
        song = make_song(seed, "sampler", number, [by_id[i] for i in original.artist_ids], original.name)
        twin = original.song_id if number % 2 and original.markets == MARKETS else None
        songs.append(replace(song, isrc=original.isrc, relinked_to=twin, restriction=None))
    name, artists = "Lanterns & Kites: A Sampler", [various_artists(seed)]
    return wrap_songs(seed, "sampler", "compilation", name, artists, songs, "2026-04-17", "day")


def releases_of(seed: int, day: dt.date) -> list[Album]:
    """Return what comes out on a day: a single, on Fridays also an album."""
    sizes = {"single": 1, "album": 5} if day.weekday() == 4 else {"single": 1}
    releases = []
    for kind, size in sizes.items():
        artist = pick(f"{seed} {kind} of {day}", artists_of(seed))
        album = make_album(seed, f"{kind} of {day}", kind, artist, size)
        releases.append(replace(album, release_date=day.isoformat(), precision="day", released_on=day))
    return releases


def days_from_to(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days from the first to the last, none if the last comes before the first."""
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


@lru_cache(maxsize=8)
def first_albums(seed: int) -> tuple[Album, ...]:
    """Return what is there before anything new comes out."""
    albums = odd_albums(regular_albums(seed))
    return (*albums, big_album(seed), sampler(seed, albums))


@lru_cache(maxsize=64)
def catalogue_on(seed: int, day: dt.date) -> Catalogue:
    """Return the catalogue of a day: the first albums and what came out since."""
    artists = {artist.artist_id: artist for artist in (*artists_of(seed), various_artists(seed))}
    new = [album for date in days_from_to(FIRST_RELEASE, day) for album in releases_of(seed, date)]
    return Catalogue(artists, {album.album_id: album for album in (*first_albums(seed), *new)})
