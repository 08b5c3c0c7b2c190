"""Forms in which tools write what Spotify sends, turned back: links for ids, flat tables, text in place of objects."""

import json
import re

from lambda_extract.raw_format import Json, JsonObject
from lambda_extract.spotify import shapes

LINK = re.compile(
    r"(?:https?://)?open\.spotify\.com/(?:intl-[\w-]+/)?(?:user/[^/]+/)?(?P<kind>track|album|artist|playlist)/"
    r"(?P<id>[A-Za-z0-9]{22})(?:[/?#].*)?"
)
LINK_FIELDS = ("url", "link", "spotify_url")
KNOWN_BY = ("id", "uri", "type", "href")
FLAT_TRACK = ("track_uri", "track_name")
"""Fields of a track of the Million Playlist Dataset, and of what is written like it."""
NUMBERS = frozenset({"$numberInt", "$numberLong", "$numberDouble"})
"""How the extended JSON of MongoDB writes numbers."""
DOTTED = frozenset({*shapes.ENTRY_NAMES, "artist", "external_ids", "external_urls", "followers", "context", "owner"})
"""Objects that a flat table has as columns with a dot, such as `track.name`, as pandas writes it."""


def turn_back(value: JsonObject) -> Json:
    """Return an object as Spotify would have written it, as far as a tool's form of it is known."""
    if len(value) == 1 and (number := _read_number(value)) is not None:
        return number
    return _add_uri(_nest(value))


def _read_number(value: JsonObject) -> int | float | None:
    ((name, text),) = value.items()
    if name not in NUMBERS or not isinstance(text, str):
        return None
    try:
        return float(text) if name == "$numberDouble" else int(text)
    except ValueError:
        return None


def _nest(value: JsonObject) -> JsonObject:
    """Return a row of a flat table with its columns `track.name` as an object `track` with a `name`."""
    if not any("." in name for name in value):
        return value
    nested: JsonObject = {}
    for name, part in value.items():
        head, dot, rest = name.partition(".")
        if not dot or head not in DOTTED or isinstance(value.get(head), dict | list):
            nested[name] = part
            continue
        inner = nested.get(head)
        nested[head] = {**(inner if isinstance(inner, dict) else {}), rest: part}
    return {name: _nest(part) if isinstance(part, dict) else part for name, part in nested.items()}


def read_text(text: str) -> Json:
    """Return the object or list that a text is the JSON of; None where it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def find_uri(link: Json) -> str | None:
    """Return the URI of what a link to Spotify's pages leads to."""
    match = LINK.fullmatch(link) if isinstance(link, str) else None
    return f"spotify:{match['kind']}:{match['id']}" if match else None


def _add_uri(value: JsonObject) -> JsonObject:
    """Return an object with its URI, where only a link says what it is; and a flat track as an entry around a track."""
    if all(isinstance(value.get(name), str) for name in FLAT_TRACK) and "track" not in value:
        return {**value, **flat_entry(value)}
    if any(value.get(name) is not None for name in KNOWN_BY):
        return value
    urls = value.get("external_urls")
    links = [value.get(name) for name in LINK_FIELDS] + ([urls.get("spotify")] if isinstance(urls, dict) else [])
    uri = next(filter(None, map(find_uri, links)), None)
    return {**value, "uri": uri} if uri else value


def add_uri_of_key(key: str, value: Json) -> Json:
    """Return what a dictionary holds under a link, with its URI; a list under a playlist's link as its tracks."""
    uri = find_uri(key)
    if uri is None:
        return value
    if isinstance(value, list) and ":playlist:" in uri:
        return {"uri": uri, "tracks": value}
    if isinstance(value, dict) and all(value.get(name) is None for name in ("id", "uri", "type")):
        return {**value, "uri": uri}
    return value


def flat_entry(track: JsonObject) -> JsonObject:
    """Return a flat track as an entry of the Web API."""
    artist: JsonObject = {"type": "artist", "uri": track.get("artist_uri"), "name": track.get("artist_name")}
    album: JsonObject = {"type": "album", "uri": track.get("album_uri"), "name": track.get("album_name")}
    return {
        "track": {
            "type": "track",
            "uri": track.get("track_uri"),
            "name": track.get("track_name"),
            "duration_ms": track.get("duration_ms"),
            "artists": [artist],
            "album": album,
        }
    }
