"""The sources document: which of Spotify's lists and objects a run reads, checked before anything is asked.

`sources.schema.json` describes it to editors and to this module; what a schema cannot express is checked in code.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from lambda_extract import errors
from lambda_extract.errors import ExtractError
from lambda_extract.raw_format import Json, JsonObject, Source

SCHEMA: dict[str, Any] = json.loads(
    (resources.files("lambda_extract.sources") / "sources.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
ID = re.compile(r"[0-9A-Za-z]{22}(?=/?(\?.*)?$)")
SPOTIFY_OWNED = "37i9"
TIME_RANGES = ("short_term", "medium_term", "long_term")
ALL_MINE = "all_mine"
"""A placeholder id until the account's own playlists are known."""

KINDS = {
    "playlists": "playlist",
    "saved_tracks": "saved_tracks",
    "saved_albums": "saved_albums",
    "top_tracks": "top_tracks",
    "top_artists": "top_artists",
    "recently_played": "recently_played",
    "followed_artists": "followed_artists",
    "albums": "album",
    "artists": "artist",
    "tracks": "track",
    "searches": "search",
}
"""The sections of the document, and the kind of source that each names."""

NEEDS_LOGIN = frozenset(
    {"saved_tracks", "saved_albums", "top_tracks", "top_artists", "recently_played", "followed_artists"}
)
FULL_WALK_DAYS = 7


@dataclass(frozen=True)
class Search:
    """What is searched for; the source's id is made of it."""

    query: str
    types: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class FollowedAlbums:
    """How much may be spent on the albums of followed artists."""

    max_calls: int
    max_age_days: int


@dataclass(frozen=True)
class Plan:
    """What a run reads, in order, and how."""

    sources: tuple[Source, ...]
    market: str | None = None
    """Sent with albums, tracks and searches."""

    full_walk_days: int = FULL_WALK_DAYS
    max_age_days: Mapping[Source, int] = field(default_factory=dict)
    stop_at_known: frozenset[str] = frozenset()
    """Kinds of sources of which only new entries are read."""

    saved_album_tracks: bool = False
    """Whether all tracks of saved albums are read, not only those that come with the list."""

    searches: Mapping[str, Search] = field(default_factory=dict)
    followed_albums: FollowedAlbums | None = None


def parse_sources(text: str, origin: str) -> Plan:
    """Read the document; one error names every fault in it."""
    twice: list[str] = []
    try:
        document: Json = json.loads(text, object_pairs_hook=lambda pairs: _read_object(pairs, twice))
    except (ValueError, RecursionError) as error:
        raise _refuse(origin, [f"no JSON ({error})"]) from error
    problems = list(dict.fromkeys([*(f"{name}: more than once; expected it once" for name in twice),
                                   *_find_problems(document)]))  # fmt: skip
    if problems or not isinstance(document, dict):
        raise _refuse(origin, problems)
    return _build_plan(document)


def _read_object(pairs: list[tuple[str, Json]], twice: list[str]) -> JsonObject:
    """Read an object and note repeated names, of which JSON would take the last. Comments may repeat."""
    names = [name for name, _ in pairs if not name.startswith("//")]
    twice += sorted({name for name in names if names.count(name) > 1})
    return dict(pairs)


