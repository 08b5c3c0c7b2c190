"""One call of the API: who asks, for what, on which day; its limits, its pages, its errors."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from lakehouse.simulator.accounts import Account
from lakehouse.simulator.objects import Shapes
from lakehouse.simulator.regimes import Json, Regime
from lakehouse.simulator.words import MARKETS
from lakehouse.simulator.world import Day

Item = TypeVar("Item")
Limits = tuple[int, int]
"""The largest page, and the page where no limit is given."""

LISTS: Limits = (50, 20)
PLAYLIST_TRACKS: Limits = (100, 100)
CATALOGUE_LISTS: dict[Regime, Limits] = {"restricted": (10, 5), "legacy": (50, 20), "extended": (50, 20)}
SPOTIFY_ID = re.compile(r"[0-9A-Za-z]{22}")
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


class ApiError(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, message: str) -> None:
        """Remember what Spotify says in such a case."""
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Call:
    """A call whose token was found good; without an account it came with client credentials."""

    day: Day
    regime: Regime
    account: Account | None
    scopes: frozenset[str]
    base_url: str
    path: str
    query: Mapping[str, str]
    library: int = 0
    """How many saved songs a listener has at least; the world's own few are repeated."""

    @property
    def account_id(self) -> str | None:
        """Return who asks, if anybody."""
        return self.account.account_id if self.account else None

    @property
    def listener(self) -> str:
        """Return who asks, on an endpoint that only answers listeners."""
        if self.account is None:
            raise ApiError(403, "Insufficient client scope")
        return self.account.account_id

    @property
    def shapes(self) -> Shapes:
        """Return what draws the objects of this answer."""
        return Shapes(self.day, self.market)

    @property
    def market(self) -> str | None:
        """Return the market that is asked for."""
        market = self.query.get("market") or self.query.get("country")
        if market == "from_token":
            return self.account.country if self.account else None
        if market and market not in MARKETS:
            raise ApiError(400, "Invalid market code")
        return market or None

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """Return a number of the query."""
        text = self.query.get(name, str(default))
        if not WHOLE_NUMBER.fullmatch(text) or not lowest <= int(text) <= highest:
            raise ApiError(400, f"Invalid {name}")
        return int(text)

    def url(self, path: str = "", **changed: object) -> str:
        """Return an address on this server with the call's query, some of it changed; of another list, its market."""
        kept = {name: value for name, value in self.query.items() if path in ("", self.path) or name == "market"}
        query = {**kept, **{name: str(value) for name, value in changed.items()}}
        return f"{self.base_url}{path or self.path}?{urlencode(query)}"

    def page(
        self, items: Sequence[Item], shape: Callable[[Item], Any], limits: Limits, total: int | None = None
    ) -> Json:
        """Return the page that the query asks for."""
        limit = self.number("limit", limits[1], 1, limits[0])
        offset = self.number("offset", 0, 0, 10**9)
        return make_page(self, self.path, items, shape, limit, offset, total)

    def embedded_page(
        self, path: str, items: Sequence[Item], shape: Callable[[Item], Any], limit: int, total: int | None = None
    ) -> Json:
        """Return the first page of another list, as it appears inside an object."""
        return make_page(self, path, items, shape, limit, 0, total)


def make_page(
    call: Call,
    path: str,
    items: Sequence[Item],
    shape: Callable[[Item], Any],
    limit: int,
    offset: int,
    total: int | None = None,
) -> Json:
    """Return a page; the total may be above what there is."""
    total = len(items) if total is None else total
    return {
        "href": call.url(path, offset=offset, limit=limit),
        "items": [shape(item) for item in items[offset : offset + limit]],
        "limit": limit,
        "next": call.url(path, offset=offset + limit, limit=limit) if offset + limit < total else None,
        "offset": offset,
        "previous": call.url(path, offset=max(0, offset - limit), limit=limit) if offset else None,
        "total": total,
    }


def find(known: Mapping[str, Item], item_id: str) -> Item:
    """Return what has an id; fail as Spotify does for an invalid or unknown id."""
    if not SPOTIFY_ID.fullmatch(item_id):
        raise ApiError(400, "Invalid base62 id")
    if item_id not in known:
        raise ApiError(404, "Resource not found")
    return known[item_id]


def require_scope(call: Call, scope: str) -> None:
    """Refuse a call whose token was not given a scope."""
    if call.account is None or scope not in call.scopes:
        raise ApiError(403, "Insufficient client scope")
