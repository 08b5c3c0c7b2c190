"""How each kind of source is read, with the fewest calls: the pages of a list to its end, or one object."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from spotipy import Spotify  # type: ignore[import-untyped]

from lambda_extract.errors import SourceError
from lambda_extract.raw_format import Json, JsonObject, Source
from lambda_extract.sources.plan import Plan, Search
from lambda_extract.spotify import shapes
from lambda_extract.spotify.client import Client, Reply, require_no_end, shorten

PAGE = 50
SMALL_PAGE = 10
"""Page size of searches and artists' albums for new apps; any list falls back to it if its limit is refused."""

LAST_OFFSET = 1000
"""Beyond it a search answers nothing."""

MOST_PAGES = 5000
"""How many pages one list may have: 250,000 entries. A longer list counts as endless."""

EMPTY_PAGES = 20
"""How many pages in a row may be empty; a total that is too high leads to some."""

BOTH_TYPES = ("track", "episode")
GROUPS = "album,single"
STATUSES = {403: "forbidden", 404: "not_found", 429: "quota"}
Fetcher = Callable[[Client, Source, Plan], Iterator[Reply]]
AskPage = Callable[[Spotify, int], Any]
"""Asks for a first page of so many entries."""


def require_answer(reply: Reply) -> JsonObject:
    """Return the body of a successful answer; raise the source's status for any other."""
    require_no_end(reply)
    if reply.status != 200:
        until = f": {reply.closed}" if reply.closed else ""
        message = f"Spotify answers {reply.status} ({reply.message}){until}"
        raise SourceError(message, STATUSES.get(reply.status, "error"))
    if not isinstance(reply.body, dict):
        raise SourceError("Spotify answers 200 with a body that is not a JSON object")
    return reply.body