def read_file(path: str) -> str:
    """Read a sources document of this machine."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not valid UTF-8"
        message = f"sources document {path}: {reason}; expected a JSON text. Nothing was fetched."
        raise ExtractError(message, errors.SOURCES) from error


def choose_sections(plan: Plan, wanted: Json) -> Plan:
    """Keep the sections that an event names; None keeps all."""
    if wanted is None:
        return plan
    there = {source.kind for source in plan.sources}
    known = [section for section, kind in KINDS.items() if kind in there]
    if not isinstance(wanted, list) or not wanted or not all(section in known for section in wanted):
        given = json.dumps(wanted, ensure_ascii=False)
        raise ExtractError(
            f"event: sources is {given}; expected a list of sections of the sources document:"
            f" {', '.join(known)}. Nothing was fetched.",
            errors.SOURCES,
        )
    kinds = {KINDS[str(section)] for section in wanted}
    return replace(plan, sources=tuple(source for source in plan.sources if source.kind in kinds))


def require_login(plan: Plan, has_login: bool) -> None:
    """Refuse sources of a user if the secret has no login."""
    private = [_describe(source) for source in plan.sources if is_private(source)]
    if private and not has_login:
        raise ExtractError(
            f"sources {', '.join(private)} belong to a user, but the secret has no refresh_token: expected a login"
            " (lakehouse login), or only playlists by id, albums, artists, tracks and searches. Nothing was fetched.",
            errors.SOURCES,
        )


def is_private(source: Source) -> bool:
    """Return whether a source needs a login."""
    return source.kind in NEEDS_LOGIN or source == Source("playlist", ALL_MINE)


def _describe(source: Source) -> str:
    return source.kind if source.id == source.kind else f"{source.kind} {source.id}"


def _refuse(origin: str, problems: Sequence[str]) -> ExtractError:
    message = f"sources document {origin}: {'; '.join(problems)}. Nothing was fetched."
    return ExtractError(message, errors.SOURCES)


# What is wrong with a document


def _find_problems(document: Json) -> Iterator[str]:
    """Yield every fault: what the schema refuses, and what it cannot check."""
    for refusal in VALIDATOR.iter_errors(document):
        yield from _describe_refusal(refusal)
    if isinstance(document, dict):
        yield from _find_twice(document)
        yield from _find_spotifys(document)
        if not any(section in document for section in KINDS):
            yield f"it names no source; expected one or more of {', '.join(KINDS)}"


def _describe_refusal(refusal: jsonschema.ValidationError) -> Iterator[str]:
    """Yield a line for each thing that the schema refuses."""
    schema: dict[str, Any] = refusal.schema if isinstance(refusal.schema, dict) else {}
    instance, parts = refusal.instance, list(refusal.absolute_path)
    is_element = bool(parts) and isinstance(parts[-1], int) and not isinstance(instance, dict)
    where = _name_place(parts[:-1] if is_element else parts)
    inside = f"{where}." if where else ""
    expected = schema.get("errorMessage", "expected what sources.schema.json says")
    value = json.dumps(instance, ensure_ascii=False)
    if refusal.validator == "additionalProperties":
        yield from (f"{inside}{name}: unknown; {expected}" for name in _list_unknown(schema, instance))
    elif refusal.validator == "required":
        missing = [name for name in schema["required"] if name not in _as_object(instance)]
        yield from (f"{inside}{name} not given; {_expect(schema, name)}" for name in missing)
    elif refusal.validator == "anyOf":
        yield f"{where}: names nothing; expected ids, or all_mine true"
    elif refusal.validator != "uniqueItems":
        shown = instance if isinstance(instance, str) else value
        yield f"{where}: {shown}: {expected}" if is_element else f"{where or 'it'} is {value}; {expected}"


def _list_unknown(schema: Mapping[str, Any], value: JsonObject) -> list[str]:
    """List the names of an object that its schema does not know."""
    patterns, known = schema.get("patternProperties", {}), schema.get("properties", {})
    return [name for name in value if name not in known and not any(re.search(pattern, name) for pattern in patterns)]


def _name_place(parts: Sequence[str | int]) -> str:
    """Write the path of a member: searches[2].types."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _expect(schema: Mapping[str, Any], name: str) -> str:
    return str(schema["properties"][name].get("errorMessage", "expected it"))


def _find_twice(document: JsonObject) -> Iterator[str]:
    """Yield what a list names more than once, however it is written."""
    for section, options in document.items():
        for name, listed in (options if isinstance(options, dict) else {}).items():
            texts = [_read_id(item) if isinstance(item, str) else json.dumps(item) for item in _as_list(listed)]
            twice = sorted({text for text in texts if texts.count(text) > 1})
            if twice:
                yield f"{section}.{name}: {', '.join(twice)}: more than once; expected each once"
    names = [_name_search(_as_object(item)) for item in _as_list(document.get("searches"))]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        yield f"searches: {', '.join(twice)}: more than once; expected each once"


def _find_spotifys(document: JsonObject) -> Iterator[str]:
    """Yield Spotify's own playlists, unless the document says that the app may read them."""
    options = _as_object(document.get("playlists"))
    ids = [_read_id(item) for item in _as_list(options.get("ids")) if isinstance(item, str)]
    owned = [item for item in ids if item.startswith(SPOTIFY_OWNED)]
    if owned and options.get("allow_spotify_owned") is not True:
        yield (
            f"playlists.ids: {', '.join(owned)}: Spotify's own playlists are closed to apps without extended"
            " access; with it, set allow_spotify_owned to true"
        )


