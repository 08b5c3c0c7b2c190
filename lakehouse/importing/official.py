"""Tell an answer that is Spotify's own from top to bottom, so that it can be landed as the bytes it came as.

It is decoded into a type that has every field Spotify documents and no other: a foreign field at any depth, or a shape
that needs unwrapping, does not match, and documents.py looks for the music in it.
"""

from typing import Any

import msgspec

from lambda_extract.raw_format import Json, JsonObject

Raw = msgspec.Raw
NULL = Raw(b"null")


class Known(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """Any object of the Web API: a page, an entry, a track, an album, an artist, a playlist."""

    items: "list[Known | None] | Known | None" = None
    tracks: "list[Known | None] | Known | None" = None
    albums: "list[Known | None] | Known | None" = None
    artists: "list[Known | None] | Known | None" = None
    playlists: "Known | None" = None
    shows: "Known | None" = None
    episodes: "Known | None" = None
    track: "Known | bool | None" = None
    item: "Known | None" = None
    album: "Known | None" = None
    show: "Known | None" = None
    episode: "Known | bool | None" = None
    href: str | None = None
    id: str | None = None
    type: str | None = None
    uri: str | None = None
    snapshot_id: str | None = None
    total: Raw = NULL
    cursors: Raw = NULL
    limit: Raw = NULL
    next: Raw = NULL
    offset: Raw = NULL
    previous: Raw = NULL
    added_at: Raw = NULL
    added_by: Raw = NULL
    is_local: Raw = NULL
    primary_color: Raw = NULL
    video_thumbnail: Raw = NULL
    sharing_info: Raw = NULL
    played_at: Raw = NULL
    context: Raw = NULL
    name: Raw = NULL
    available_markets: Raw = NULL
    disc_number: Raw = NULL
    duration_ms: Raw = NULL
    explicit: Raw = NULL
    external_ids: Raw = NULL
    external_urls: Raw = NULL
    is_playable: Raw = NULL
    linked_from: Raw = NULL
    restrictions: Raw = NULL
    popularity: Raw = NULL
    preview_url: Raw = NULL
    track_number: Raw = NULL
    album_type: Raw = NULL
    album_group: Raw = NULL
    total_tracks: Raw = NULL
    images: Raw = NULL
    release_date: Raw = NULL
    release_date_precision: Raw = NULL
    copyrights: Raw = NULL
    genres: Raw = NULL
    label: Raw = NULL
    followers: Raw = NULL
    collaborative: Raw = NULL
    description: Raw = NULL
    owner: Raw = NULL
    public: Raw = NULL


DECODER = msgspec.json.Decoder(Known)
SINGLE = frozenset(("track", "album", "artist"))
ELEMENTS = frozenset(("track", "album", "artist", "episode", "show"))
ENTRY_FIELDS = ("track", "item", "album", "show", "episode")


def is_official(document: bytes) -> bool:
    """Return whether a document is an answer of Spotify's that needs no unwrapping."""
    try:
        known = DECODER.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return _is_answer(known)


def _is_answer(known: Known) -> bool:
    if isinstance(known.items, list):
        return bool(known.items) and all(map(_is_element, known.items))
    if known.type == "playlist":
        pages = [page for page in (known.items, known.tracks) if isinstance(page, Known)]
        return bool(pages) and all(_is_full_page(page) for page in pages)
    if known.type is not None:
        return known.type in SINGLE and _is_element(known)
    named = [part for part in (known.tracks, known.albums, known.artists) if part is not None]
    return bool(named) and _has_only_lists(known) and all(map(_is_list_of_elements, named))


def _has_only_lists(known: Known) -> bool:
    """Return whether a search, or an answer of several objects, holds nothing beside its lists."""
    return known.id is None and known.uri is None and known.href is None and known.playlists is None


def _is_list_of_elements(part: list[Known | None] | Known) -> bool:
    return _is_full_page(part) if isinstance(part, Known) else bool(part) and all(map(_is_element, part))


def _is_full_page(page: Known) -> bool:
    return isinstance(page.items, list) and bool(page.items) and all(map(_is_element, page.items))


def _is_element(known: Known | None) -> bool:
    """Return whether an element is null, an object of the catalogue, or an entry around one."""
    if known is None:
        return True
    if known.items is not None:
        return False
    if known.type in ELEMENTS:
        return known.id is not None and not isinstance(known.tracks, list)
    inner = [part for part in (getattr(known, name) for name in ENTRY_FIELDS) if isinstance(part, Known)]
    return known.type is None and len(inner) == 1 and inner[0].type in ELEMENTS and _is_element(inner[0])


ABSENT = Raw(b"")
"""In place of a field that an answer does not have: JSON is never empty."""


class _Page(msgspec.Struct, gc=False):
    """What a page inside an answer says of its list."""

    href: Any = None
    next: Any = None
    previous: Any = None
    items: Raw = ABSENT


class _Head(msgspec.Struct, gc=False):
    """What tells the list that an answer of Spotify's is a part of, of whatever type; the entries are not decoded."""

    href: Any = None
    next: Any = None
    previous: Any = None
    id: Any = None
    type: Any = None
    uri: Any = None
    name: Any = None
    snapshot_id: Any = None
    owner: Any = None
    external_urls: Any = None
    cursors: Raw = ABSENT
    total: Raw = ABSENT
    items: Raw = ABSENT
    tracks: Raw = ABSENT
    albums: Raw = ABSENT
    artists: Raw = ABSENT


FACTS = ("href", "next", "previous", "id", "type", "uri", "name", "snapshot_id", "owner", "external_urls")


def read_head(response: bytes) -> JsonObject:
    """Return an answer of Spotify's with its lists empty: what tells the list that it is a part of."""
    head = msgspec.json.decode(response, type=_Head)
    given: JsonObject = {name: value for name in FACTS if (value := getattr(head, name)) is not None}
    given |= {name: None for name in ("cursors", "total") if getattr(head, name) != ABSENT}
    lists = {name: getattr(head, name) for name in ("items", "tracks", "albums", "artists")}
    return given | {name: _describe_list(part) for name, part in lists.items() if part != ABSENT}


def _describe_list(part: Raw) -> Json:
    if bytes(memoryview(part)[:1]) != b"{":
        return []
    page = msgspec.json.decode(part, type=_Page)
    addresses: JsonObject = {"href": page.href, "next": page.next, "previous": page.previous}
    return {**addresses, "items": []} if page.items != ABSENT else addresses
