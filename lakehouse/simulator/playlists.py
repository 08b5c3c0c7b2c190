"""The playlists of the made-up world, and how edits change them: what is in one is a function of seed and day."""

import datetime as dt
import hashlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lakehouse.simulator.accounts import FIRST, RADIO_DESK, SECOND, SPOTIFY
from lakehouse.simulator.catalogue import FIRST_RELEASE, Catalogue, catalogue_on, first_albums
from lakehouse.simulator.digits import base62_id, number_from, pick

EntryKind = Literal["song", "episode", "local", "nothing", "nameless", "gap"]
PlaylistKind = Literal["songs", "chart", "traps", "old"]

EPISODES = ("The Hum Under the Stairs", "Ein Kessel für Fräulein Null", "第三回 屋根裏の潮")
LOCAL_FILES = (("Küche & Flur", "Demo: Tapes", "Kettle in E", 187), ("", "", "aufnahme_03", 61))
"""Artist, album, title and seconds of files on a listener's own disk."""


@dataclass(frozen=True)
class Entry:
    """One line of a playlist: a song's id, an episode's title or a local file's title in `key`.

    A `nothing` has a null object, a `nameless` an object without id (`key` is its song), a `gap` is null itself.
    """

    kind: EntryKind
    key: str
    added_at: str | None
    added_by: str | None


@dataclass(frozen=True)
class PlaylistPlan:
    """What a playlist is from the start; it is edited every so many days, with 0 never."""

    key: str
    name: str
    owner: str
    size: int
    every: int
    kind: PlaylistKind = "songs"
    is_public: bool = True
    is_collaborative: bool = False
    seen_by: tuple[str, ...] = ()
    unserved: int = 0


PLANS: tuple[PlaylistPlan, ...] = (
    PlaylistPlan("chart", "Fifty of the Day 📈", FIRST, 50, 1, kind="chart", seen_by=(SECOND,)),
    PlaylistPlan("kitchen", "kitchen, 23:59", FIRST, 64, 4, kind="traps", is_public=False, unserved=2),
    PlaylistPlan("attic", "Усе потроху, slowly", FIRST, 130, 9),
    PlaylistPlan("still", "Summer 1981 (do not touch)", FIRST, 12, 0),
    PlaylistPlan("empty", "(nothing yet)", FIRST, 0, 0, is_public=False),
    PlaylistPlan("shared", "ボート旅行 🚣", SECOND, 24, 3, is_public=False, is_collaborative=True, seen_by=(FIRST,)),
    PlaylistPlan("foreign", "Oar Songs", SECOND, 40, 2, seen_by=(FIRST,)),
    PlaylistPlan("drafts", "drafts", SECOND, 30, 7, is_public=False),
    PlaylistPlan("old", "Since Always", RADIO_DESK, 55, 0, kind="old", seen_by=(FIRST, SECOND)),
)

SPOTIFYS = PlaylistPlan("spotifys", "Fifty of the World", SPOTIFY, 50, 1, kind="chart")
SPOTIFYS_ID = "37i9dQZEVXbMDoHDwVN2tF"
"""Spotify's own chart is in nobody's list of playlists; only extended apps can read it."""


@dataclass(frozen=True)
class Playlist:
    """A playlist on one day."""

    plan: PlaylistPlan
    playlist_id: str
    entries: tuple[Entry, ...]

    @property
    def snapshot_id(self) -> str:
        """Return what changes when, and only when, the entries do."""
        return b64encode(hashlib.sha256(repr(self.entries).encode()).digest()[:18]).decode()

    @property
    def total(self) -> int:
        """Return what the server announces; some playlists announce more than they serve."""
        return len(self.entries) + self.plan.unserved

    @property
    def song_ids(self) -> list[str]:
        """Return the ids of the songs in it, in order, repeated ones repeated."""
        return [entry.key for entry in self.entries if entry.kind == "song"]

    def is_open_to(self, account_id: str | None) -> bool:
        """Return whether somebody reads the entries also in restricted mode: the owner, a collaborator."""
        is_collaborator = self.plan.is_collaborative and account_id in self.plan.seen_by
        return account_id == self.plan.owner or is_collaborator

    def is_listed_for(self, account_id: str) -> bool:
        """Return whether it is among somebody's playlists: own, shared or followed."""
        return account_id == self.plan.owner or account_id in self.plan.seen_by

    def is_visible_to(self, account_id: str | None) -> bool:
        """Return whether somebody may know of it at all."""
        return self.plan.is_public or self.is_open_to(account_id)


def playlist_id_of(seed: int, key: str) -> str:
    """Return the id of a planned playlist."""
    return base62_id(f"{seed} playlist {key}")


