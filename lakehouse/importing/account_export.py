"""The files of Spotify's account export, and of tools like it, as documents in the shapes of the Web API.

Spotify's own description: https://support.spotify.com/article/understanding-my-data/
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lambda_extract.raw_format import Json, JsonObject, Source
from lambda_extract.spotify import shapes

PERSONAL = re.compile(
    r"(?:Payments?|Userdata|UserData|Identifiers|Identity|UserAddress|UserPrompts|Inferences|SearchQueries|Follow|Marquee|"
    r"DuoNewFamily|FamilyPlan\w*|Messages\w*|VoiceInput\w*|CarThing|PodcastInteractivity\w*|Wrapped\d*|YourSoundCapsule|"
    r"AddressFor\w*|BusinessContact\w*|TechnicalLog\w*)\.json",
    re.IGNORECASE,
)
"""Files that hold personal data and no music."""

EXPORT_FILE = re.compile(
    r"(?:Streaming_?History_?\w*|endsong_\d+|YourLibrary\d*|Playlist\d+)[\w-]*\.json(?:\.gz)?", re.IGNORECASE
)
"""Files of the export that hold music, which are the account's own."""

PRIVATE_NAMES = """
username conn_country ip_addr ip_addr_decrypted user_agent user_agent_decrypted city region metro_code
longitude latitude platform
"""
PRIVATE = frozenset(PRIVATE_NAMES.split())
"""What a play says of the listener's address, country and device: not landed unless asked for."""


@dataclass(frozen=True)
class Exported:
    """A document made of a part of an export, with the list it is."""

    path: str
    value: JsonObject
    source: Source
    name: str | None = None


@dataclass
class Translation:
    """What an export's file gives, and what of it was left out by name."""

    documents: list[Exported] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def is_personal(name: str) -> bool:
    """Return whether a file of this name holds personal data and no music."""
    return PERSONAL.fullmatch(name) is not None


def is_export(name: str) -> bool:
    """Return whether a file of this name is of the account's own export."""
    return EXPORT_FILE.fullmatch(name) is not None


def translate(value: Json) -> Translation | None:
    """Return an export's file as documents; None where it is another file."""
    if not shapes.is_object(value):
        return None
    if _is_library(value):
        return _translate_library(value)
    playlists = value.get("playlists")
    if not isinstance(playlists, list) or not playlists:
        return None
    if all(map(_is_exported_playlist, playlists)):
        return Translation(list(_name_playlists(playlists, _exported_entries, "items")))
    if all(map(_is_slice_playlist, playlists)):
        return Translation(list(_name_playlists(playlists, _slice_entries, "tracks")))
    return None


def drop_private(plays: Sequence[Json]) -> list[Json]:
    """Return plays of the streaming history without what they say of the listener's place and device."""
    return [
        {name: part for name, part in play.items() if name not in PRIVATE} if isinstance(play, dict) else play
        for play in plays
    ]


def is_history(value: Json) -> bool:
    """Return whether a list is of plays of the streaming history."""
    first = next((one for one in value if one is not None), None) if isinstance(value, list) else None
    return shapes.is_object(first) and shapes.is_history_entry(first)


def find_username(plays: Json) -> str | None:
    """Return the user name that the plays of a history agree on."""
    names = {play.get("username") for play in plays if isinstance(play, dict)} if isinstance(plays, list) else set()
    (name,) = names if len(names) == 1 else (None,)
    return name if isinstance(name, str) and name else None


def _is_library(value: JsonObject) -> bool:
    """Tell YourLibrary.json: lists by kind whose elements say URI and names, and what is banned."""
    lists = [value.get(name) for name in ("tracks", "albums", "artists", "shows", "episodes")]
    return ("bannedTracks" in value or "bannedArtists" in value) and all(
        one is None or isinstance(one, list) for one in lists
    )


def _translate_library(value: JsonObject) -> Translation:
    makers: dict[str, tuple[str, Callable[[JsonObject], JsonObject]]] = {
        "tracks": ("saved_tracks", lambda one: {"track": _track(one, "uri", "track", "artist", "album")}),
        "albums": ("saved_albums", lambda one: {"album": _thing("album", one, "uri", "album", "artist")}),
        "shows": ("saved_shows", lambda one: {"show": _thing("show", one, "uri", "name", None)}),
        "episodes": ("saved_episodes", lambda one: {"episode": _thing("episode", one, "uri", "name", None)}),
        "artists": ("followed_artists", lambda one: _thing("artist", one, "uri", "name", None)),
    }
    found = Translation()
    for name, (kind, make) in makers.items():
        elements = value.get(name)
        if isinstance(elements, list):
            items: list[Json] = [make(one) if isinstance(one, dict) else one for one in elements]
            page: JsonObject = {"items": items, "offset": 0, "total": len(items)}
            whole: JsonObject = {"artists": page} if name == "artists" else page
            found.documents.append(Exported(f"$.{name}", whole, Source(kind, kind)))
    for name, elements in value.items():
        if name not in makers and isinstance(elements, list) and elements:
            found.left_out.append(f"{len(elements)} in {name}")
    return found


def _is_exported_playlist(value: Json) -> bool:
    """Tell a playlist of Playlist1.json: its entries say URI and names under `track`, `episode` and `localTrack`."""
    if not shapes.is_object(value) or not isinstance(value.get("items"), list) or "lastModifiedDate" not in value:
        return False
    return "id" not in value and "uri" not in value


