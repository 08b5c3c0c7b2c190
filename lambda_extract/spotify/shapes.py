"""Know Spotify's shapes: what an object is, how many entries a document has, what it announces and lists."""

import re
from collections.abc import Iterator
from typing import TypeGuard

from lambda_extract.raw_format import Json, JsonObject

KINDS = frozenset({"track", "album", "artist", "playlist", "episode", "show", "audiobook", "chapter", "user"})
# The lists of search answers, several-object answers, new releases, followed artists and the player's queue.
LIST_NAMES = ("tracks", "albums", "artists", "playlists", "shows", "episodes", "audiobooks", "queue")
# Where an entry holds its object; `item` is the newer name of `track` and both may be given.
ENTRY_NAMES = ("item", "track", "album", "episode", "show")
PLAY_NAMES = ("ms_played", "spotify_track_uri", "spotify_episode_uri", "audiobook_uri")
SHORT_PLAY_NAMES = ("endTime", "artistName", "trackName", "msPlayed")

URI = re.compile(r"spotify:(?:user:[^:]*:)?(?P<kind>track|album|artist|playlist|episode|show|audiobook|chapter):")
USER_URI = re.compile(r"spotify:user:[^:]*")
PLAYLIST_URI = re.compile(r"spotify:(?:user:[^:]*:)?playlist:(?P<id>[A-Za-z0-9]+)")
PLAYLIST_HREF = re.compile(r"/playlists/(?P<id>[A-Za-z0-9]+)/(?:tracks|items)(?![A-Za-z0-9_])")

# Fields in which Spotify puts lists or objects. One under any other name is foreign, be it `id` or `name`.
COMMON = frozenset({"external_urls", "images", "restrictions", "available_markets", "followers"})
PAGE_FIELDS = frozenset({"items", "cursors"})
ENTRY_CONTAINERS = frozenset({"added_by", "video_thumbnail", "sharing_info", "context", "actions", "device"})
ENTRY_FIELDS = ENTRY_CONTAINERS | {"added_at", "is_local", "primary_color", "played_at", "timestamp", "progress_ms"}
OWN_FIELDS: dict[str, frozenset[str]] = {
    "track": COMMON | {"album", "artists", "linked_from", "external_ids", "show", "resume_point"},
    "album": COMMON | {"artists", "tracks", "external_ids", "copyrights"},
    "artist": COMMON,
    "playlist": COMMON | PAGE_FIELDS | {"owner", "tracks", "snapshot_id"},
    "episode": COMMON | {"show", "resume_point", "album", "artists"},
    "show": COMMON | {"episodes", "copyrights"},
    "audiobook": COMMON | {"chapters", "authors", "narrators", "copyrights"},
    "chapter": COMMON | {"audiobook", "resume_point"},
    "user": COMMON | {"explicit_content"},
}
# What is a page where Spotify sends it; anything else there is somebody's own shape (a playlist may have a list).
PAGE_NAMES = {
    "album": {"tracks"},
    "show": {"episodes"},
    "audiobook": {"chapters"},
    "playlist": {"tracks", "items"},
}


def is_object(value: Json) -> TypeGuard[JsonObject]:
    """Return whether the value is a JSON object."""
    return isinstance(value, dict)


def is_page(value: Json) -> TypeGuard[JsonObject]:
    """Return whether the value is a page: an object with a list of items."""
    return is_object(value) and isinstance(value.get("items"), list)


def name_kind(value: JsonObject) -> str | None:
    """Name the kind of music object this is: by its type, else its uri, else its shape."""
    if value.get("type") == "audio_features" or "danceability" in value:
        return None  # They carry a track's uri and duration, but are none.
    kind = value.get("type")
    if isinstance(kind, dict | list):
        return None  # A table of columns, as pandas writes it.
    if isinstance(kind, str) and kind in KINDS and _has_any(value, ("id", "uri", "name", "href")):
        return kind
    return _name_kind_by_uri(value.get("uri")) or _name_kind_by_shape(value)


def has_page(playlist: JsonObject) -> bool:
    """Return whether a playlist comes with its entries."""
    return any(is_page(playlist.get(name)) or isinstance(playlist.get(name), list) for name in ("items", "tracks"))


def is_playlist_with_page(value: Json) -> bool:
    """Return whether this is a playlist that comes with its entries."""
    return is_object(value) and name_kind(value) == "playlist" and has_page(value)


