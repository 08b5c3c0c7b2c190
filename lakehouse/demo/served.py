"""What the tables must hold, worked out from what the simulator says it served, without any code of the load job."""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from glue_jobs.tables import ALBUM, ARTIST, LISTING, PLAY, SONG, Table
from lakehouse.output import to_iso
from lakehouse.simulator.accounts import FIRST
from lakehouse.simulator.objects import Shapes, playlist_summary
from lakehouse.simulator.playlists import Entry, Playlist
from lakehouse.simulator.regimes import Json, Regime, cut_fields
from lakehouse.simulator.world import TIME_RANGES, Day, Play, World

COMPARED = (SONG, ALBUM, ARTIST, LISTING, PLAY)
NOT_KNOWN = "seen_at"
"""The one column the simulator cannot know: when its answer was taken."""

CONTEXT = re.compile(r"spotify:(?:user:[^:]*:)?(?P<kind>[a-z]+):(?P<id>[^:]+)")
Row = dict[str, Any]


@dataclass(frozen=True)
class Served:
    """A day that was served to an app of some regime, and the raw object its answers landed in."""

    date: dt.date
    regime: Regime
    raw_key: str


@dataclass(frozen=True)
class Comparison:
    """How many rows a table has, how many it must have, and those that are not in both, as JSON."""

    table: str
    rows: int
    served: int
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Return whether each row is there, with each of its values, and no other."""
        return not self.missing and not self.unexpected


def columns_of(table: Table) -> list[str]:
    """Return the columns that are compared."""
    return [name for name in table.column_names if name != NOT_KNOWN]


def compare_rows(table: Table, rows: Iterable[Row], served: Iterable[Row]) -> Comparison:
    """Compare a table's rows with those that must be there."""
    present, wanted = (Counter(_as_text(row, table) for row in side) for side in (rows, served))
    missing, unexpected = list((wanted - present).elements()), list((present - wanted).elements())
    return Comparison(table.name, present.total(), wanted.total(), missing, unexpected)


def _as_text(row: Row, table: Table) -> str:
    known = {name: row[name] for name in columns_of(table)}
    if known.get("source_kind", "playlist") != "playlist":
        # Spotify names no version of these; the extractor makes one.
        del known["snapshot_id"]
    return json.dumps(known, default=to_iso, ensure_ascii=False)


def served_rows(world: World, days: Sequence[Served], account: str = FIRST) -> dict[str, list[Row]]:
    """Return the rows of each table after the account's own sources were read on these days."""
    rows: dict[str, list[Row]] = {table.name: [] for table in COMPARED}
    plays: dict[tuple[str, str], Row] = {}
    for served in sorted(days, key=lambda served: served.date):
        day = world.day(served.date)
        origin = {"extraction_date": served.date, "raw_key": served.raw_key}
        tracks = [cut_fields(served.regime, Shapes(day).track(song_id)) for song_id in sorted(_songs_of(day, account))]
        rows["song"] += [_song(track) | origin for track in tracks]
        rows["album"] += [_album(album) | origin for album in _each_once(track["album"] for track in tracks)]
        rows["artist"] += [_artist(artist) | origin for artist in _artists_of(day, account, served.regime, tracks)]
        rows["listing"] += [listing | origin for listing in _listings_of(day, account)]
        # The newest sighting of a play stays.
        plays |= {(play.played_at, play.song_id): _play(play, account, served, day) for play in day.plays(account)}
    return rows | {"play": list(plays.values())}


def _own_playlists(day: Day, account: str) -> list[Playlist]:
    return [playlist for playlist in day.playlists_of(account) if playlist.is_open_to(account)]


def _songs_of(day: Day, account: str) -> set[str]:
    """Return the songs that occur in any of the account's sources."""
    ids = {song_id for playlist in _own_playlists(day, account) for song_id in playlist.song_ids}
    ids |= {saved.item_id for saved in day.saved_tracks(account)} | {play.song_id for play in day.plays(account)}
    return ids | {song_id for time_range in TIME_RANGES for song_id in day.top_tracks(account, time_range)}


def _artists_of(day: Day, account: str, regime: Regime, tracks: Iterable[Json]) -> list[Json]:
    """Return each artist once: whole where it is one of the top artists, else as songs and albums credit it."""
    top = {artist_id for time_range in TIME_RANGES for artist_id in day.top_artists(account, time_range)}
    whole = [cut_fields(regime, Shapes(day).artist(artist_id)) for artist_id in sorted(top)]
    credited = (artist for track in tracks for artist in (*track["artists"], *track["album"]["artists"]))
    return _each_once([*whole, *credited])


def _each_once(documents: Iterable[Json]) -> list[Json]:
    """Return the first document of each id."""
    by_id: dict[str, Json] = {}
    for document in documents:
        by_id.setdefault(document["id"], document)
    return list(by_id.values())