def _is_slice_playlist(value: Json) -> bool:
    """Tell a playlist of a slice of the Million Playlist Dataset."""
    return shapes.is_object(value) and "pid" in value and isinstance(value.get("tracks"), list)


def _name_playlists(
    playlists: Sequence[Json], make_entry: Callable[[JsonObject], JsonObject], field_name: str
) -> Iterator[Exported]:
    """Yield each playlist as a list known by its name, or by its number where it has one."""
    names: dict[str, int] = {}
    for number, playlist in enumerate(playlists):
        assert isinstance(playlist, dict)
        name = str(playlist.get("name") or "")
        names[name] = names.get(name, 0) + 1
        elements = playlist[field_name]
        assert isinstance(elements, list)
        items: list[Json] = [make_entry(one) if isinstance(one, dict) else one for one in elements]
        own_id = f"playlist {playlist['pid']}" if "pid" in playlist else f"playlist {name}"
        own_id += f" ({names[name]})" if names[name] > 1 and "pid" not in playlist else ""
        page: JsonObject = {"items": items, "offset": 0, "total": len(items)}
        yield Exported(f"$.playlists[{number}]", page, Source("import", own_id), name or None)


def _exported_entries(entry: JsonObject) -> JsonObject:
    """Return an entry of an exported playlist as one of the Web API."""
    around: JsonObject = {"added_at": entry.get("addedDate")}
    track, episode, local = entry.get("track"), entry.get("episode"), entry.get("localTrack")
    audiobook = entry.get("audiobook")
    if isinstance(track, dict):
        return {**around, "track": _track(track, "trackUri", "trackName", "artistName", "albumName")}
    if isinstance(episode, dict):
        return {**around, "episode": _thing("episode", episode, "episodeUri", "episodeName", None)}
    if isinstance(local, dict):
        return {**around, "is_local": True, "track": {"type": "track", "is_local": True, "uri": local.get("uri")}}
    if isinstance(audiobook, dict):
        uri = audiobook.get("audiobookUri") or audiobook.get("uri")
        return {**around, "item": {"type": "audiobook", "uri": uri, "name": audiobook.get("audiobookName")}}
    return {**around, "track": None}


def _slice_entries(track: JsonObject) -> JsonObject:
    """Return a track of the Million Playlist Dataset as an entry of the Web API."""
    named = _track(track, "track_uri", "track_name", "artist_name", "album_name")
    artist: JsonObject = {"type": "artist", "uri": track.get("artist_uri"), "name": track.get("artist_name")}
    album: JsonObject = {"type": "album", "uri": track.get("album_uri"), "name": track.get("album_name")}
    return {"track": {**named, "duration_ms": track.get("duration_ms"), "artists": [artist], "album": album}}


def _track(given: JsonObject, uri: str, name: str, artist: str, album: str) -> JsonObject:
    return {
        "type": "track",
        "uri": given.get(uri),
        "name": given.get(name),
        "artists": [{"type": "artist", "name": given.get(artist)}],
        "album": {"type": "album", "name": given.get(album)},
    }


def _thing(kind: str, given: JsonObject, uri: str, name: str, artist: str | None) -> JsonObject:
    made: JsonObject = {"type": kind, "uri": given.get(uri), "name": given.get(name)}
    return made | ({"artists": [{"type": "artist", "name": given.get(artist)}]} if artist else {})


def read_exportify(text: str) -> JsonObject | None:
    """Return the playlist in a CSV of Exportify as a page of entries; None where the text is another CSV."""
    rows = csv.DictReader(io.StringIO(text))
    if not rows.fieldnames or not {"Track URI", "Spotify URI", "Track ID"} & set(rows.fieldnames):
        return None
    items: list[Json] = [_exportify_entry(row) for row in rows]
    return {"items": items, "offset": 0, "total": len(items)}


def _exportify_entry(row: dict[str, str]) -> JsonObject:
    uri = row.get("Track URI") or row.get("Spotify URI") or ""
    track_id = row.get("Track ID") or row.get("Spotify ID")
    uri = uri or (f"spotify:track:{track_id}" if track_id else "")
    names = _split(row.get("Artist Name(s)"))
    uris = _split(row.get("Artist URI(s)"))
    uris = uris if len(uris) == len(names) else [None] * len(names)
    artists: list[Json] = [{"type": "artist", "name": name, "uri": one} for name, one in zip(names, uris, strict=True)]
    album: JsonObject = {
        "type": "album",
        "uri": row.get("Album URI") or None,
        "name": row.get("Album Name") or None,
        "release_date": row.get("Album Release Date") or row.get("Release Date") or None,
    }
    track: JsonObject = {
        "uri": uri or None,
        "name": row.get("Track Name") or None,
        "duration_ms": row.get("Track Duration (ms)") or row.get("Duration (ms)") or None,
        "disc_number": row.get("Disc Number") or None,
        "track_number": row.get("Track Number") or None,
        "explicit": row.get("Explicit") or None,
        "popularity": row.get("Popularity") or None,
        "external_ids": {"isrc": row.get("ISRC") or None},
        "artists": artists,
        "album": album,
    }
    return {"added_at": row.get("Added At") or None, "track": track}


def _split(text: str | None) -> list[str | None]:
    return [one.strip() for one in text.split(",")] if text else []
