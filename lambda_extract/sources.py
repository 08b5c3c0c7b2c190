"""The sources document: which of Spotify's lists and objects a run reads, checked before anything is asked."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lambda_extract import faults
from lambda_extract.faults import ExtractError
from lambda_extract.raw_object import Json, JsonObject, Source

ID = re.compile(r"[0-9A-Za-z]{22}")
MARKET = re.compile(r"[A-Z]{2}")
SPOTIFY_OWNED = "37i9"
TIME_RANGES = ("short_term", "medium_term", "long_term")
ALL_MINE = "all_mine"
"""Stands for the id of a playlist until the account's own playlists are known."""

KINDS = {
    "playlists": "playlist",
    "saved_tracks": "saved_tracks",
    "top_tracks": "top_tracks",
    "top_artists": "top_artists",
    "recently_played": "recently_played",
    "albums": "album",
    "artists": "artist",
    "tracks": "track",
}
"""The sections of the document, and the kind of source each one names."""

OPTIONS: dict[str, tuple[str, ...]] = {
    "playlists": (ALL_MINE, "ids", "allow_spotify_owned"),
    "saved_tracks": (),
    "top_tracks": ("time_ranges",),
    "top_artists": ("time_ranges",),
    "recently_played": (),
    "albums": ("ids",),
    "artists": ("ids",),
    "tracks": ("ids",),
}
NEEDS_LOGIN = frozenset({"saved_tracks", "top_tracks", "top_artists", "recently_played"})


@dataclass(frozen=True)
class Plan:
    """What a run reads, in order; the market is sent with albums and tracks."""

    sources: tuple[Source, ...]
    market: str | None = None


def parse_sources(text: str, origin: str) -> Plan:
    """Read the document; one error names every fault in it."""
    try:
        document: Json = json.loads(text)
    except ValueError as error:
        raise _refuse(origin, [f"no JSON ({error})"]) from error
    if not isinstance(document, dict):
        raise _refuse(origin, [f"expected an object with the sections {', '.join(KINDS)}"])
    problems: list[str] = []
    plan = Plan(tuple(_read_document(document, problems)), _read_market(document, problems))
    if not plan.sources and not problems:
        problems.append(f"it names no source; expected one or more of {', '.join(KINDS)}")
    if problems:
        raise _refuse(origin, problems)
    return plan


def read_file(path: str) -> str:
    """Read a sources document of this machine."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        seen = getattr(error, "strerror", None) or "no UTF-8"
        message = f"sources document {path}: {seen}; expected a JSON text. Nothing was fetched."
        raise ExtractError(message, faults.SOURCES) from error


def choose_sections(plan: Plan, wanted: Json) -> Plan:
    """Keep the sections that an event names; None keeps all."""
    if wanted is None:
        return plan
    there = {source.kind for source in plan.sources}
    known = [section for section, kind in KINDS.items() if kind in there]
    if not isinstance(wanted, list) or not wanted or not all(section in known for section in wanted):
        seen = json.dumps(wanted, ensure_ascii=False)
        raise ExtractError(
            f"event: sources is {seen}; expected a list of sections of the sources document:"
            f" {', '.join(known)}. Nothing was fetched.",
            faults.SOURCES,
        )
    kinds = {KINDS[str(section)] for section in wanted}
    return replace(plan, sources=tuple(source for source in plan.sources if source.kind in kinds))


def require_login(plan: Plan, has_login: bool) -> None:
    """Refuse sources of a user where there is only the app."""
    private = [_describe(source) for source in plan.sources if _is_private(source)]
    if private and not has_login:
        raise ExtractError(
            f"sources {', '.join(private)} belong to a user, but the secret has no refresh_token: expected a login"
            " (make login), or only playlists by id, albums, artists and tracks. Nothing was fetched.",
            faults.SOURCES,
        )


def _is_private(source: Source) -> bool:
    return source.kind in NEEDS_LOGIN or source == Source("playlist", ALL_MINE)


def _describe(source: Source) -> str:
    return source.kind if source.id == source.kind else f"{source.kind} {source.id}"


def _refuse(origin: str, problems: Sequence[str]) -> ExtractError:
    message = f"sources document {origin}: {'; '.join(problems)}. Nothing was fetched."
    return ExtractError(message, faults.SOURCES)


def _read_document(document: JsonObject, problems: list[str]) -> list[Source]:
    """Read each section; note what is unknown."""
    sources: list[Source] = []
    for section, options in document.items():
        if section in OPTIONS:
            sources += _read_section(section, options, problems)
        elif section != "market":
            problems.append(f"{section}: unknown; expected {', '.join(KINDS)} or market")
    return sources


def _read_section(section: str, options: Json, problems: list[str]) -> Iterable[Source]:
    """Read one section into its sources."""
    allowed = OPTIONS[section]
    expected = f"an object with {', '.join(allowed)}" if allowed else "an empty object {}"
    if not isinstance(options, dict):
        problems.append(f"{section} is {json.dumps(options, ensure_ascii=False)}; expected {expected}")
        return []
    problems += [f"{section}.{name}: unknown; expected {expected}" for name in options if name not in allowed]
    return READERS[section](section, options, problems)


def _read_playlists(section: str, options: JsonObject, problems: list[str]) -> Iterable[Source]:
    """Read the playlists: all of the account's own first, then those by id."""
    all_mine = _read_switch(section, ALL_MINE, options, problems)
    may_be_spotifys = _read_switch(section, "allow_spotify_owned", options, problems)
    listed = list(_read_ids(section, options, problems)) if "ids" in options or not all_mine else []
    owned = [source.id for source in listed if source.id.startswith(SPOTIFY_OWNED)]
    if owned and not may_be_spotifys:
        problems.append(
            f"playlists.ids: {', '.join(owned)}: Spotify's own playlists are closed to apps without extended"
            " access; with it, set allow_spotify_owned to true"
        )
    return [Source("playlist", ALL_MINE)] * all_mine + listed


