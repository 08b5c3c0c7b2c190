"""Know which list a document is a page of: by what Spotify's addresses say, else by where the file was."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import parse_qs, urlsplit

from lakehouse.importing.dump_date import drop_dates
from lambda_extract.raw_format import Json, JsonObject, Source
from lambda_extract.spotify import shapes

API = re.compile(r"(?:https?://[^/]+)?/?v1/(?P<path>[^?#]*)")
OWN_LISTS = {
    "me/tracks": "saved_tracks",
    "me/albums": "saved_albums",
    "me/shows": "saved_shows",
    "me/episodes": "saved_episodes",
    "me/audiobooks": "saved_audiobooks",
    "me/following": "followed_artists",
    "me/playlists": "own_playlists",
    "me/player/recently-played": "recently_played",
    "browse/new-releases": "new_releases",
    "browse/featured-playlists": "featured_playlists",
}
"""Lists of which an account has one, by address."""

LISTS_OF_ONE = (
    (re.compile(r"(?:users/[^/]+/)?playlists/(?P<id>[^/]+)(?:/(?:tracks|items))?"), "playlist"),
    (re.compile(r"albums/(?P<id>[^/]+)/tracks"), "album"),
    (re.compile(r"artists/(?P<id>[^/]+)/albums"), "artist_albums"),
    (re.compile(r"shows/(?P<id>[^/]+)/episodes"), "show_episodes"),
    (re.compile(r"audiobooks/(?P<id>[^/]+)/chapters"), "audiobook_chapters"),
    (re.compile(r"me/top/(?P<id>tracks|artists)"), "top"),
    (re.compile(r"search"), "search"),
)
INDEX = re.compile(r"\[\d+(?::\d+)?\]")
PLAYLIST_URL = re.compile(r"open\.spotify\.com/playlist/(?P<id>[A-Za-z0-9]{22})")


def find_source(value: Json, file: str, json_path: str) -> Source:
    """Name the list that a document is a part of; `file` is its path below the imported folder."""
    if shapes.is_object(value):
        for find in FINDERS:
            if source := find(value):
                return source
    return Source("import", name_by_path(file, json_path))


def name_by_path(file: str, json_path: str = "$") -> str:
    """Name a list by its file without the date, and by its place in the file where that has several."""
    path = PurePosixPath(drop_dates(file))
    name = str(path.with_name(path.name.split(".")[0] or path.name)) if path.name else file
    place = INDEX.sub("", json_path).removeprefix("$").strip(".")
    return f"{name}: {place}" if place else name


def find_facts(value: Json, source: Source) -> JsonObject:
    """Find what a document says of its list: name, owner, snapshot and page; else its name is its path."""
    facts: JsonObject = {}
    if shapes.is_object(value) and source.kind == "playlist":
        owner = value.get("owner")
        links = value.get("external_urls")
        given: JsonObject = {
            "name": value.get("name"),
            "owner": owner.get("id") if isinstance(owner, dict) else None,
            "snapshot_id": value.get("snapshot_id"),
            "url": links.get("spotify") if isinstance(links, dict) else value.get("url"),
        }
        facts = {name: text for name, text in given.items() if isinstance(text, str)}
    if source.kind == "import":
        facts = {"name": source.id}
    return facts


def _find_playlist(value: JsonObject) -> Source | None:
    """Know a playlist by its id, its URI or its page on open.spotify.com."""
    playlist_id = shapes.find_playlist_id(value)
    if playlist_id is None and isinstance(value.get("url"), str) and shapes.has_page(value):
        match = PLAYLIST_URL.search(str(value["url"]))
        playlist_id = match["id"] if match else None
    return Source("playlist", playlist_id) if playlist_id else None


def _find_by_address(value: JsonObject) -> Source | None:
    """Know a list by the address of the document, or of the first page in it."""
    for part in (value, *(part for part in value.values() if shapes.is_page(part))):
        for name in ("href", "next", "previous"):
            address = part.get(name)
            source = read_address(address) if isinstance(address, str) else None
            if source:
                return source
    return None


def _find_plays(value: JsonObject) -> Source | None:
    """Know recently played by its cursors: it alone has them and no total."""
    has_cursors = shapes.is_page(value) and "cursors" in value and "total" not in value
    return Source("recently_played", "recently_played") if has_cursors else None


FINDERS: tuple[Callable[[JsonObject], Source | None], ...] = (_find_playlist, _find_by_address, _find_plays)


def read_address(address: str) -> Source | None:
    """Return the list that an address of the Web API names; None for one that names none."""
    try:
        parts = urlsplit(address)
        parameters = parse_qs(parts.query)
    except ValueError:
        return None
    match = API.match(address)
    if match is None:
        return None
    path = match["path"].strip("/")
    if path in OWN_LISTS:
        return Source(OWN_LISTS[path], OWN_LISTS[path])
    for pattern, kind in LISTS_OF_ONE:
        if matched := pattern.fullmatch(path):
            return _name_list(kind, matched.groupdict().get("id"), parameters)
    return None


def _name_list(kind: str, found_id: str | None, parameters: dict[str, list[str]]) -> Source | None:
    if kind == "top":
        return Source(f"top_{found_id}", parameters.get("time_range", ["medium_term"])[0])
    if kind == "search":
        asked = parameters.get("query") or parameters.get("q")
        return Source("search", asked[0]) if asked else None
    if kind == "artist_albums" and parameters.get("include_groups"):
        return Source(kind, f"{found_id}")
    return Source(kind, found_id) if found_id else None