def make_playlist(seed: int, plan: PlaylistPlan, day: dt.date, chart: Sequence[str]) -> Playlist:
    """Return a playlist as it is on a day; the day's chart is given."""
    if plan.kind == "chart":
        entries = [Entry("song", song_id, f"{day}T05:00:00Z", plan.owner) for song_id in chart]
    else:
        entries = edit_until(seed, plan, day, first_entries(seed, plan))
    return Playlist(plan, playlist_id_of(seed, plan.key), tuple(entries))


def first_entries(seed: int, plan: PlaylistPlan) -> list[Entry]:
    """Return what a playlist holds before its first edit."""
    songs = sorted(
        (song.song_id for album in first_albums(seed) for song in album.songs),
        key=lambda song_id: number_from(f"{seed} {plan.key} {song_id}", 2**60),
    )[: plan.size]
    if plan.kind == "old":
        return [Entry("song", song_id, "1970-01-01T00:00:00Z", "") for song_id in songs]
    start = dt.datetime.combine(FIRST_RELEASE, dt.time(7, 12)) - dt.timedelta(days=3 * plan.size)
    added = [start + dt.timedelta(days=3 * n, seconds=n) for n in range(plan.size)]
    entries = [
        Entry("song", song_id, f"{moment:%Y-%m-%dT%H:%M:%SZ}", plan.owner)
        for song_id, moment in zip(songs, added, strict=True)
    ]
    return set_traps(seed, entries) if plan.kind == "traps" else entries


def set_traps(seed: int, entries: list[Entry]) -> list[Entry]:
    """Return the entries with everything in between that is not simply a song."""
    special = trap_songs(seed)
    traps: dict[int, Entry] = {
        0: replace(entries[0], added_at=None, added_by=None),
        2: replace(entries[2], kind="local", key=LOCAL_FILES[0][2]),
        4: replace(entries[4], kind="episode", key=EPISODES[0]),
        6: replace(entries[6], kind="nothing", key=""),
        8: replace(entries[8], key=special["relinked"]),
        10: replace(entries[10], key=special["market"]),
        11: replace(entries[11], key=special["product"]),
        12: replace(entries[12], key=special["explicit"]),
        14: replace(entries[14], key=entries[13].key),
        16: replace(entries[16], kind="nameless"),
        18: replace(entries[18], kind="gap", key="", added_at=None, added_by=None),
        20: replace(entries[20], kind="local", key=LOCAL_FILES[1][2]),
        55: replace(entries[55], kind="episode", key=EPISODES[2]),
        60: replace(entries[60], key=entries[5].key),
        **{30 + n: replace(entries[30 + n], key=song_id) for n, song_id in enumerate(odd_songs(seed))},
    }
    return [traps.get(position, entry) for position, entry in enumerate(entries)]


def trap_songs(seed: int) -> dict[str, str]:
    """Return a song that is relinked, and one that is unplayable for each reason."""
    songs = [song for album in first_albums(seed) for song in album.songs]
    traps = {song.restriction: song.song_id for song in songs if song.restriction}
    traps["relinked"] = next(song.song_id for song in songs if song.relinked_to)
    return {str(reason): song_id for reason, song_id in traps.items()}


def odd_songs(seed: int) -> list[str]:
    """Return songs of the albums whose dates and names surprise, and of the one with many songs."""
    albums = first_albums(seed)
    big = max(albums, key=lambda album: len(album.songs))
    return [album.songs[0].song_id for album in albums[:5]] + [song.song_id for song in big.songs[:3]]


def edit_until(seed: int, plan: PlaylistPlan, day: dt.date, entries: list[Entry]) -> list[Entry]:
    """Return the entries after all edits up to the day, inclusive."""
    edits = (day - FIRST_RELEASE).days // plan.every if plan.every and day > FIRST_RELEASE else 0
    for number in range(1, edits + 1):
        edited_on = FIRST_RELEASE + dt.timedelta(days=number * plan.every)
        entries = edit_once(f"{seed} {plan.key} edit {number}", plan, edited_on, entries, catalogue_on(seed, day))
    return entries


def edit_once(key: str, plan: PlaylistPlan, day: dt.date, entries: list[Entry], catalogue: Catalogue) -> list[Entry]:
    """Return the entries with a song added at the end; two edits of three remove one, the third moves one up."""
    known = [song_id for album in catalogue.albums.values() if (album.released_on or day) <= day
             for song_id in (song.song_id for song in album.songs)]  # fmt: skip
    added_at = f"{day}T{6 + number_from(key, 12):02}:{number_from(f'{key} minute', 60):02}:00Z"
    position = pick(f"{key} removed", [n for n, entry in enumerate(entries) if entry.kind == "song"])
    rest = entries[:position] + entries[position + 1 :]
    moved = [] if number_from(f"{key} kind", 3) else [entries[position]]
    return [*moved, *rest, Entry("song", pick(f"{key} added", known[-40:] + known), added_at, plan.owner)]
