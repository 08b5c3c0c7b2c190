"""Classify the elements of a list: what each is, what becomes of it (`Outcome`), and why.

An element is decoded strictly where it fits (objects.py), else leniently (lenient.py); the rules here do not know which
way it came. A rejected element never stops its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from glue_jobs.spotify import kinds, values
from glue_jobs.spotify.lenient import (
    BAD_VALUE,
    MALFORMED,
    NOT_UTF8,
    UNEXPECTED_TYPE,
    Fault,
    NotJson,
    TooDeep,
    build,
    decode_plain,
)
from glue_jobs.spotify.lists import ELEMENTS, AnswerList
from glue_jobs.spotify.objects import Element
from glue_jobs.spotify.reasons import SKIP_REASONS, Outcome

NUMBERS = {
    "song": ("duration_ms", "disc_number", "track_number", "popularity", "album.total_tracks", "album.popularity"),
    "album": ("total_tracks", "popularity"),
    "artist": ("followers.total", "popularity"),
}
"""Numbers that a kind's rows are made of: a value that is not a number rejects the entry."""

TRUTHS = {"song": ("explicit", "is_playable")}

CONTAINERS = {
    "song": ("artists", "album", "album.artists", "external_ids", "external_urls"),
    "album": ("artists", "images", "tracks", "external_ids", "external_urls"),
    "artist": ("genres", "followers", "images", "external_urls"),
}
"""Lists and objects that a kind's rows are made of: a value of another type rejects the entry."""

LIST_KINDS = {
    "tracks": "song",
    "queue": "song",
    "currently_playing": "song",
    "albums": "album",
    "artists": "artist",
}
"""What the elements of a named list are, where they do not say so themselves."""

STRICT = msgspec.json.Decoder(list[Element | None])
STRICT_ELEMENT = msgspec.json.Decoder(Element | None)
PLACES = ("item", "track")
EXPECTED = {"item": "song", "track": "song", "album": "album"}
"""The only kind that the object under a field of an entry may be."""


@dataclass(slots=True)
class Entry:
    """One element, classified. `thing` is the object it holds, None where there is none."""

    outcome: Outcome
    reason: str | None
    path: str
    kind: str | None = None
    item_id: str | None = None
    thing: Any = None
    added_at: int | None = None
    played_at: int | None = None
    origin: str | None = None
    """Of a play: api (recently played) or export (streaming history)."""
    ms_played: int | None = None
    context_uri: str | None = None
    payload: bytes = b""
    """The JSON of a rejected element."""


@dataclass(slots=True)
class Decoded:
    """An element as it was read: `element` is None for null and for what is no object."""

    element: Element | None
    faults: Sequence[Fault] = ()
    plain: Any = None
    """The element as plain Python, where it was read leniently."""
    why_not: str | None = None
    """The reason why it could not be read at all."""


def classify_list(found: AnswerList) -> Iterator[Entry]:
    """Classify the elements of a list, in order."""
    try:
        elements = [STRICT_ELEMENT.decode(found.array)] if found.is_single else STRICT.decode(found.array)
    except MALFORMED:
        yield from _classify_one_by_one(found)
        return
    raws: list[msgspec.Raw] = []
    for index, element in enumerate(elements):
        entry = classify(Decoded(element), found.name, found.path_of(index))
        if entry.reason is not None and entry.outcome != Outcome.SKIPPED:
            raws = raws or _raw_elements(found)
            entry = classify(_decode_leniently(raws[index]), found.name, entry.path)
            entry.payload = bytes(raws[index])
        yield entry


def _classify_one_by_one(found: AnswerList) -> Iterator[Entry]:
    """Classify the elements of a list of which at least one does not fit the types."""
    for index, raw in enumerate(_raw_elements(found)):
        try:
            decoded = Decoded(STRICT_ELEMENT.decode(raw))
        except MALFORMED:
            decoded = _decode_leniently(raw)
        entry = classify(decoded, found.name, found.path_of(index))
        if entry.reason is not None and entry.outcome != Outcome.SKIPPED:
            if decoded.plain is None:
                entry = classify(_decode_leniently(raw), found.name, entry.path)
            entry.payload = bytes(raw)
        yield entry


def _raw_elements(found: AnswerList) -> list[msgspec.Raw]:
    return [found.array] if found.is_single else ELEMENTS.decode(found.array)


def _decode_leniently(raw: msgspec.Raw) -> Decoded:
    try:
        plain = decode_plain(bytes(raw))
    except TooDeep:
        return Decoded(None, why_not="nested_too_deep")
    except NotJson:
        return Decoded(None, why_not="unknown_shape")
    element, faults = build(plain, Element)
    return Decoded(element, faults, plain, None if element is not None or plain is None else "unknown_shape")