def _read_switch(section: str, name: str, options: JsonObject, problems: list[str]) -> bool:
    value = options.get(name, False)
    if not isinstance(value, bool):
        problems.append(f"{section}.{name} is {json.dumps(value, ensure_ascii=False)}; expected true or false")
    return value is True


def _read_ids(section: str, options: JsonObject, problems: list[str]) -> Iterable[Source]:
    """Read the ids of a section; without any it is a fault, as nobody asks for nothing."""
    ids = _read_list(section, "ids", options.get("ids"), problems)
    wrong = [shown for shown in ids if not ID.fullmatch(shown)]
    if wrong:
        problems.append(f"{section}.ids: {', '.join(wrong)}: expected ids of 22 letters and digits")
    return [Source(KINDS[section], one) for one in ids]


def _read_time_ranges(section: str, options: JsonObject, problems: list[str]) -> Iterable[Source]:
    """Read the time ranges of a section; all three where none is named."""
    if "time_ranges" not in options:
        return [Source(section, one) for one in TIME_RANGES]
    ranges = _read_list(section, "time_ranges", options["time_ranges"], problems)
    wrong = [shown for shown in ranges if shown not in TIME_RANGES]
    if wrong:
        problems.append(f"{section}.time_ranges: {', '.join(wrong)}: expected {', '.join(TIME_RANGES)}")
    return [Source(section, one) for one in ranges]


def _read_lone(section: str, options: JsonObject, problems: list[str]) -> Iterable[Source]:
    """Read a section of which there is only one source, named like its kind."""
    return [Source(section, section)]


def _read_list(section: str, name: str, value: Json, problems: list[str]) -> list[str]:
    """Read a list of texts, each of them once."""
    if not isinstance(value, list) or not value:
        seen = "not given" if value is None else f"is {json.dumps(value, ensure_ascii=False)}"
        problems.append(f"{section}.{name} {seen}; expected a list of texts")
        return []
    texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in value]
    twice = sorted({text for text in texts if texts.count(text) > 1})
    if twice:
        problems.append(f"{section}.{name}: {', '.join(twice)}: more than once; expected each once")
    return texts


def _read_market(document: JsonObject, problems: list[str]) -> str | None:
    market = document.get("market")
    if market is None or (isinstance(market, str) and MARKET.fullmatch(market)):
        return market
    problems.append(f"market is {json.dumps(market, ensure_ascii=False)}; expected a country like DE")
    return None


READERS: dict[str, Callable[[str, JsonObject, list[str]], Iterable[Source]]] = {
    "playlists": _read_playlists,
    "saved_tracks": _read_lone,
    "top_tracks": _read_time_ranges,
    "top_artists": _read_time_ranges,
    "recently_played": _read_lone,
    "albums": _read_ids,
    "artists": _read_ids,
    "tracks": _read_ids,
}
