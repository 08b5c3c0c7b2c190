"""Unwrap what other pipelines stored, down to documents in Spotify's shapes; nothing is left out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from lakehouse.importing.foreign_forms import add_uri_of_key, read_text, turn_back
from lakehouse.importing.personal import find_kind
from lambda_extract.raw_format import Json, JsonObject
from lambda_extract.spotify import shapes

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ID_KEY = re.compile(r"[A-Za-z0-9]{22}|spotify:.+")
DESCRIBING = frozenset(("id", "name", "type", "artists", "album", "track", "item", "duration_ms", "items"))
"""Fields of which a music object has at least one beside its URI."""

PLAIN, NULL, OWN, ELEMENT, GATHER = "plain", "null", "own", "element", "gather "


@dataclass(frozen=True)
class Document:
    """One document in Spotify's shapes, or a rest without music, and the JSON path it came from."""

    path: str
    value: Json

    @property
    def entries(self) -> int:
        """Count its entries."""
        return shapes.count_entries(self.value)


@dataclass
class Found:
    """What a value holds: its documents, music under foreign keys of these, and what is left of the wrappers."""

    documents: list[Document] = field(default_factory=list)
    extras: list[Document] = field(default_factory=list)
    leftovers: list[Document] = field(default_factory=list)
    scalars: JsonObject = field(default_factory=dict)

    @property
    def has_music(self) -> bool:
        """Return whether any document has entries."""
        return any(document.entries for document in self.documents)

    def add(self, other: "Found") -> None:
        """Take over what was found elsewhere."""
        self.documents += other.documents
        self.add_rest(other)

    def add_rest(self, other: "Found") -> None:
        """Take over all but the documents."""
        self.extras += other.extras
        self.leftovers += other.leftovers
        self.scalars.update(other.scalars)


@dataclass(frozen=True)
class Unwrapped:
    """The documents of one top-level value, and the scalars left of its wrappers by JSON path."""

    documents: list[Document]
    scalars: JsonObject


@dataclass(frozen=True)
class _Part:
    """One member of a wrapper: where it is, what it holds, and how it joins its neighbours."""

    key: str | int
    path: str
    value: Json
    found: Found
    label: str

    @property
    def element_kind(self) -> str | None:
        """Name what its first document is; unlike ones are not joined."""
        first = self.found.documents[0].value if self.found.documents else None
        return shapes.name_kind(first) if shapes.is_object(first) else None


def unwrap(value: Json) -> Unwrapped:
    """Find the documents of a top-level value; one without music is a document as it is."""
    if isinstance(value, list) and all(item is None for item in value):
        return Unwrapped([Document("$", {"items": value})], {})
    value = _complete(value)
    visited = _visit(value, "$")
    if not visited.documents:
        return Unwrapped([Document("$", value)], {})
    return Unwrapped(visited.documents + visited.extras + visited.leftovers, visited.scalars)


def _complete(value: Json) -> Json:
    """Return a value as Spotify would have written it; an album has its tracks as a page, never as a bare list."""
    if isinstance(value, str):
        return _read_text(value) if value.lstrip()[:1] in ("{", "[") else value
    if isinstance(value, list):
        return [_complete(item) if isinstance(item, dict | list | str) else item for item in value]
    if not shapes.is_object(value):
        return value
    whole = turn_back({key: _complete(add_uri_of_key(key, part)) for key, part in value.items()})
    if not shapes.is_object(whole):
        return whole
    tracks = whole.get("tracks")
    if isinstance(tracks, list) and any(map(shapes.is_element, tracks)) and shapes.name_kind(whole) == "album":
        whole["tracks"] = {"items": tracks}
    return whole


def _read_text(text: str) -> Json:
    """Return the answer that a text is the JSON of; a text that holds neither music nor personal data stays a text."""
    value = _complete(read_text(text))
    return value if value is not None and (_visit(value, "$").has_music or find_kind(value)) else text


