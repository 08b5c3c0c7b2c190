"""Spotify's objects, drawn from the made-up world with every field; `regimes` cuts what an app is not given."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from lakehouse.simulator.accounts import OWNER_NAMES, Account
from lakehouse.simulator.catalogue import Album, Song
from lakehouse.simulator.digits import base62_id, number_from
from lakehouse.simulator.playlists import LOCAL_FILES, Entry, Playlist
from lakehouse.simulator.regimes import Json
from lakehouse.simulator.words import MARKETS
from lakehouse.simulator.world import Day, Play, PlayContext

API = "https://api.spotify.com/v1"
WEB = "https://open.spotify.com"
SHOW = "The Attic Hour (Made Up)"
NOTHING: Json = {"external_urls": {}, "href": None, "id": None}


def identity(kind: str, item_id: str) -> Json:
    """Return what identifies any object, without its name."""
    return {
        "external_urls": {"spotify": f"{WEB}/{kind}/{item_id}"},
        "href": f"{API}/{kind}s/{item_id}",
        "id": item_id,
        "type": kind,
        "uri": f"spotify:{kind}:{item_id}",
    }


def images(key: str, sizes: Sequence[int | None]) -> list[Json]:
    """Return pictures at a domain that is reserved for examples."""
    return [
        {"url": f"https://images.example/{number_from(f'{key} {size}', 16**10):010x}", "height": size, "width": size}
        for size in sizes
    ]


@dataclass(frozen=True)
class Shapes:
    """Draws the objects of one day, for one market or for none."""

    day: Day
    market: str | None = None

    def simple_artist(self, artist_id: str) -> Json:
        """Return an artist as credited on songs and albums."""
        return {**identity("artist", artist_id), "name": self.day.catalogue.artists[artist_id].name}

    def artist(self, artist_id: str) -> Json:
        """Return an artist in full; some have no pictures."""
        return {
            **self.simple_artist(artist_id),
            "followers": {"href": None, "total": self.day.followers(artist_id)},
            "genres": list(self.day.catalogue.artists[artist_id].genres),
            "images": images(artist_id, (640, 320, 160)[: number_from(artist_id, 8)]),
            "popularity": self.day.artist_popularity(artist_id),
        }

    def simple_album(self, album_id: str) -> Json:
        """Return an album as it appears inside a song or a list."""
        album = self.day.catalogue.albums[album_id]
        return {
            **identity("album", album_id),
            "album_type": album.kind,
            "artists": [self.simple_artist(artist_id) for artist_id in album.artist_ids],
            **self.availability(markets_of(album)),
            "images": images(album_id, (None,) if number_from(album_id, 9) == 0 else (640, 300, 64)),
            "name": album.name,
            "release_date": album.release_date,
            "release_date_precision": album.precision,
            "total_tracks": len(album.songs),
        }

    def album_of(self, artist_id: str, album_id: str) -> Json:
        """Return an album as it appears in an artist's list."""
        return {**self.simple_album(album_id), "album_group": group_of(self.day.catalogue.albums[album_id], artist_id)}

    def album(self, album_id: str, tracks: Json) -> Json:
        """Return an album in full around its page of songs."""
        album = self.day.catalogue.albums[album_id]
        return {
            **self.simple_album(album_id),
            "copyrights": [{"text": f"{sign} {album.label}", "type": kind} for sign, kind in (("©", "C"), ("℗", "P"))],
            "external_ids": {"upc": album.upc},
            "genres": [],
            "label": album.label,
            "popularity": self.day.album_popularity(album_id),
            "tracks": tracks,
        }

    def availability(self, markets: Sequence[str]) -> Json:
        """Return where something may be played, or with a market whether it may be played there."""
        if self.market is None:
            return {"available_markets": list(markets)}
        return {"is_playable": self.market in markets}

    def simple_track(self, song_id: str) -> Json:
        """Return a song as it appears inside an album; with a market, the song that the market gets instead."""
        asked = self.day.catalogue.songs[song_id]
        is_relinked = self.market is not None and asked.relinked_to is not None
        song = self.day.catalogue.songs[asked.relinked_to] if is_relinked and asked.relinked_to else asked
        return {
            **identity("track", song.song_id),
            "artists": [self.simple_artist(artist_id) for artist_id in song.artist_ids],
            **{"disc_number": song.disc, "duration_ms": song.duration_ms, "explicit": song.is_explicit},
            **{"is_local": False, "name": song.name, "preview_url": None, "track_number": song.number},
            **self.track_availability(song),
            **({"linked_from": identity("track", asked.song_id)} if is_relinked else {}),
        }

    def track_availability(self, song: Song) -> Json:
        """Return where a song may be played; for songs nobody may play, and those not in the market, why not."""
        available = self.availability(() if song.restriction == "market" else song.markets)
        reason = song.restriction or ("market" if available.get("is_playable") is False else None)
        return {**available, "is_playable": False, "restrictions": {"reason": reason}} if reason else available

    def track(self, song_id: str) -> Json:
        """Return a song in full."""
        simple = self.simple_track(song_id)
        song = self.day.catalogue.songs[simple["id"]]
        return {
            **simple,
            "album": self.simple_album(song.album_id),
            "external_ids": {"isrc": song.isrc},
            "popularity": self.day.popularity(song.song_id),
        }

    def nameless_track(self, song_id: str) -> Json:
        """Return what is left of a song that was taken down: no id, no name."""
        return {**self.track(song_id), **NOTHING, "name": "", "uri": None}

    def episode(self, title: str) -> Json:
        """Return an episode: it has `show` where a song has album and artists."""
        return {
            **identity("episode", base62_id(f"{self.day.seed} episode {title}")),
            **{"name": title, "description": "A made-up episode.", "html_description": "<p>A made-up episode.</p>"},
            **{"duration_ms": 1_800_000 + number_from(title, 10**6), "explicit": False, "audio_preview_url": None},
            **{"images": images(title, (640,)), "is_externally_hosted": False, "is_playable": True},
            **{"language": "en", "languages": ["en"], "release_date": "2026-10-20", "release_date_precision": "day"},
            "resume_point": {"fully_played": False, "resume_position_ms": 0},
            "show": self.show(),
        }

    def show(self) -> Json:
        """Return the one show of the made-up world."""
        return {
            **identity("show", base62_id(f"{self.day.seed} show")),
            **{"name": SHOW, "description": "Noises, explained.", "html_description": None, "media_type": "audio"},
            **{"available_markets": list(MARKETS), "publisher": "Attic Hour", "copyrights": [], "images": []},
            **{"explicit": False, "is_externally_hosted": False, "languages": ["en"], "total_episodes": 12},
        }

    def entry(self, entry: Entry, keys: Sequence[str]) -> Json | None:
        """Return a playlist's entry, its object under each of the keys."""
        if entry.kind == "gap":
            return None
        inner = self.entry_object(entry)
        return {
            "added_at": entry.added_at,
            "added_by": None if entry.added_by is None else identity("user", entry.added_by),
            "is_local": entry.kind == "local",
            "primary_color": None,
            **dict.fromkeys(keys, inner),
            "video_thumbnail": {"url": None},
        }

    def entry_object(self, entry: Entry) -> Json | None:
        """Return what an entry holds: a song, an episode, a local file or nothing."""
        if entry.kind == "nothing":
            return None
        if entry.kind == "episode":
            return {**self.episode(entry.key), "track": False, "episode": True}
        if entry.kind == "local":
            return {**local_track(entry.key), "track": True, "episode": False}
        inner = self.nameless_track(entry.key) if entry.kind == "nameless" else self.track(entry.key)
        return {**inner, "track": True, "episode": False}

    def play(self, play: Play) -> Json:
        """Return a play."""
        return {
            "track": self.track(play.song_id),
            "played_at": play.played_at,
            "context": play.context and context(play.context),
        }