def is_history_entry(value: JsonObject) -> bool:
    """Return whether this is one play of a streaming history export, extended or short."""
    return ("ts" in value and _has_any(value, PLAY_NAMES)) or all(name in value for name in SHORT_PLAY_NAMES)


def is_entry(value: JsonObject) -> bool:
    """Return whether this, no music object itself, wraps one: of a playlist, a library, the plays, the player."""
    held = [value[name] for name in ENTRY_NAMES if name in value]
    first = next((inner for inner in held if is_object(inner)), None)
    if first is not None and is_music(first) and not is_page(first):
        return True
    is_scanty = all(inner is None or (is_object(inner) and _is_scanty(inner)) for inner in held)
    return bool(held) and is_scanty and set(value) <= ENTRY_FIELDS | set(ENTRY_NAMES)


def is_music(value: JsonObject) -> bool:
    """Return whether this is a music object; users are not."""
    return name_kind(value) not in (None, "user")


def is_element(value: Json) -> TypeGuard[JsonObject]:
    """Return whether this is what Spotify's lists hold: one object, entry or play, and not a playlist with its page."""
    if not is_object(value) or is_page(value):
        return False
    kind = name_kind(value)
    if kind is not None:
        return kind != "user" and not (kind == "playlist" and has_page(value))
    return is_entry(value) or is_history_entry(value)


def is_error_body(value: JsonObject) -> bool:
    """Return whether this looks like an error answer."""
    error = value.get("error")
    return isinstance(error, dict | str) and bool(error)


def is_error_answer(value: Json) -> bool:
    """Return whether a document is an error answer and nothing else."""
    return is_object(value) and is_error_body(value) and count_entries(value) == 0


def is_player_state(value: JsonObject) -> bool:
    """Return whether this is what the player answers; its item may be null."""
    return "is_playing" in value and ("item" in value or "device" in value)


def is_plain_list(value: Json) -> bool:
    """Return whether a list holds nothing but bare music objects and nulls, as several-object answers do."""
    if not isinstance(value, list):
        return False
    return all(item is None or (is_element(item) and is_music(item)) for item in value)


def is_several(value: JsonObject) -> bool:
    """Return whether this is an answer made of named lists or pages: search, several objects, queue, followed …"""
    held = [value[name] for name in LIST_NAMES if isinstance(value.get(name), dict | list)]
    return bool(held) and all(is_page(inner) or is_plain_list(inner) for inner in held)


def list_own_fields(value: JsonObject) -> frozenset[str]:
    """List the fields in which Spotify itself puts objects, for this shape; all others are foreign."""
    kind = name_kind(value)
    if is_page(value):
        return PAGE_FIELDS | OWN_FIELDS.get(kind or "", frozenset())
    if kind is not None:
        return OWN_FIELDS[kind] - {name for name in PAGE_NAMES.get(kind, ()) if not _is_listing(value.get(name), kind)}
    if is_page(value.get("items")):
        return OWN_FIELDS["playlist"]
    return _list_own_fields_of_answer(value)


def list_element_fields(value: JsonObject) -> list[str]:
    """List the fields whose lists, pages or objects are the document's elements."""
    kind = None if is_page(value) else name_kind(value)
    if is_page(value) or is_page(value.get("items")):
        return ["items"]
    if kind is not None:
        return ["tracks"] if kind == "playlist" and _is_listing(value.get("tracks"), kind) else []
    if is_several(value):
        return [name for name in LIST_NAMES if isinstance(value.get(name), dict | list)]
    return [name for name in ENTRY_NAMES if is_object(value.get(name))][:1]


def count_entries(value: Json) -> int:
    """Count the elements of a document's outermost lists: 1 for a single object, 0 for what is not music."""
    if not is_object(value):
        return 0
    pages = _list_outermost(value)
    if pages is not None:
        return sum(pages)
    kind = name_kind(value)
    if kind is not None:
        return int(kind != "user")
    is_single = any(is_object(value.get(name)) for name in ENTRY_NAMES) or is_history_entry(value)
    return int(is_single)


def is_single(value: Json) -> bool:
    """Return whether a document is one object or entry, so that nothing of it can be missing."""
    return is_object(value) and _list_outermost(value) is None and count_entries(value) == 1