# What a document that is right means


def _build_plan(document: JsonObject) -> Plan:
    """Build the plan of a document without faults."""
    sources: list[Source] = []
    ages: dict[Source, int] = {}
    for section, options in document.items():
        if section in KINDS:
            section_sources = list(READERS[section](section, options))
            sources += section_sources
            ages |= dict.fromkeys(section_sources, _find_default(section, options))
    searches = {_name_search(search): search for search in map(_as_object, _as_list(document.get("searches")))}
    ages |= {Source("search", name): _read_number(search.get("max_age_days"), 0) for name, search in searches.items()}
    market = document.get("market")
    return Plan(
        sources=tuple(sources),
        market=market if isinstance(market, str) else None,
        full_walk_days=_read_number(document.get("full_walk_days"), FULL_WALK_DAYS),
        max_age_days={source: days for source, days in ages.items() if days},
        stop_at_known=frozenset(
            section for section in ("saved_tracks", "saved_albums")
            if _as_object(document.get(section)).get("stop_at_known") is True
        ),
        saved_album_tracks=_as_object(document.get("saved_albums")).get("all_tracks") is True,
        searches={name: _build_search(search) for name, search in searches.items()},
        followed_albums=_read_followed_albums(_as_object(document.get("followed_artists"))),
    )  # fmt: skip


def _find_default(section: str, options: Json) -> int:
    """Return after how many days a section's sources are asked for again."""
    age = SCHEMA["properties"][section].get("properties", {}).get("max_age_days")
    return _read_number(_as_object(options).get("max_age_days"), age["default"]) if age else 0


def _read_playlists(section: str, options: Json) -> Iterable[Source]:
    """Read the playlists: all of the account's own first, then those by id."""
    all_mine = _as_object(options).get(ALL_MINE) is True
    return [*([Source("playlist", ALL_MINE)] if all_mine else []), *_read_ids(section, options)]


def _read_ids(section: str, options: Json) -> Iterable[Source]:
    ids = _as_list(_as_object(options).get("ids"))
    return [Source(KINDS[section], _read_id(str(item))) for item in ids]


def _read_time_ranges(section: str, options: Json) -> Iterable[Source]:
    """Read the time ranges of a section; all three if none is named."""
    ranges = _as_object(options).get("time_ranges", list(TIME_RANGES))
    return [Source(section, str(time_range)) for time_range in _as_list(ranges)]


def _read_lone(section: str, options: Json) -> Iterable[Source]:
    """Read a section with only one source, named like its kind."""
    return [Source(section, section)]


def _read_searches(section: str, options: Json) -> Iterable[Source]:
    return [Source("search", _name_search(_as_object(search))) for search in _as_list(options)]


def _name_search(search: JsonObject) -> str:
    """Name a search by what it asks for, so that all its runs share one history."""
    types = _as_list(search.get("types"))
    return f"{','.join(str(kind) for kind in types)}: {search.get('query')}" if types else ""


def _build_search(search: JsonObject) -> Search:
    types = tuple(str(kind) for kind in _as_list(search.get("types")))
    return Search(str(search.get("query")), types, _read_number(search.get("count"), 10))


def _read_followed_albums(options: JsonObject) -> FollowedAlbums | None:
    """Read what the albums of followed artists may cost; None if they are not wanted."""
    albums = options.get("albums")
    if not isinstance(albums, dict):
        return None
    return FollowedAlbums(_read_number(albums.get("max_calls"), 20), _read_number(albums.get("max_age_days"), 7))


def _read_id(text: str) -> str:
    """Find the id in a link or URI."""
    match = ID.search(text)
    return match[0] if match else text


def _read_number(value: Json, default: int) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def _as_object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


READERS: dict[str, Callable[[str, Json], Iterable[Source]]] = {
    "playlists": _read_playlists,
    "saved_tracks": _read_lone,
    "saved_albums": _read_lone,
    "top_tracks": _read_time_ranges,
    "top_artists": _read_time_ranges,
    "recently_played": _read_lone,
    "followed_artists": _read_lone,
    "albums": _read_ids,
    "artists": _read_ids,
    "tracks": _read_ids,
    "searches": _read_searches,
}
