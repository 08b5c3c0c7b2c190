"""The made-up world: what is true on a day, as a pure function of seed and day. `World(seed=7).day(date)`."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from lakehouse.simulator.catalogue import (
    FIRST_RELEASE,
    Album,
    Catalogue,
    Song,
    catalogue_on,
    days_from_to,
    first_albums,
)
from lakehouse.simulator.digits import number_from, pick
from lakehouse.simulator.playlists import PLANS, SPOTIFYS, SPOTIFYS_ID, Playlist, make_playlist, playlist_id_of

CHART_SIZE = 50
PLAYS_KEPT = 50
FOLLOWERS_SINCE = dt.date(2020, 1, 1)
PLAYS_PER_DAY = (8, 20)
SAVED_TRACKS, SAVED_ALBUMS, FOLLOWED, TOP = 140, 62, 60, 80
TIME_RANGES = {"short_term": 1, "medium_term": 7, "long_term": 30}
"""After how many days each range of the top items is counted again."""


@dataclass(frozen=True)
class Saved:
    """A song or album in somebody's library."""

    item_id: str
    added_at: str


@dataclass(frozen=True)
class PlayContext:
    """What a song was played from; the uri of a playlist may have its old form."""

    kind: str
    item_id: str
    uri: str


@dataclass(frozen=True)
class Play:
    """A song that somebody played."""

    song_id: str
    moment: dt.datetime
    context: PlayContext | None

    @property
    def played_at(self) -> str:
        """Return the moment as Spotify writes it, with milliseconds."""
        return f"{self.moment:%Y-%m-%dT%H:%M:%S}.{self.moment.microsecond // 1000:03}Z"

    @property
    def milliseconds(self) -> int:
        """Return the moment as a cursor."""
        return (self.moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


@dataclass(frozen=True)
class Day:
    """Everything that is served on one day."""

    seed: int
    date: dt.date

    @property
    def catalogue(self) -> Catalogue:
        """Return the artists, albums and songs that are known."""
        return catalogue_on(self.seed, self.date)

    @cached_property
    def scores(self) -> dict[str, int]:
        """Return how well each song does, by its id; a point of popularity is worth thousands."""
        return {
            song.song_id: score(self.seed, song, album, self.date)
            for album in self.catalogue.albums.values()
            for song in album.songs
        }

    @cached_property
    def chart(self) -> tuple[str, ...]:
        """Return the ids of the best songs, the first at the top."""
        return tuple(sorted(self.scores, key=lambda song_id: (-self.scores[song_id], song_id))[:CHART_SIZE])

    @cached_property
    def playlists(self) -> dict[str, Playlist]:
        """Return every playlist by its id."""
        playlists_of_day = [make_playlist(self.seed, plan, self.date, self.chart) for plan in PLANS]
        own = replace(make_playlist(self.seed, SPOTIFYS, self.date, self.chart), playlist_id=SPOTIFYS_ID)
        return {playlist.playlist_id: playlist for playlist in (*playlists_of_day, own)}

    def playlist(self, key: str) -> Playlist:
        """Return a playlist by its key in PLANS."""
        return self.playlists[playlist_id_of(self.seed, key)]

    def playlists_of(self, account_id: str) -> list[Playlist]:
        """Return somebody's playlists."""
        return [playlist for playlist in self.playlists.values() if playlist.is_listed_for(account_id)]

    def popularity(self, song_id: str) -> int:
        """Return a song's popularity, 0 to 100."""
        return max(0, min(100, self.scores[song_id] // 1000))

    def album_popularity(self, album_id: str) -> int:
        """Return an album's popularity: a little less than its best song's."""
        return max(0, max(self.popularity(song.song_id) for song in self.catalogue.albums[album_id].songs) - 4)

    def artist_popularity(self, artist_id: str) -> int:
        """Return an artist's popularity: a little less than the best song's, 0 without any."""
        songs = self.catalogue.songs_by_artist[artist_id]
        return max([0, *(self.popularity(song.song_id) - 2 for song in songs)])

    def followers(self, artist_id: str) -> int:
        """Return an artist's followers, more every day."""
        growth = 1 + number_from(f"{self.seed} growth {artist_id}", 90)
        days = max(0, self.date.toordinal() - FOLLOWERS_SINCE.toordinal())
        return 1_000 + number_from(f"{self.seed} followers {artist_id}", 90_000) + growth * days

    def saved_tracks(self, account_id: str, at_least: int = 0) -> tuple[Saved, ...]:
        """Return somebody's saved songs, the one saved last first; repeated where more of them are wanted."""
        saved = saved_tracks(self.seed, self.date, account_id)
        return saved if at_least <= len(saved) else repeat_saved(self.seed, self.date, account_id, at_least)

    def saved_albums(self, account_id: str) -> tuple[Saved, ...]:
        """Return somebody's saved albums, the one saved last first: a new release joins every Saturday."""
        first = rank(self.seed, f"{account_id} saved", (album.album_id for album in first_albums(self.seed)))
        old = [Saved(album_id, days_before(5 * n + 1)) for n, album_id in enumerate(first[:SAVED_ALBUMS])]
        new = [
            Saved(album.album_id, f"{released_on + dt.timedelta(days=1)}T09:00:00Z")
            for album in self.catalogue.albums.values()
            if (released_on := album.released_on) and album.kind == "album" and released_on < self.date
        ]
        return (*reversed(new), *old)

    def followed(self, account_id: str) -> tuple[str, ...]:
        """Return the ids of the artists somebody follows; one more every ten days."""
        more = max(0, (self.date - FIRST_RELEASE).days // 10)
        artists = rank(self.seed, f"{account_id} follows", self.catalogue.artists)
        return tuple(artists[: FOLLOWED + more])

    def top_tracks(self, account_id: str, time_range: str = "medium_term") -> tuple[str, ...]:
        """Return the ids of somebody's top songs."""
        period = self.date.toordinal() // TIME_RANGES[time_range]
        counted_on = dt.date.fromordinal(period * TIME_RANGES[time_range])
        songs = top_choice(self.seed, account_id, counted_on)
        return rank(self.seed, f"{account_id} top {time_range} {period}", songs)[:TOP]

    def top_artists(self, account_id: str, time_range: str = "medium_term") -> tuple[str, ...]:
        """Return the ids of somebody's top artists: those of the top songs."""
        songs = self.catalogue.songs
        tracks = self.top_tracks(account_id, time_range)
        return tuple(dict.fromkeys(artist_id for song_id in tracks for artist_id in songs[song_id].artist_ids))

    def plays(self, account_id: str) -> tuple[Play, ...]:
        """Return somebody's last fifty plays up to the evening of the day, newest first."""
        return all_plays(self.seed, self.date, account_id)[:PLAYS_KEPT]


@dataclass(frozen=True)
class World:
    """A made-up world; the same seed is the same world."""

    seed: int = 7

    def day(self, date: dt.date) -> Day:
        """Return what is served on a day."""
        return known_day(self.seed, date)


@lru_cache(maxsize=64)
def known_day(seed: int, date: dt.date) -> Day:
    """Return a day, worked out once."""
    return Day(seed, date)


def rank(seed: int, purpose: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids in an order that depends on seed and purpose."""
    return tuple(sorted(ids, key=lambda item_id: number_from(f"{seed} {purpose} {item_id}", 2**60)))


def days_before(days: int) -> str:
    """Return a moment so many days before anything new comes out."""
    return f"{FIRST_RELEASE - dt.timedelta(days=days)}T21:30:00Z"


def score(seed: int, song: Song, album: Album, day: dt.date) -> int:
    """Return how well a song does: its worth, a drift from week to week, a daily jolt, and being new."""
    key = f"{seed} score {song.song_id}"
    week, weekday = divmod(day.toordinal(), 7)
    before, after = (number_from(f"{key} {w}", 25_000) for w in (week, week + 1))
    drift = before + (after - before) * weekday // 7
    age = (day - album.released_on).days if album.released_on else 99
    push = 30_000 * max(0, 30 - age) // 30 * min(5, age + 2) // 5
    return number_from(key, 58_000) + drift + number_from(f"{key} {day}", 1_500) + push


@lru_cache(maxsize=64)
def saved_tracks(seed: int, day: dt.date, account_id: str) -> tuple[Saved, ...]:
    """Return saved songs: the first ones, and on every other day or so one of the day's releases."""
    purpose = f"{account_id} saved"
    first = rank(seed, purpose, (song.song_id for album in first_albums(seed) for song in album.songs))
    old = [Saved(song_id, days_before(2 * n + 1)) for n, song_id in enumerate(first[:SAVED_TRACKS])]
    new = [
        Saved(album.songs[0].song_id, f"{album.released_on}T08:{number_from(album.album_id, 60):02}:00Z")
        for album in catalogue_on(seed, day).albums.values()
        if album.released_on and album.kind == "single" and number_from(f"{purpose} {album.album_id}", 2)
    ]
    return (*reversed(new), *old)


@lru_cache(maxsize=2)
def repeat_saved(seed: int, day: dt.date, account_id: str, count: int) -> tuple[Saved, ...]:
    """Return a library of any size: the saved songs, then all songs again and again, an hour apart."""
    saved, songs = saved_tracks(seed, day, account_id), list(catalogue_on(seed, day).songs)
    start = dt.datetime.fromisoformat(saved[-1].added_at)
    more = (
        Saved(songs[n % len(songs)], f"{start - dt.timedelta(hours=n + 1):%Y-%m-%dT%H:%M:%SZ}")
        for n in range(count - len(saved))
    )
    return (*saved, *more)


def favourites(seed: int, account_id: str, day: dt.date) -> list[str]:
    """Return the songs somebody plays: thirty saved long ago, and what came out in the last ten days."""
    first = rank(seed, f"{account_id} saved", (song.song_id for album in first_albums(seed) for song in album.songs))
    new = [
        song.song_id
        for album in catalogue_on(seed, day).albums.values()
        if album.released_on and (day - album.released_on).days < 10
        for song in album.songs
    ]
    return [*first[:30], *new]


def top_choice(seed: int, account_id: str, day: dt.date) -> list[str]:
    """Return the songs that can be among somebody's top ones."""
    saved = [saved.item_id for saved in saved_tracks(seed, day, account_id)]
    return list(dict.fromkeys([*saved[-TOP:], *favourites(seed, account_id, day)]))


@lru_cache(maxsize=64)
def all_plays(seed: int, day: dt.date, account_id: str) -> tuple[Play, ...]:
    """Return at least fifty plays up to a day, newest first."""
    days = PLAYS_KEPT // PLAYS_PER_DAY[0] + 1
    dates = reversed(days_from_to(day - dt.timedelta(days=days), day))
    return tuple(play for date in dates for play in make_plays(seed, date, account_id))


@lru_cache(maxsize=512)
def make_plays(seed: int, day: dt.date, account_id: str) -> tuple[Play, ...]:
    """Return the plays of a day between seven and twenty o'clock, newest first."""
    key = f"{seed} {account_id} played {day}"
    fewest, most = PLAYS_PER_DAY
    songs = favourites(seed, account_id, day)
    start = dt.datetime.combine(day, dt.time(7), dt.UTC)
    offsets = {number_from(f"{key} {n}", 13 * 3_600_000) for n in range(fewest + number_from(key, most - fewest))}
    return tuple(
        Play(
            pick(f"{key} {offset}", songs),
            start + dt.timedelta(milliseconds=offset),
            make_context(seed, account_id, pick(f"{key} {offset}", songs), offset, day),
        )
        for offset in sorted(offsets, reverse=True)
    )


def make_context(seed: int, account_id: str, song_id: str, chance: int, day: dt.date) -> PlayContext | None:
    """Return where a song was played from: nowhere, an album, an artist, a playlist, one by its old uri."""
    song = catalogue_on(seed, day).songs[song_id]
    playlist_id = playlist_id_of(seed, PLANS[0].key)
    choices = (
        None,
        PlayContext("album", song.album_id, f"spotify:album:{song.album_id}"),
        PlayContext("artist", song.artist_ids[0], f"spotify:artist:{song.artist_ids[0]}"),
        PlayContext("playlist", playlist_id, f"spotify:playlist:{playlist_id}"),
        PlayContext("playlist", playlist_id, f"spotify:user:{account_id}:playlist:{playlist_id}"),
    )
    return choices[chance % len(choices)]