def join_path(path: str, key: str | int) -> str:
    """Write the JSON path of a member; a key that is not a plain identifier is quoted in brackets."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if IDENTIFIER.fullmatch(key):
        return f"{path}.{key}"
    quoted = key.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{quoted}']"


def _visit(value: Json, path: str) -> Found:
    """Find the documents in a value; a scalar has none."""
    if shapes.is_object(value):
        return _visit_object(value, path)
    return _visit_list(value, path) if isinstance(value, list) else Found()


def _visit_object(value: JsonObject, path: str) -> Found:
    """Take an object as a document if Spotify sends such, else look into it."""
    if _is_document(value) and not _is_doubtful(value):
        return Found([Document(path, value)], list(_find_extras(value, path)))
    visited = _visit_fields(value, path)
    if visited.has_music or not (_is_document(value) or shapes.is_error_body(value)):
        return visited
    return Found([Document(path, value)])


def _is_document(value: JsonObject) -> bool:
    """Return whether Spotify sends objects of this shape."""
    if shapes.is_page(value) or shapes.is_page(value.get("items")) or shapes.name_kind(value):
        return True
    return shapes.is_several(value) or shapes.is_element(value) or shapes.is_player_state(value)


def _is_doubtful(value: JsonObject) -> bool:
    """Return whether a document may only be somebody's wrapper in Spotify's clothes."""
    kind = None if shapes.is_page(value) else shapes.name_kind(value)
    if kind not in (None, "playlist") or (kind == "playlist" and not shapes.has_page(value)):
        own = shapes.list_own_fields(value) - {"external_urls"}
        return not any(value.get(name) is not None for name in own | {"name"})
    if kind is None and not shapes.is_page(value) and not shapes.is_page(value.get("items")):
        return False
    lists = [value.get("items")] if value.get("items") else [value.get("tracks")]
    return any(_is_doubtful_list(part["items"] if shapes.is_page(part) else part) for part in lists)


def _is_doubtful_list(items: Json) -> bool:
    """Return whether a list of items holds documents rather than elements."""
    if not isinstance(items, list):
        return True
    if any(shapes.is_playlist_with_page(item) for item in items):
        return True
    return bool(items) and not any(shapes.is_element(item) for item in items)


def _find_extras(value: JsonObject, path: str) -> Iterator[Document]:
    """Yield the music that a document holds where Spotify puts none."""
    yield from _find_foreign(value, path, shapes.list_own_fields(value))
    for key in shapes.list_element_fields(value):
        if shapes.is_page(page := value[key]):
            yield from _find_foreign(page, join_path(path, key), shapes.PAGE_FIELDS)
    for element, element_path in _list_elements(value, path):
        if shapes.is_element(element):
            yield from _find_extras(element, element_path)
        else:
            yield from _find_music(element, element_path)


def _find_foreign(value: JsonObject, path: str, own: frozenset[str]) -> Iterator[Document]:
    """Yield the music under the fields that are not Spotify's own."""
    for key, part in value.items():
        if key not in own:
            yield from _find_music(part, join_path(path, key))


def _find_music(value: Json, path: str) -> Iterator[Document]:
    """Yield the documents with entries inside a value that is landed with its document anyway."""
    if isinstance(value, dict | list):
        visited = _visit(value, path)
        yield from (
            document
            for document in visited.documents + visited.extras
            if document.entries and not _is_pointer(document.value)
        )


def _is_pointer(value: Json) -> bool:
    """Return whether a value only points to an object, as Spotify's `sharing_info` does: a URI and nothing else."""
    return shapes.is_object(value) and "uri" in value and not DESCRIBING & set(value)


def _list_elements(value: JsonObject, path: str) -> Iterator[tuple[Json, str]]:
    """Yield the elements of a document's own lists, and the object inside an entry."""
    for key in shapes.list_element_fields(value):
        part, part_path = value[key], join_path(path, key)
        if shapes.is_page(part):
            part, part_path = part["items"], join_path(part_path, "items")
        if isinstance(part, list):
            yield from ((item, join_path(part_path, index)) for index, item in enumerate(part))
        else:
            yield part, part_path


def _visit_list(values: list[Json], path: str) -> Found:
    """Join runs of elements into one document each, so that order stays; take other members one by one."""
    parts = [_read_part(index, value, path) for index, value in enumerate(values)]
    labels = _join_neighbours([part.label for part in parts])
    visited, start = Found(), 0
    for label, run in groupby(zip(labels, parts, strict=True), key=lambda pair: pair[0]):
        members = [part for _, part in run]
        whole = len(members) == len(parts)
        place = f"[{start}:{start + len(members)}]"
        if label == ELEMENT:
            _add_elements(visited, members, path if whole else path + place)
        elif label.startswith(GATHER):
            _add_gathered(visited, members, path + ("[*]" if whole else place) + label.removeprefix(GATHER))
        else:
            _add_members(visited, members)
        start += len(members)
    return visited if visited.documents else Found()


