"""The files of Spotify's account export, and of tools like it, as documents in the shapes of the Web API.

Spotify's own description: https://support.spotify.com/article/understanding-my-data/
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lakehouse.importing.foreign_forms import flat_entry
from lambda_extract.raw_format import Json, JsonObject, Source
from lambda_extract.spotify import shapes

EXPORTIFY_COLUMNS = frozenset({"Track URI", "Spotify URI", "Track ID"})


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


def translate(value: Json) -> Translation | None:
    """Return an export's file as documents; None where it is another file."""
    if not shapes.is_object(value):
        return None
    if is_library(value):
        return _translate_library(value)
    playlists = value.get("playlists")
    if not isinstance(playlists, list):
        return None
    if _are_playlists(value, _is_exported_playlist):
        return Translation(list(_name_playlists(playlists, _exported_entries, "items")))
    if _are_playlists(value, _is_slice_playlist):
        return Translation(list(_name_playlists(playlists, flat_entry, "tracks")))
    return None


def is_history(value: Json) -> bool:
    """Return whether this is a play of the streaming history, or a list of such."""
    first = next((element for element in value if element is not None), None) if isinstance(value, list) else value
    return shapes.is_object(first) and shapes.is_history_entry(first)


def is_own(value: Json) -> bool:
    """Return whether this is a file of an account's own export: its history, its library or its playlists."""
    if is_history(value):
        return True
    return shapes.is_object(value) and (is_library(value) or _are_playlists(value, _is_exported_playlist))


def _are_playlists(value: JsonObject, is_playlist: Callable[[Json], bool]) -> bool:
    playlists = value.get("playlists")
    return isinstance(playlists, list) and bool(playlists) and all(map(is_playlist, playlists))


def is_library(value: JsonObject) -> bool:
    """Tell YourLibrary.json by what it holds: lists by kind whose elements say names and a URI, and what is banned."""
    lists = {name: value[name] for name in LIBRARY if value.get(name) is not None}
    if not all(isinstance(one, list) for one in lists.values()):
        return False
    if not BANNED.isdisjoint(value):
        return True
    elements = [(TELLING_FIELDS.get(name), one) for name, given in lists.items() for one in _elements_of(given)]
    if not all(one is None or _fits_library(one, telling) for telling, one in elements):
        return False
    is_telling = any(telling and one is not None for telling, one in elements)
    return is_telling or len(lists) >= (FEWEST_LISTS if elements else FEWEST_EMPTY_LISTS)


def _elements_of(given: Json) -> list[Json]:
    return given if isinstance(given, list) else []


def _fits_library(element: Json, telling: str | None) -> bool:
    """Return whether an element may be of the export's library: names as text, and nothing of the Web API."""
    if not shapes.is_object(element) or not OF_WEB_API.isdisjoint(element):
        return False
    if telling and not isinstance(element.get(telling), str):
        return False
    return all(isinstance(element.get(name, ""), str | None) for name in ELEMENT_FIELDS)


def _translate_library(value: JsonObject) -> Translation:
    translation = Translation()
    for name, (kind, make) in LIBRARY.items():
        elements = value.get(name)
        if isinstance(elements, list):
            items: list[Json] = [make(one) if isinstance(one, dict) else one for one in elements]
            page: JsonObject = {"items": items, "offset": 0, "total": len(items)}
            whole: JsonObject = {"artists": page} if name == "artists" else page
            translation.documents.append(Exported(f"$.{name}", whole, Source(kind, kind)))
    for name, elements in value.items():
        if name not in LIBRARY and isinstance(elements, list | dict) and elements:
            translation.left_out.append(f"{len(elements)} in {name}")
    return translation


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
        items: list[Json] = [make_entry(element) if isinstance(element, dict) else element for element in elements]
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


LIBRARY: dict[str, tuple[str, Callable[[JsonObject], JsonObject]]] = {
    "tracks": ("saved_tracks", lambda one: {"track": _track(one, "uri", "track", "artist", "album")}),
    "albums": ("saved_albums", lambda one: {"album": _thing("album", one, "uri", "album", "artist")}),
    "shows": ("saved_shows", lambda one: {"show": _thing("show", one, "uri", "name", None)}),
    "episodes": ("saved_episodes", lambda one: {"episode": _thing("episode", one, "uri", "name", None)}),
    "audiobooks": ("saved_audiobooks", lambda one: {"item": _thing("audiobook", one, "uri", "name", None)}),
    "artists": ("followed_artists", lambda one: _thing("artist", one, "uri", "name", None)),
}
"""The lists of the export's library: which list of an account each is, and how its elements are in the Web API."""

BANNED = frozenset({"bannedTracks", "bannedArtists"})
TELLING_FIELDS = {"tracks": "track", "albums": "album"}
"""The field with a name that only the export's library has, by list."""
ELEMENT_FIELDS = ("track", "album", "artist", "name", "show", "publisher", "uri")
OF_WEB_API = frozenset({"id", "type", "href", "external_urls", "artists"})
FEWEST_LISTS, FEWEST_EMPTY_LISTS = 2, 4
"""Lists that tell the library where no element does: some with elements, or all empty."""


def read_exportify(text: str) -> JsonObject | None:
    """Return the playlist in a CSV of Exportify as a page of entries; None where the text is another CSV."""
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if not rows.fieldnames or not EXPORTIFY_COLUMNS & set(rows.fieldnames):
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
    artists: list[Json] = [
        {"type": "artist", "name": name, "uri": artist_uri} for name, artist_uri in zip(names, uris, strict=True)
    ]
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
    return [part.strip() for part in text.split(",")] if text else []