def fetch_playlist(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read a playlist with the page inside it (up to 100 entries, given to owners), then the rest in pages of 50."""
    reply = client.ask(lambda spotify: spotify.playlist(source.id, additional_types=BOTH_TYPES))
    yield reply
    page = find_inner_page(require_answer(reply))
    if page is None or page.get("next"):
        offset = len(list_items(page)) if page else 0
        yield from _follow(
            client,
            source.kind,
            lambda spotify, limit: spotify.playlist_items(
                source.id, limit=limit, offset=offset, additional_types=BOTH_TYPES
            ),
        )  # fmt: skip
    else:
        _require_end(page, len(list_items(page)))


def fetch_saved_tracks(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read the saved tracks, the newest first."""
    yield from _follow(client, source.kind, lambda spotify, limit: spotify.current_user_saved_tracks(limit=limit))


def fetch_saved_albums(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read the saved albums, the newest first."""
    yield from _follow(client, source.kind, lambda spotify, limit: spotify.current_user_saved_albums(limit=limit))


def fetch_top_tracks(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read the top tracks of a time range."""
    yield from _follow(
        client,
        source.kind,
        lambda spotify, limit: spotify.current_user_top_tracks(limit=limit, time_range=source.id),
    )


def fetch_top_artists(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read the top artists of a time range."""
    yield from _follow(
        client,
        source.kind,
        lambda spotify, limit: spotify.current_user_top_artists(limit=limit, time_range=source.id),
    )


def fetch_recently_played(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read the newest plays; Spotify keeps no more than fit one page, so a second call would bring none."""
    reply = _ask_first(client, source.kind, lambda spotify, limit: spotify.current_user_recently_played(limit=limit))
    yield reply
    list_items(require_answer(reply))


def fetch_followed_artists(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read the followed artists, page after page by cursor."""
    yield from _follow(
        client,
        source.kind,
        lambda spotify, limit: spotify.current_user_followed_artists(limit=limit),
        inside="artists",
    )


def fetch_artist_albums(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read an artist's own albums and singles."""
    yield from _follow(
        client,
        source.kind,
        lambda spotify, limit: spotify.artist_albums(
            source.id, include_groups=GROUPS, country=plan.market, limit=limit
        ),
    )


def fetch_search(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read as many results of each type as are wanted, all types with each call."""
    search = plan.searches[source.id]
    offset = 0
    while offset < min(search.count, LAST_OFFSET):
        reply = _ask_first(client, source.kind, _ask_results(search, offset, plan.market))
        yield reply
        pages = [page for page in require_answer(reply).values() if shapes.is_page(page)]
        if not pages:
            raise SourceError("Spotify answers a search without a page of results: expected one for each type")
        offset += int(str(reply.params["limit"]))
        if not any(page.get("next") for page in pages):
            return


def _ask_results(search: Search, offset: int, market: str | None) -> AskPage:
    """Build the call for results from an offset on, no more than are wanted."""
    types, wanted = ",".join(search.types), search.count - offset
    return lambda spotify, limit: spotify.search(
        search.query, limit=min(limit, wanted), offset=offset, type=types, market=market
    )


def fetch_album(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read an album with its first 50 tracks, then the rest."""
    reply = client.ask(lambda spotify: spotify.album(source.id, market=plan.market))
    yield reply
    held = require_answer(reply).get("tracks")
    page = held if shapes.is_page(held) else None
    if page is None or page.get("next"):
        yield from fetch_album_tracks(client, source, plan, len(list_items(page)) if page else 0)
    else:
        _require_end(page, len(list_items(page)))


def fetch_album_tracks(client: Client, source: Source, plan: Plan, offset: int) -> Iterator[Reply]:
    """Read an album's tracks from a place on."""
    yield from _follow(
        client,
        source.kind,
        lambda spotify, limit: spotify.album_tracks(source.id, limit=limit, offset=offset, market=plan.market),
    )


def fetch_artist(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read an artist."""
    reply = client.ask(lambda spotify: spotify.artist(source.id))
    yield reply
    require_answer(reply)


def fetch_track(client: Client, source: Source, plan: Plan) -> Iterator[Reply]:
    """Read a track."""
    reply = client.ask(lambda spotify: spotify.track(source.id, market=plan.market))
    yield reply
    require_answer(reply)


FETCHERS: dict[str, Fetcher] = {
    "playlist": fetch_playlist,
    "saved_tracks": fetch_saved_tracks,
    "saved_albums": fetch_saved_albums,
    "top_tracks": fetch_top_tracks,
    "top_artists": fetch_top_artists,
    "recently_played": fetch_recently_played,
    "followed_artists": fetch_followed_artists,
    "artist_albums": fetch_artist_albums,
    "album": fetch_album,
    "artist": fetch_artist,
    "track": fetch_track,
    "search": fetch_search,
}


def list_own_playlists(client: Client, account: str) -> Iterator[JsonObject]:
    """Yield the account's own and collaborative playlists; those it only follows cannot be read."""
    for reply in _follow(client, "playlists", lambda spotify, limit: spotify.current_user_playlists(limit=limit)):
        for playlist in list_items(require_answer(reply)):
            if shapes.is_object(playlist) and _is_own(playlist, account):
                yield playlist


def describe_playlist(playlist: JsonObject) -> dict[str, Json]:
    """Return what the summary says about a playlist besides its entries."""
    owner, links = playlist.get("owner"), playlist.get("external_urls")
    return {
        "name": playlist.get("name"),
        "owner": owner.get("id") if shapes.is_object(owner) else None,
        "snapshot_id": playlist.get("snapshot_id"),
        "url": links.get("spotify") if shapes.is_object(links) else None,
    }


def find_inner_page(playlist: JsonObject) -> JsonObject | None:
    """Find the page inside a playlist: `items`, before 2026 `tracks`; a foreign playlist has none."""
    pages = [playlist.get("items"), playlist.get("tracks")]
    return next((page for page in pages if shapes.is_page(page)), None)


def list_items(page: JsonObject) -> list[Json]:
    """Return the items of a page."""
    items = page.get("items")
    if not isinstance(items, list):
        raise SourceError(f"Spotify answers without a list of items (fields {shorten(', '.join(sorted(page)))})")
    return items


def list_entries(body: Json) -> list[JsonObject]:
    """Return the objects that a page of any list holds, also one inside a playlist or under `artists`."""
    if not shapes.is_object(body):
        return []
    inner = body.get("artists") if shapes.is_page(body.get("artists")) else None
    page = inner or (body if isinstance(body.get("items"), list) else find_inner_page(body))
    items = page.get("items") if shapes.is_object(page) else None
    return [item for item in (items if isinstance(items, list) else []) if shapes.is_object(item)]


def _is_own(playlist: JsonObject, account: str) -> bool:
    owner = playlist.get("owner")
    is_owner = shapes.is_object(owner) and owner.get("id") == account
    has_id = isinstance(playlist.get("id"), str)
    return has_id and (is_owner or playlist.get("collaborative") is True)


def _ask_first(client: Client, kind: str, ask_page: AskPage) -> Reply:
    """Ask for the largest page; if Spotify refuses the limit, for small ones from then on."""
    if kind not in client.small_pages:
        reply = client.ask(lambda spotify: ask_page(spotify, PAGE))
        if reply.status != 400 or "limit" not in reply.message.lower():
            return reply
        client.small_pages.add(kind)
    return client.ask(lambda spotify: ask_page(spotify, SMALL_PAGE))


def _follow(client: Client, kind: str, ask_page: AskPage, inside: str | None = None) -> Iterator[Reply]:
    """Ask for a list page after page until there is no next one; pages without entries end it as endless."""
    empty = read = 0
    reply = _ask_first(client, kind, ask_page)
    visited = {_name_page(reply.path, [(name, str(value)) for name, value in reply.params.items()])}
    while True:
        yield reply
        body = require_answer(reply)
        inner = body.get(inside) if inside else body
        page = inner if shapes.is_object(inner) else body
        empty = 0 if list_items(page) else empty + 1
        read += len(list_items(page))
        link = page.get("next")
        if not link:
            return _require_end(page, read)
        if empty >= EMPTY_PAGES:
            raise SourceError(f"{empty} pages in a row have no entries: expected some, or the end of the list")
        asked = _read_link(link)
        if asked in visited:
            raise SourceError("the next link leads back: expected another page")
        if len(visited) >= MOST_PAGES:
            raise SourceError(f"the list goes on after {MOST_PAGES} pages: expected its end. What came is kept")
        visited.add(asked)
        reply = client.ask_next(page, reply.path)


def _read_link(link: Json) -> str:
    """Return the name of the page that a link leads to."""
    if not isinstance(link, str):
        raise SourceError("the next link is not a string")
    try:
        parts = urlsplit(link)
    except ValueError:
        raise SourceError("the next link is not a valid address") from None
    return _name_page(parts.path, parse_qsl(parts.query, keep_blank_values=True))


def _name_page(path: str, params: list[tuple[str, str]]) -> str:
    """Name a page of a list, whatever the order of its parameters."""
    return f"{path.rstrip('/')}?{sorted(params)}"


def _require_end(page: JsonObject, read: int) -> None:
    """Refuse an end before the page's total, or while its cursor goes on."""
    offset, limit, total, cursors = (page.get(name) for name in ("offset", "limit", "total", "cursors"))
    if isinstance(offset, int) and isinstance(limit, int):
        read = offset + limit
    elif not (shapes.is_object(cursors) and cursors.get("after")):
        return
    if isinstance(total, int) and read < total:
        raise SourceError(f"the list ends after {read} of {total} entries: expected another page")
