"""Look at a file before it is landed: what it is, which list it has pages of, whose it is, whether it is personal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from glue_jobs.spotify.lenient import MALFORMED
from lakehouse.importing import account_export, list_source, personal
from lakehouse.importing.accounts import find_username
from lakehouse.importing.counting import count
from lakehouse.importing.documents import Document, unwrap
from lakehouse.importing.dump_file import Dump
from lakehouse.importing.json_text import decode, read_content
from lakehouse.importing.official import is_official, read_head
from lambda_extract.raw_format import Json, JsonObject, Source, encode_json

LARGEST_PAGE = 4_000_000
"""Bytes of a file that can be one page among several; of a larger one only the start is looked at."""

START = 100_000
"""Bytes at the start of a large file of JSON lines that its first line is looked for in."""

SOME_ELEMENTS = 5
"""Elements of each list of a large file that are looked at."""

NOT_GROUPED = frozenset(("import", "album", "artist", "track"))
"""Lists that are not joined over files: what is known by its path only, and what is not a list that somebody chose."""

PLAYS = "recently_played"


@dataclass(frozen=True)
class Page:
    """Where the entries of a page are in its list."""

    list_name: str | None
    start: int
    end: int


@dataclass(frozen=True)
class Cursor:
    """How the pages of a list without offsets continue each other: by what they were asked with, and what they give."""

    asked: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ListPages:
    """The one list that a file has pages of, and what the file says of it."""

    source: Source
    pages: tuple[Page, ...]
    facts: JsonObject
    is_placed: bool
    """Each page says where it is in its list."""
    cursor: Cursor = field(default_factory=Cursor)


@dataclass(frozen=True)
class Look:
    """What a file is, as far as it was looked at."""

    listed: ListPages | None = None
    is_own: bool = False
    """It is a file of an account's own export."""
    has_music: bool | None = None
    """It has entries; None where it is too long to be looked through, or cannot be read."""
    personal: str | None = None
    """The kind of personal data that is in it, where it has no music."""
    username: str | None = None


def look_at(dump: Dump, path: str) -> Look:
    """Look at a file; `path` is its path below the imported folder."""
    data = dump.data.removeprefix(b"\xef\xbb\xbf")
    if not dump.is_intact:
        return Look()
    if len(data) > LARGEST_PAGE:
        return _look_at_start(data)
    if is_official(data):
        return Look(_describe_pages([(read_head(data), data)], path), has_music=True)
    try:
        return _look_at_values(data, [piece.value for piece in read_content(data).pieces if piece.is_json], path)
    except (RecursionError, ValueError):
        return Look()


def _look_at_values(data: bytes, values: Sequence[Json], path: str) -> Look:
    """Look at all values of a file."""
    if any(map(account_export.is_own, values)):
        return Look(is_own=True, has_music=True, username=find_username(data))
    if any(map(account_export.translate, values)):
        return Look(has_music=True)
    documents = [document for value in values for document in unwrap(value).documents]
    if any(document.entries for document in documents):
        return Look(_describe_pages([(each, b"") for each in _objects(documents)], path), has_music=True)
    return Look(
        has_music=bool(documents) and any(map(_is_empty_page, documents)),
        personal=next(filter(None, map(personal.find_kind, values)), None),
        username=next(filter(None, map(_find_own_name, values)), None),
    )


def _objects(documents: Sequence[Document]) -> Iterator[JsonObject]:
    yield from (document.value for document in documents if isinstance(document.value, dict))


def _is_empty_page(document: Document) -> bool:
    """Return whether a document is a page of a list that has nothing in it, which says something, too."""
    value = document.value
    return isinstance(value, dict) and value.get("items") == [] and ("href" in value or "total" in value)


def _find_own_name(value: Json) -> str | None:
    """Find the user name in the user data of an account; nothing else of it is used."""
    name = value.get("username") if isinstance(value, dict) else None
    return name if isinstance(name, str) and name else None


def _look_at_start(data: bytes) -> Look:
    """Look at some elements of a large file: whether it is of an account's export, or personal."""
    thin = _thin(data)
    is_own = account_export.is_own(thin)
    kind = None if is_own or isinstance(thin, dict) else personal.find_kind(thin)
    return Look(is_own=is_own, personal=kind, username=find_username(data) if is_own else None)


def _thin(data: bytes) -> Json:
    """Return a large value with the first elements of its lists alone; of JSON lines the first line."""
    text = data if data[:1] in (b"{", b"[") else decode(data)[0].lstrip().encode(errors="replace")
    for part in (text, text[:START].partition(b"\n")[0]):
        try:
            if part[:1] == b"[":
                return _thin_list(msgspec.Raw(part))
            fields = msgspec.json.decode(part, type=dict[str, msgspec.Raw])
            return {name: _thin_list(value) for name, value in fields.items()}
        except MALFORMED:
            continue
    return None


def _thin_list(part: msgspec.Raw) -> Json:
    if bytes(memoryview(part)[:1]) != b"[":
        return msgspec.json.decode(part)  # type: ignore[no-any-return]
    elements = msgspec.json.decode(part, type=list[msgspec.Raw])[:SOME_ELEMENTS]
    return [msgspec.json.decode(element) for element in elements]


def _describe_pages(documents: Sequence[tuple[JsonObject, bytes]], path: str) -> ListPages | None:
    """Say which pages a file has, where all are of one list that Spotify names."""
    named = [(list_source.find_source(value, path, "$"), value, text) for value, text in documents]
    sources = {source for source, _, _ in named}
    if len(sources) != 1 or not (source := next(iter(sources))) or source.kind in NOT_GROUPED:
        return None
    texts = [text or encode_json(value) for _, value, text in named]
    counted = [counted_list for text in texts for counted_list in count(text).lists]
    facts: JsonObject = {}
    for _, value, _ in named:
        facts |= list_source.find_facts(value, source)
    placed = tuple(
        Page(counted_list.name, counted_list.offset, counted_list.offset + counted_list.size)
        for counted_list in counted
        if counted_list.offset is not None
    )
    is_placed = len(placed) == len(counted)
    return ListPages(source, placed, facts, is_placed, Cursor() if is_placed else _find_cursor(texts, source))


class _Cursors(msgspec.Struct, gc=False):
    before: Any = None
    after: Any = None


class _CursorPage(msgspec.Struct, gc=False):
    """What a page of a list with cursors says of its place."""

    href: Any = None
    next: Any = None
    cursors: _Cursors | None = None


class _CursorAnswer(_CursorPage, gc=False):
    artists: _CursorPage | None = None


def _find_cursor(texts: Sequence[bytes], source: Source) -> Cursor:
    """Find what the pages of a file were asked with, and what they give to ask on with and do not use themselves.

    Recently played goes back in time by `before`; its `after` is for plays that come later, of another day maybe.
    """
    direction = "before" if source.kind == PLAYS else "after"
    asked: set[str] = set()
    gives: set[str] = set()
    for text in texts:
        try:
            answer = msgspec.json.decode(text, type=_CursorAnswer)
        except MALFORMED:
            return Cursor()
        page = answer.artists or answer
        asked |= _cursors_of(page.href, direction)
        gives |= _cursors_of(page.next, direction)
        given = getattr(page.cursors, direction) if page.cursors else None
        gives |= {str(given)} if given else set()
    return Cursor(frozenset(asked - gives), frozenset(gives - asked))


def _cursors_of(address: Any, direction: str) -> set[str]:
    """Return the cursor in the address of a page."""
    try:
        return set(parse_qs(urlsplit(str(address or "")).query).get(direction, []))
    except ValueError:
        return set()