def _song(track: Json) -> Row:
    return {
        "song_id": track["id"],
        "name": track["name"],
        "album_id": track["album"]["id"],
        **_credits(track),
        "disc_number": track["disc_number"],
        "track_number": track["track_number"],
        "duration_ms": track["duration_ms"],
        "is_explicit": track["explicit"],
        "isrc": track["external_ids"]["isrc"],
        "popularity": track.get("popularity"),
        "is_playable": track.get("is_playable"),
        "linked_from_id": None,
        "url": _url(track),
    }


def _album(album: Json) -> Row:
    return {
        "album_id": album["id"],
        "name": album["name"],
        "album_type": album["album_type"],
        "release_date_text": album["release_date"],
        "release_date_precision": album["release_date_precision"],
        "release_date": _first_day(album["release_date"]),
        "total_tracks": album["total_tracks"],
        **_credits(album),
        **dict.fromkeys(("label", "upc", "popularity")),
        "image_url": _image(album),
        "url": _url(album),
    }


def _artist(artist: Json) -> Row:
    return {
        "artist_id": artist["id"],
        "name": artist["name"],
        "genres": artist.get("genres"),
        "followers": artist["followers"]["total"] if "followers" in artist else None,
        "popularity": artist.get("popularity"),
        "image_url": _image(artist),
        "url": _url(artist),
    }


def _credits(document: Json) -> Row:
    ids = [artist["id"] for artist in document["artists"]]
    return {"artist_id": ids[0], "artist_ids": ids}


def _url(document: Json) -> str:
    return str(document["external_urls"]["spotify"])


def _image(document: Json) -> str | None:
    return next((image["url"] for image in document.get("images", [])), None)


def _first_day(text: str | None) -> dt.date | None:
    """Return the first day of a year, a month or a day; the year 0000 is none."""
    return None if text in (None, "0000") else dt.date.fromisoformat(f"{text}-01-01"[:10])


def _play(play: Play, account: str, served: Served, day: Day) -> Row:
    track = Shapes(day).track(play.song_id)
    context = CONTEXT.fullmatch(play.context.uri) if play.context else None
    moment = play.moment.replace(microsecond=play.moment.microsecond // 1000 * 1000)
    return {
        "account": account,
        "played_at": moment,
        "song_id": play.song_id,
        "origin": "api",
        "ms_played": None,
        "context_type": context and context["kind"],
        "context_id": context and context["id"],
        # An empty name says nothing.
        "song_name": track["name"] or None,
        "artist_name": track["artists"][0]["name"] or None,
        "album_name": track["album"]["name"] or None,
        **dict.fromkeys(("is_skipped", "reason_start", "reason_end", "is_shuffle", "is_offline", "is_incognito")),
        "raw_key": served.raw_key,
    }


def _listings_of(day: Day, account: str) -> Iterator[Row]:
    """Yield what each source listed, in its order."""
    saved = day.saved_tracks(account)
    yield _listing(account, "saved_tracks", "saved_tracks", [("song", one.item_id, one.added_at) for one in saved])
    for time_range in TIME_RANGES:
        songs, artists = day.top_tracks(account, time_range), day.top_artists(account, time_range)
        yield _listing(account, "top_tracks", time_range, [("song", one, None) for one in songs])
        yield _listing(account, "top_artists", time_range, [("artist", one, None) for one in artists])
    for playlist in _own_playlists(day, account):
        summary = playlist_summary(playlist)
        entries = [(*_held(day, one), one.added_at) for one in playlist.entries]
        yield _listing(account, "playlist", playlist.playlist_id, entries) | {
            "name": summary["name"],
            "owner": summary["owner"]["id"],
            "snapshot_id": summary["snapshot_id"],
            "total": playlist.total,
            "url": _url(summary),
        }


def _held(day: Day, entry: Entry) -> tuple[str | None, str | None]:
    """Return kind and id of what an entry holds."""
    document = Shapes(day).entry_object(entry) if entry.kind != "gap" else None
    if document is None:
        return None, None
    if document.get("is_local"):
        return "local_file", document["uri"]
    return {"track": "song"}.get(document["type"], document["type"]), document["id"]


def _listing(account: str, kind: str, source_id: str, entries: Sequence[tuple[str | None, str | None, Any]]) -> Row:
    return {
        "account": account,
        "source_kind": kind,
        "source_id": source_id,
        **dict.fromkeys(("name", "owner", "snapshot_id", "url")),
        "status": "ok",
        "total": len(entries),
        "is_complete": True,
        "entries": [
            {
                "position": position,
                "item_kind": item_kind,
                "item_id": item_id,
                "added_at": added_at and dt.datetime.fromisoformat(added_at),
            }
            for position, (item_kind, item_id, added_at) in enumerate(entries, start=1)
            # A song without an id is rejected, and a rejected entry is in no listing.
            if item_kind != "song" or item_id is not None
        ],
    }
