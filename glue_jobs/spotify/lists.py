"""The lists of an answer: its outermost list (or lists), whose elements are the answer's entries.

They are the elements of `items`, as an array or (a playlist of 2026) as a page; else those of the lists of a search or
of several objects by id; a single object, or a single entry, is a list of one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from glue_jobs.spotify import kinds
from glue_jobs.spotify.lenient import build, decode, decode_plain
from glue_jobs.spotify.objects import AnswerHead, PageFacts

Raw = msgspec.Raw
Fields = Mapping[str, Raw]

OBJECTS = ("song", "album", "artist", "episode", "show", "audiobook")
NAMED_LISTS = ("tracks", "albums", "artists", "playlists", "shows", "episodes", "audiobooks", "queue")
WRAPPED = ("item", "track", "album", "episode", "show")
HISTORY = ("ms_played", "spotify_track_uri", "spotify_episode_uri", "audiobook_uri", "endTime")
NULL = Raw(b"null")
NO_MUSIC_PAGE = re.compile(rb"/browse/categories(?:[?\"]|$)")
FIELDS = msgspec.json.Decoder(dict[str, Raw])
ELEMENTS = msgspec.json.Decoder(list[Raw])


@dataclass(frozen=True)
class AnswerList:
    """One list of an answer: `name` is None for an answer that is its own only element."""

    name: str | None
    path: str
    page: PageFacts
    array: Raw
    """The JSON of the array; of a single object, the object's own."""
    is_single: bool = False

    @property
    def listed_as(self) -> str | None:
        """Return the list's name among all pages: a playlist's own page may call `tracks` what others call `items`."""
        return "items" if self.name == "tracks" else self.name

    def path_of(self, index: int) -> str:
        """Return where an element is in its answer."""
        return self.path if self.is_single else f"{self.path}[{index}]"


@dataclass(frozen=True)
class Answer:
    """What an answer is: its lists (None where it has none) and, if it is a playlist, what it says of itself."""

    lists: list[AnswerList] | None
    kind: str | None
    head: AnswerHead
    is_error: bool


def read_answer(response: Raw) -> Answer:
    """Find the lists of an answer, which is a JSON object."""
    fields = FIELDS.decode(response)
    items = fields.get("items", NULL)
    if _has_no_music(fields):
        return Answer(None, None, AnswerHead(), False)
    if is_array(items):
        return Answer([AnswerList("items", "$.items", _page_facts(fields), items)], None, AnswerHead(), False)
    head = decode(response, AnswerHead)[0] or AnswerHead()
    kind = kinds.kind_of(head, _kind_by_shape(head), "playlist" if head.snapshot_id is not None else None)
    return Answer(_find_lists(response, fields, kind), kind, head, not is_null(fields.get("error", NULL)))


def _has_no_music(fields: Fields) -> bool:
    """Tell an answer of the Web API that looks like music and is not: categories, and the analysis of a track."""
    if "segments" in fields and "bars" in fields:
        return True
    return NO_MUSIC_PAGE.search(bytes(fields.get("href", NULL))) is not None


def _find_lists(response: Raw, fields: Fields, kind: str | None) -> list[AnswerList] | None:
    if (page := _page(fields, "items")) is not None:
        return [page]
    if kind in OBJECTS:
        return [_single(response)]
    if several := list(_named_lists(fields)):
        return several
    if kind == "playlist" or _is_entry(fields):
        return [_single(response)]
    return None


def _named_lists(fields: Fields) -> Iterator[AnswerList]:
    for name in NAMED_LISTS:
        if is_array(fields.get(name, NULL)):
            yield AnswerList(name, f"$.{name}", PageFacts(), fields[name])
        elif (page := _page(fields, name)) is not None:
            yield page
    if is_object(fields.get("currently_playing", NULL)):
        yield AnswerList(
            "currently_playing", "$.currently_playing", PageFacts(), fields["currently_playing"], is_single=True
        )


def _page(fields: Fields, name: str) -> AnswerList | None:
    """Return the list of a page (an object with `items`) under a name; None if there is no such page."""
    page = fields.get(name, NULL)
    if not is_object(page):
        return None
    inner = FIELDS.decode(page)
    items = inner.get("items", NULL)
    return AnswerList(name, f"$.{name}.items", _page_facts(inner), items) if is_array(items) else None


def _single(response: Raw) -> AnswerList:
    return AnswerList(None, "$", PageFacts(), response, is_single=True)


def _is_entry(fields: Fields) -> bool:
    """Tell a single entry: an object under `item`, `track` and so on, or one of the streaming history."""
    return any(is_object(fields.get(name, NULL)) for name in WRAPPED) or any(
        not is_null(fields.get(name, NULL)) for name in HISTORY
    )


def _page_facts(fields: Fields) -> PageFacts:
    given = {name: decode_plain(bytes(fields[name])) for name in PageFacts.__struct_fields__ if name in fields}
    return build(given, PageFacts)[0] or PageFacts()


def _kind_by_shape(head: AnswerHead) -> str | None:
    if head.show is not None:
        return "episode"
    isrc = head.external_ids.isrc if head.external_ids is not None else None
    if any(value is not None for value in (head.duration_ms, head.track_number, isrc)):
        return "song"
    if any(value is not None for value in (head.album_type, head.total_tracks, head.release_date)):
        return "album"
    return "artist" if head.genres is not None or head.followers is not None else None


def is_array(value: Raw) -> bool:
    """Tell the JSON of an array."""
    return bytes(memoryview(value)[:1]) == b"["


def is_object(value: Raw) -> bool:
    """Tell the JSON of an object."""
    return bytes(memoryview(value)[:1]) == b"{"


def is_null(value: Raw) -> bool:
    """Tell the JSON of null."""
    return bytes(memoryview(value)[:1]) == b"n"
