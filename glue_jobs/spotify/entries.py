"""Classify the elements of a list: what each is, what becomes of it (`Outcome`), and why.

An element is decoded strictly where it fits (objects.py), else leniently (lenient.py); the rules here do not know which
way it came. A rejected element never stops its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from glue_jobs.spotify import kinds, values
from glue_jobs.spotify.depth import CUT, read_shallow
from glue_jobs.spotify.kinds import IdOf, spotify_id
from glue_jobs.spotify.lenient import (
    BAD_VALUE,
    MALFORMED,
    NOT_UTF8,
    UNEXPECTED_TYPE,
    Fault,
    NotJson,
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

NAMES_AROUND = """
added_at added_by played_at is_local primary_color video_thumbnail sharing_info context
ts ms_played username platform conn_country ip_addr ip_addr_decrypted user_agent_decrypted city region metro_code
longitude latitude reason_start reason_end shuffle skipped offline offline_timestamp incognito_mode
"""
AROUND = frozenset(NAMES_AROUND.split())
"""What Spotify says around the object of an entry, and beside the names of a play: where these are null, it all is."""

STRICT = msgspec.json.Decoder(list[Element | None])
STRICT_ELEMENT = msgspec.json.Decoder(Element | None)
PLACES = ("item", "track")
EXPECTED = {"item": "song", "track": "song", "album": "album"}
"""The only kind that the object under a field of an entry may be."""


@dataclass(slots=True)
class Entry:
    """One element, classified. `thing` is the object it holds, or None."""

    outcome: Outcome
    reason: str | None
    path: str
    kind: str | None = None
    item_id: str | None = None
    thing: Any = None
    added_at: int | None = None
    played_at: int | None = None
    origin: str | None = None
    """Of a play: api (recently played), export or export_short (streaming history, extended or short)."""
    element: Element | None = None
    """The whole element, which of a play knows more than its song."""
    payload: bytes = b""
    """The JSON of a rejected element."""


@dataclass(slots=True)
class Decoded:
    """An element as it was read: `element` is None for null and for anything but an object."""

    element: Element | None
    faults: Sequence[Fault] = ()
    plain: Any = None
    """The element as plain Python, where it was read leniently."""
    why_not: str | None = None
    """The reason why it could not be read at all."""


def classify_list(answer_list: AnswerList, id_of: IdOf = spotify_id) -> Iterator[Entry]:
    """Classify the elements of a list, in order; `id_of` says which ids count."""
    try:
        elements = (
            [STRICT_ELEMENT.decode(answer_list.array)] if answer_list.is_single else STRICT.decode(answer_list.array)
        )
    except MALFORMED:
        yield from _classify_one_by_one(answer_list, id_of)
        return
    raws: list[msgspec.Raw] = []
    for index, element in enumerate(elements):
        entry = classify(Decoded(element), answer_list.name, answer_list.path_of(index), id_of)
        if entry.reason is not None and entry.outcome != Outcome.SKIPPED:
            raws = raws or _raw_elements(answer_list)
            entry = classify(_decode_leniently(raws[index]), answer_list.name, entry.path, id_of)
            _keep_payload(entry, raws[index])
        yield entry


def _classify_one_by_one(answer_list: AnswerList, id_of: IdOf) -> Iterator[Entry]:
    """Classify the elements of a list of which at least one does not fit the types."""
    for index, raw in enumerate(_raw_elements(answer_list)):
        try:
            decoded = Decoded(STRICT_ELEMENT.decode(raw))
        except MALFORMED:
            decoded = _decode_leniently(raw)
        entry = classify(decoded, answer_list.name, answer_list.path_of(index), id_of)
        if entry.reason is not None and entry.outcome != Outcome.SKIPPED:
            if decoded.plain is None:
                entry = classify(_decode_leniently(raw), answer_list.name, entry.path, id_of)
            _keep_payload(entry, raw)
        yield entry


def _keep_payload(entry: Entry, raw: msgspec.Raw) -> None:
    """Keep the JSON of a rejected element; where a part of it was cut, that is the reason."""
    entry.payload = bytes(raw)
    if CUT in entry.payload:
        entry.reason = "nested_too_deep"


def _raw_elements(answer_list: AnswerList) -> list[msgspec.Raw]:
    return [answer_list.array] if answer_list.is_single else read_shallow(ELEMENTS.decode, answer_list.array)


def _decode_leniently(raw: msgspec.Raw) -> Decoded:
    try:
        plain = read_shallow(decode_plain, bytes(raw))
    except NotJson:
        return Decoded(None, why_not="unknown_shape")
    element, faults = build(plain, Element)
    return Decoded(element, faults, plain, None if element is not None or plain is None else "unknown_shape")


def classify(decoded: Decoded, list_name: str | None, path: str, id_of: IdOf = spotify_id) -> Entry:
    """Say what an element is and what becomes of it."""
    element = decoded.element
    if element is None:
        outcome = Outcome.REJECTED if decoded.why_not else Outcome.SKIPPED
        return Entry(outcome, decoded.why_not or "null_entry", path)
    history = _history_of(element)
    place, thing = _locate(element, history)
    is_own_play = history is not None and place == ""
    kind = _kind_of_play(thing) if is_own_play else None
    kind = kind or _kind_of(element, place, thing, list_name)
    played_text = element.played_at
    if played_text is None and history:
        played_text = element.ts or element.endTime
    entry = Entry(
        Outcome.ACCEPTED,
        None,
        path,
        kind,
        thing.uri if kind == "local_file" else id_of(thing),
        thing,
        values.instant(element.added_at),
        values.instant(played_text),
        history or ("api" if element.played_at is not None else None),
        element,
    )
    if is_own_play and kind == "song" and thing.uri is None:
        entry.item_id = kinds.name_key(thing.artistName, thing.name)
    entry.outcome, entry.reason = _judge(entry, decoded, place, played_text)
    return entry


def _judge(entry: Entry, decoded: Decoded, place: str, played_text: str | None) -> tuple[Outcome, str | None]:
    """Return the outcome of an element, and the reason if it is not accepted."""
    kind, thing = entry.kind, entry.thing
    if not place and not kinds.names_itself(thing) and _is_blank(decoded.plain):
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
        reason = _reason_of_faults(decoded, kind, place, thing)
    return (Outcome.REJECTED, reason) if reason else (Outcome.ACCEPTED, None)


def _reason_of_faults(decoded: Decoded, kind: str, place: str, thing: Any) -> str | None:
    """Return the first fault in a field that the rows of this kind are made of.

    What bears a link of Spotify's is known by it: text or a number where a list or an object was expected (the name of
    the album in a flat song, a number of followers) is then only not taken over.
    """
    faults = decoded.faults
    prefix = f"{place}." if place else ""
    if kinds.is_known_by_link(thing):
        faults = [
            found_fault
            for found_fault in faults
            if found_fault.why != UNEXPECTED_TYPE or not _is_scalar(decoded.plain, found_fault.path)
        ]
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


def _is_scalar(plain: Any, path: str) -> bool:
    """Return whether the value at a dotted path is neither an object nor a list."""
    for name in path.split("."):
        plain = plain.get(name) if isinstance(plain, dict) else None
    return not isinstance(plain, dict | list)


def _history_of(element: Element) -> str | None:
    """Return which streaming history of the account an element is an entry of: export, export_short or None."""
    uri = element.spotify_track_uri or element.spotify_episode_uri or element.audiobook_uri
    if uri is not None or (element.ts is not None and element.ms_played is not None):
        return "export"
    return "export_short" if element.endTime is not None else None


def _locate(element: Element, history: str | None) -> tuple[str, Any]:
    """Return the object of an element, and the field it is in: empty for the element itself."""
    if kinds.names_itself(element.item):
        return "item", element.item
    if not isinstance(element.track, bool) and kinds.names_itself(element.track):
        return "track", element.track
    if history:
        return "", _with_history(element)
    if kinds.names_itself(element):
        return "", element
    if element.album is not None:
        return "album", element.album
    if element.episode is not None and not isinstance(element.episode, bool):
        return "episode", element.episode
    if element.show is not None:
        return "show", element.show
    return "", element


def _with_history(element: Element) -> Element:
    """Return an entry of the streaming history with URI, name and artist where other objects have them."""
    uri = element.spotify_track_uri or element.spotify_episode_uri or element.audiobook_uri
    return msgspec.structs.replace(
        element,
        uri=uri or element.uri,
        name=element.master_metadata_track_name or element.trackName or element.name,
        artistName=element.master_metadata_album_artist_name or element.artistName,
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


def _kind_of_play(play: Element) -> str | None:
    """Tell what a play of the streaming history was of, where it has names but no URI."""
    if play.uri is not None:
        return None
    if play.episode_name or play.episode_show_name or play.podcastName:
        return "episode"
    if play.audiobook_title or play.audiobook_chapter_title or play.audiobookName:
        return "audiobook"
    return "song" if play.artistName or play.name else None


def _is_blank(plain: Any) -> bool:
    """Tell an entry that holds nothing: only Spotify's own fields around an object have values.

    An entry that says anything in a foreign field is not blank, however little of it is understood.
    """
    return isinstance(plain, dict) and all(
        value is None or value == {} or name in AROUND for name, value in plain.items()
    )