def classify(decoded: Decoded, list_name: str | None, path: str) -> Entry:
    """Say what an element is and what becomes of it."""
    element = decoded.element
    if element is None:
        outcome = Outcome.REJECTED if decoded.why_not else Outcome.SKIPPED
        return Entry(outcome, decoded.why_not or "null_entry", path)
    is_history = _is_history(element)
    place, thing = _locate(element, is_history)
    kind = _kind_of(element, place, thing, list_name)
    played_text = element.played_at
    if played_text is None and is_history:
        played_text = element.ts
    entry = Entry(
        Outcome.ACCEPTED,
        None,
        path,
        kind,
        thing.uri if kind == "local_file" else kinds.spotify_id(thing),
        thing,
        values.instant(element.added_at),
        values.instant(played_text),
        "export" if is_history else "api" if element.played_at is not None else None,
        element.ms_played,
        element.context.uri if element.context is not None else None,
    )
    entry.outcome, entry.reason = _judge(entry, decoded, place, is_history, played_text)
    return entry


def _judge(
    entry: Entry, decoded: Decoded, place: str, is_history: bool, played_text: str | None
) -> tuple[Outcome, str | None]:
    """Return the outcome of an element, and the reason where it is not accepted."""
    kind, thing = entry.kind, entry.thing
    if _is_blank(decoded, place, is_history, thing):
        return Outcome.SKIPPED, "null_entry"
    if kind in SKIP_REASONS:
        return Outcome.SKIPPED, kind
    reason = None
    if kind is None or EXPECTED.get(place, kind) != kind:
        reason = "unknown_shape"
    elif kind == "user":
        reason = "user"
    elif entry.item_id is None:
        reason = "no_id" if thing.id is None else "bad_value: id"
    elif played_text is not None and entry.played_at is None:
        reason = "bad_value: played_at"
    elif decoded.faults:
        reason = _reason_of_faults(decoded.faults, kind, place)
    return (Outcome.REJECTED, reason) if reason else (Outcome.ACCEPTED, None)


def _reason_of_faults(faults: Sequence[Fault], kind: str, place: str) -> str | None:
    """Return the first fault in a field that the rows of this kind are made of."""
    prefix = f"{place}." if place else ""
    misread = {(fault.why, fault.path.removeprefix(prefix)) for fault in faults if fault.path.startswith(prefix)}
    if any(fault.why == NOT_UTF8 for fault in faults):
        return NOT_UTF8
    for why, fields in (
        (BAD_VALUE, (*NUMBERS.get(kind, ()), *TRUTHS.get(kind, ()))),
        (UNEXPECTED_TYPE, CONTAINERS.get(kind, ())),
    ):
        for field in fields:
            if (why, field) in misread:
                return f"{why}: {field}"
    return None


def _is_history(element: Element) -> bool:
    """Tell an entry of the account's streaming history, extended or short."""
    uri = element.spotify_track_uri or element.spotify_episode_uri or element.audiobook_uri
    return uri is not None or element.endTime is not None or (element.ts is not None and element.ms_played is not None)


def _locate(element: Element, is_history: bool) -> tuple[str, Any]:
    """Return the object of an element, and the field it is in: empty for the element itself."""
    if kinds.names_itself(element.item):
        return "item", element.item
    if not isinstance(element.track, bool) and kinds.names_itself(element.track):
        return "track", element.track
    if kinds.names_itself(element):
        return "", _with_history(element) if is_history else element
    if element.album is not None:
        return "album", element.album
    if element.episode is not None and not isinstance(element.episode, bool):
        return "episode", element.episode
    if element.show is not None:
        return "show", element.show
    return "", _with_history(element) if is_history else element


def _with_history(element: Element) -> Element:
    """Return an entry of the streaming history with the URI and the name where other objects have them."""
    uri = element.spotify_track_uri or element.spotify_episode_uri or element.audiobook_uri
    return msgspec.structs.replace(
        element, uri=uri or element.uri, name=element.master_metadata_track_name or element.name
    )


def _kind_of(element: Element, place: str, thing: Any, list_name: str | None) -> str | None:
    if element.is_local:
        return "local_file"
    if place in ("episode", "show"):
        return place
    hint = None
    if kinds.names_itself(thing):
        hint = "song" if place in PLACES else "album" if place == "album" else LIST_KINDS.get(list_name or "")
    return kinds.kind_of(thing, _kind_by_shape(thing, place), hint)


def _kind_by_shape(thing: Any, place: str) -> str | None:
    """Tell a kind by the fields that only it has."""
    if place != "album":
        if thing.show is not None:
            return "episode"
        isrc = thing.external_ids.isrc if thing.external_ids is not None else None
        if any(value is not None for value in (thing.duration_ms, thing.track_number, isrc, thing.album)):
            return "song"
    if place in PLACES:
        return None
    if any(value is not None for value in (thing.album_type, thing.total_tracks, thing.release_date)):
        return "album"
    if place == "" and (thing.genres is not None or thing.followers is not None):
        return "artist"
    return None


def _is_blank(decoded: Decoded, place: str, is_history: bool, thing: Any) -> bool:
    """Tell an entry that holds nothing: every value null or empty, or a wrapper around null."""
    element = decoded.element
    if place or element is None or kinds.names_itself(thing):
        return False
    if is_history:
        return element.endTime is None
    is_bare = element.item is None and (element.track is None or isinstance(element.track, bool))
    is_wrapper = any(value is not None for value in (element.added_at, element.played_at, element.is_local))
    return (is_bare and is_wrapper) or _holds_nothing(decoded.plain)


def _holds_nothing(plain: Any) -> bool:
    return isinstance(plain, dict) and all(value is None or value == {} for value in plain.values())