def find_total(value: Json) -> int | None:
    """Find how many entries the document announces."""
    if not is_object(value):
        return None
    totals = [page.get("total") for page in _list_pages(value)]
    known = [total for total in totals if isinstance(total, int) and not isinstance(total, bool)]
    return sum(known) if known and len(known) == len(_list_outermost(value) or []) else None


def find_playlist_id(value: Json) -> str | None:
    """Find the playlist that the document names: itself, or the one its page belongs to."""
    if not is_object(value):
        return None
    if name_kind(value) == "playlist":
        return _name_playlist(value)
    for part in (value, value.get("items"), value.get("tracks")):
        if is_page(part) and (match := PLAYLIST_HREF.search(str(part.get("href")))):
            return match["id"]
    return None


def _is_scanty(inner: JsonObject) -> bool:
    """Return whether this may be what a `fields` filter left of a music object: nothing, or a name and known fields."""
    containers = {name for name, part in inner.items() if isinstance(part, dict | list)}
    return not inner or ("name" in inner and containers <= OWN_FIELDS["track"])


def _has_any(value: JsonObject, names: tuple[str, ...]) -> bool:
    """Return whether one of the fields is there."""
    return any(name in value for name in names)


def _name_kind_by_uri(uri: Json) -> str | None:
    """Name the kind that a Spotify URI tells; local files are tracks."""
    if not isinstance(uri, str):
        return None
    if uri.startswith("spotify:local:"):
        return "track"
    match = URI.match(uri)
    if match:
        return match["kind"]
    return "user" if USER_URI.fullmatch(uri) else None


def _name_kind_by_shape(value: JsonObject) -> str | None:
    """Name the kind that the fields tell."""
    if not _has_any(value, ("id", "name")):
        return None
    if _has_any(value, ("duration_ms", "track_number")):
        return "track"
    if _has_any(value, ("album_type", "total_tracks", "release_date")) and _has_any(value, ("artists", "images")):
        return "album"
    if "snapshot_id" in value or ("owner" in value and _has_any(value, ("tracks", "items"))):
        return "playlist"
    is_artist = "name" in value and _has_any(value, ("genres", "followers"))
    return "artist" if is_artist else None


def _is_listing(value: Json, kind: str) -> bool:
    """Return whether this is the page of an object of this kind; a playlist's may be a plain list."""
    return is_page(value) or (kind == "playlist" and isinstance(value, list))


def _list_own_fields_of_answer(value: JsonObject) -> frozenset[str]:
    """List the own fields of an answer or entry; beside an entry's item other objects are foreign."""
    if is_several(value):
        return frozenset(LIST_NAMES) | {"currently_playing"}
    held = [name for name in ENTRY_NAMES if is_object(value.get(name))]
    inner = {"item", "track"} if {"item", "track"} & set(held) else set(held[:1])
    return ENTRY_CONTAINERS | inner


def _list_outermost(value: JsonObject) -> list[int] | None:
    """List the sizes of the outermost lists; none when the document is a single object."""
    if (own := _count_items(value.get("items"))) is not None:
        return [own]
    kind = name_kind(value)
    if kind not in (None, "playlist"):
        return None
    if kind == "playlist" and is_page(value.get("tracks")):
        return [_count_items(value["tracks"]) or 0]
    sizes = [size for name in LIST_NAMES if (size := _count_items(value.get(name))) is not None]
    if is_object(value.get("currently_playing")):
        sizes.append(1)
    return sizes or None


def _count_items(value: Json) -> int | None:
    """Count the elements of a list or of a page."""
    items = value.get("items") if is_object(value) else value
    return len(items) if isinstance(items, list) else None


def _list_pages(value: JsonObject) -> Iterator[JsonObject]:
    """Yield the pages whose totals count: the outermost ones."""
    if is_page(value):
        yield value
    elif is_page(inner := value.get("items")):
        yield inner
    elif name_kind(value) in (None, "playlist"):
        names = ("tracks",) if name_kind(value) else LIST_NAMES
        yield from (page for name in names if is_page(page := value.get(name)))


def _name_playlist(playlist: JsonObject) -> str | None:
    """Return a playlist's id, or the one in its uri."""
    own_id = playlist.get("id")
    if isinstance(own_id, str) and own_id:
        return own_id
    match = PLAYLIST_URI.match(str(playlist.get("uri")))
    return match["id"] if match else None