def markets_of(album: Album) -> tuple[str, ...]:
    """Return where an album is sold: where its first song is."""
    return album.songs[0].markets


def group_of(album: Album, artist_id: str) -> str:
    """Return how an album belongs to an artist."""
    return album.kind if artist_id in album.artist_ids else "appears_on"


def context(play_context: PlayContext) -> Json:
    """Return what a song was played from: an object without id and name."""
    return {
        name: identity(play_context.kind, play_context.item_id)[name] for name in ("external_urls", "href", "type")
    } | {"uri": play_context.uri}


def local_track(title: str) -> Json:
    """Return a file from somebody's own disk, dressed as a song: no ids, half the album's fields null."""
    artist, album, _, seconds = next(file for file in LOCAL_FILES if file[2] == title)
    uri = ":".join(quote_plus(part) for part in (artist, album, title))
    return {
        **NOTHING,
        "album": {
            **{**NOTHING, "type": "album", "uri": None, "name": album, "artists": [], "images": []},
            **{"album_type": None, "release_date": None, "release_date_precision": None, "available_markets": []},
        },
        "artists": [{**NOTHING, "name": artist, "type": "artist", "uri": None}],
        **{"available_markets": [], "popularity": 0, "external_ids": {}, "preview_url": None, "explicit": False},
        **{"disc_number": 0, "track_number": 0, "duration_ms": seconds * 1000, "is_local": True},
        **{"name": title, "type": "track", "uri": f"spotify:local:{uri}:{seconds}"},
    }


def playlist_summary(playlist: Playlist) -> Json:
    """Return a playlist without its entries."""
    plan = playlist.plan
    return {
        **identity("playlist", playlist.playlist_id),
        **{"collaborative": plan.is_collaborative, "public": plan.is_public, "name": plan.name},
        "description": "" if plan.size == 0 else "Made up.",
        "images": images(plan.key, (None,) if plan.size else ()),
        "owner": {**identity("user", plan.owner), "display_name": OWNER_NAMES[plan.owner]},
        "primary_color": None,
        "snapshot_id": playlist.snapshot_id,
    }


def account_object(account: Account) -> Json:
    """Return a listener as /me shows it."""
    return {
        **identity("user", account.account_id),
        "account_id": base62_id(f"account {account.account_id}"),
        "display_name": account.name,
        "images": images(account.account_id, (300, 64)),
        **{"country": account.country, "email": account.email, "product": account.product},
        "explicit_content": {"filter_enabled": False, "filter_locked": False},
        "followers": {"href": None, "total": number_from(account.account_id, 90)},
    }
