"""What an app is given in each regime: which fields are cut, which keys are used, which endpoints are gone."""

from typing import Any, Literal, get_args

Json = dict[str, Any]
Regime = Literal["restricted", "legacy", "extended"]
REGIMES: tuple[Regime, ...] = get_args(Regime)

CUT: dict[str, frozenset[str]] = {
    "track": frozenset({"available_markets", "linked_from", "popularity"}),
    "album": frozenset({"album_group", "available_markets", "label", "popularity"}),
    "artist": frozenset({"followers", "popularity"}),
    "show": frozenset({"available_markets", "publisher"}),
}
"""The fields that restricted apps are not given, by the type of the object that has them."""

CUT_OF_ME = frozenset({"country", "email", "explicit_content", "followers", "product"})

PAGE_KEYS: dict[Regime, tuple[str, ...]] = {
    "restricted": ("items",),
    "legacy": ("tracks", "items"),
    "extended": ("tracks",),
}
"""Under which keys a playlist holds its page or, in a list of playlists, its summary."""

OLD_ENTRY_KEYS: dict[Regime, tuple[str, ...]] = {
    "restricted": ("item",),
    "legacy": ("track", "item"),
    "extended": ("track",),
}
"""Under which keys an entry holds its object inside /playlists/{id} and in /playlists/{id}/tracks."""

ENTRY_KEYS: dict[Regime, tuple[str, ...]] = {**OLD_ENTRY_KEYS, "extended": ("track", "item")}
"""The same in /playlists/{id}/items, which is new to everybody."""

ALL = frozenset(REGIMES)
RESTRICTED = frozenset[Regime]({"restricted"})
NONE = frozenset[Regime]()


def cut_fields(regime: Regime, document: Any) -> Any:
    """Return an answer as the regime gives it: without the fields that restricted apps do not get."""
    return document if regime != "restricted" else without_cut(document)


def without_cut(value: Any) -> Any:
    """Return a JSON value without the cut fields, at every depth."""
    if isinstance(value, list):
        return [without_cut(element) for element in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    cut = CUT.get(kind, frozenset()) if isinstance(kind, str) else frozenset()
    return {key: without_cut(inner) for key, inner in value.items() if key not in cut}
