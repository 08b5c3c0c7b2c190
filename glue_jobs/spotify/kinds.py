"""What kind of thing an object is, and its Spotify id: from its own fields, whichever of them are there."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

KINDS = {
    "track": "song",
    "chapter": "audiobook",
    **{kind: kind for kind in ("album", "artist", "playlist", "episode", "show", "audiobook", "user")},
}
"""Our name of each kind by Spotify's word for it."""

WORD = r"(track|album|artist|playlist|episode|show|audiobook|chapter|user)"
ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
SPOTIFY_ID = re.compile(r"[A-Za-z0-9]{22}")
"""An id as Spotify makes them."""
NAME_KEY = "name:"
"""Begins the song_id of a play that is known by artist and title only."""
URI_KIND = re.compile(r"spotify:(?:user:[^:]*:)?([a-z]+):")
URI_ID = re.compile(r"spotify:[a-z]+:([^:/?]{1,100})")
LOCAL_URI = "spotify:local:"
URL = re.compile(rf"/{WORD}/([^/?]*)")
HREF = re.compile(rf"/{WORD}s/([^/?]+)$")
CONTEXT = re.compile(r"spotify:(?:user:[^:]*:)?([a-z]+):([^:]+)")


def names_itself(thing: Any) -> bool:
    """Return whether an object says what it is at all."""
    return thing is not None and (
        thing.id is not None
        or thing.uri is not None
        or thing.name is not None
        or thing.type is not None
        or thing.href is not None
    )


def spotify_id(thing: Any) -> str | None:
    """Return the id of an object: as given if it is a plain word, else from its URI, link or address."""
    if thing.id is not None and ID.fullmatch(thing.id):
        return str(thing.id)
    if thing.uri is not None and (match := URI_ID.fullmatch(thing.uri)):
        return match[1]
    if (url := _url(thing)) is not None and (match := URL.search(url)) and 0 < len(match[2]) <= 100:
        return match[2]
    if thing.href is not None and (match := HREF.search(thing.href)) and len(match[2]) <= 100:
        return match[2]
    return None


IdOf = Callable[[Any], str | None]
"""Returns the id of an object: `spotify_id`, or `imported_id` where the answer may be anybody's."""


def imported_id(thing: Any) -> str | None:
    """Return the id of an object from an import, whose ids may be another program's: 22 letters and digits, or None."""
    if thing.id is not None and SPOTIFY_ID.fullmatch(thing.id):
        return str(thing.id)
    by_uri = URI_ID.fullmatch(thing.uri or "")
    by_url = URL.search(_url(thing) or "")
    by_address = HREF.search(thing.href or "")
    ids = (by_uri and by_uri[1], by_url and by_url[2], by_address and by_address[2])
    return next((item_id for item_id in ids if item_id and SPOTIFY_ID.fullmatch(item_id)), None)


def name_key(artist_name: str | None, song_name: str | None) -> str | None:
    """Return a substitute id for a song known by name only; None if the names are unknown too."""
    if not artist_name and not song_name:
        return None
    digest = hashlib.sha256(f"{artist_name or ''}\n{song_name or ''}".encode()).hexdigest()
    return f"{NAME_KEY}{digest[:32]}"


def is_known_by_link(thing: Any) -> bool:
    """Return whether an object bears a URI, a link or an address of Spotify's that names what it is."""
    return _kind_by_address(thing) is not None


def kind_of(thing: Any, by_shape: str | None, hint: str | None) -> str | None:
    """Return song, album, artist, episode, show, audiobook, playlist, user or local_file.

    The fields it has (`by_shape`) and then the list it is in (`hint`) decide last. A `type` that is given but unknown
    (audio_features, a device) is none of them, whatever the rest looks like.
    """
    if getattr(thing, "is_local", False) or (thing.uri is not None and thing.uri.startswith(LOCAL_URI)):
        return "local_file"
    if thing.type is not None:
        return KINDS.get(thing.type.lower())
    return _kind_by_address(thing) or by_shape or hint


def _kind_by_address(thing: Any) -> str | None:
    if thing.uri is not None and (match := URI_KIND.match(thing.uri)) and match[1] in KINDS:
        return KINDS[match[1]]
    if (url := _url(thing)) is not None and (match := URL.search(url)):
        return KINDS[match[1]]
    if thing.href is not None and (match := HREF.search(thing.href)):
        return KINDS[match[1]]
    return None


def _url(thing: Any) -> str | None:
    return thing.external_urls.spotify if thing.external_urls is not None else None


def context_of(uri: str | None) -> tuple[str | None, str | None]:
    """Return the kind and the id of what a play was played from."""
    match = CONTEXT.fullmatch(uri) if uri else None
    return (match[1], match[2]) if match else (None, None)