def _visit_fields(value: JsonObject, path: str) -> Found:
    """Join what a dictionary holds by id into one document; take other members one by one."""
    visited = Found()
    for label, members in _group_alike([_read_part(key, part, path) for key, part in value.items()]):
        if label == ELEMENT:
            _add_elements(visited, members, f"{path}[*]")
        elif label.startswith(GATHER):
            _add_gathered(visited, members, f"{path}[*]{label.removeprefix(GATHER)}")
        else:
            _add_members(visited, members)
            continue
        _note_keys(visited, members, f"{path}[*]")
    return visited if visited.documents else Found()


def _read_part(key: str | int, value: Json, path: str) -> _Part:
    """Look into one member of a wrapper."""
    part_path = join_path(path, key)
    visited = _visit(value, part_path)
    return _Part(key, part_path, value, visited, _label(value, visited, part_path))


def _label(value: Json, visited: Found, path: str) -> str:
    """Say how a member may join others: as element, as wrapper of one element under a path, or not at all."""
    if value is None:
        return NULL
    if shapes.is_element(value) and visited.documents and visited.documents[0].path == path:
        return ELEMENT
    if not visited.has_music:
        return PLAIN
    if len(visited.documents) == 1 and shapes.is_element(visited.documents[0].value):
        return GATHER + visited.documents[0].path.removeprefix(path)
    return OWN


def _join_neighbours(labels: list[str]) -> list[str]:
    """Let nulls join the run beside them, and members without music a run of elements, where each keeps its place."""
    joined = list(labels)
    for order in (range(len(joined)), range(len(joined) - 1, -1, -1)):
        beside = PLAIN
        for index in order:
            welcome = {NULL, PLAIN} if beside == ELEMENT else {NULL} if beside.startswith(GATHER) else set()
            if joined[index] in welcome:
                joined[index] = beside
            beside = joined[index]
    return joined


def _group_alike(parts: Sequence[_Part]) -> list[tuple[str, list[_Part]]]:
    """Group the members of a dictionary: two or more elements of one kind belong together, others are alone."""
    groups: dict[tuple[str, str | None], list[_Part]] = {}
    for part in parts:
        groups.setdefault((part.label, part.element_kind), []).append(part)
    alike = {key for key, members in groups.items() if key[0].startswith((ELEMENT, GATHER)) and len(members) > 1}
    only = next(iter(alike)) if len(alike) == 1 else None
    joined: dict[tuple[str, str | None], list[_Part]] = {}
    for part in parts:
        key = (part.label, part.element_kind)
        own = only if only and _is_missing(part) else (key if key in alike else (OWN, None))
        joined.setdefault(own, []).append(part)
    return [(label, members) for (label, _), members in joined.items()]


def _is_missing(part: _Part) -> bool:
    """Return whether a dictionary has an id without an object."""
    return part.value is None and ID_KEY.fullmatch(str(part.key)) is not None


def _add_elements(visited: Found, members: Sequence[_Part], path: str) -> None:
    """Add elements as one list document."""
    visited.documents.append(Document(path, {"items": [part.value for part in members]}))
    for part in members:
        visited.extras += part.found.extras


def _add_gathered(visited: Found, members: Sequence[_Part], path: str) -> None:
    """Add the one element of each wrapper as one list document."""
    values = [part.found.documents[0].value if part.found.documents else None for part in members]
    visited.documents.append(Document(path, {"items": list(values)}))
    for part in members:
        visited.add_rest(part.found)


def _add_members(visited: Found, members: Iterable[_Part]) -> None:
    """Add each member's own documents, or the member itself as what is left of a wrapper."""
    for part in members:
        if part.found.documents:
            visited.add(part.found)
        elif isinstance(part.value, dict | list) and part.value:
            visited.leftovers.append(Document(part.path, part.value))
        else:
            visited.scalars[part.path] = part.value


def _note_keys(visited: Found, members: Iterable[_Part], path: str) -> None:
    """Keep a dictionary's keys where they tell more than the ids inside."""
    keys: list[Json] = [part.key for part in members]
    if not all(_is_own_key(part) for part in members):
        known = visited.scalars.get(path)
        visited.scalars[path] = [*known, *keys] if isinstance(known, list) else keys


def _is_own_key(part: _Part) -> bool:
    """Return whether a key is the id or uri of what it holds."""
    document = part.found.documents[0].value if part.found.documents else None
    return shapes.is_object(document) and part.key in (document.get("id"), document.get("uri"))
