"""How each kind of source is read, with the fewest calls: the pages of a list to its end, or one object."""

from collections.abc import Callable, Iterator

from lambda_extract import shapes
from lambda_extract.client import Call, Client, Reply, require_no_end
from lambda_extract.faults import SourceError
from lambda_extract.raw_object import Json, JsonObject, Source

PAGE = 50
BOTH_TYPES = ("track", "episode")
STATUSES = {403: "forbidden", 404: "not_found", 429: "quota"}
Walk = Callable[[Client, Source, str | None], Iterator[Reply]]


def require_answer(reply: Reply) -> JsonObject:
    """Return the body of an answer that is one; each other says what its source's status is."""
    require_no_end(reply)
    if reply.status != 200:
        raise SourceError(f"Spotify answers {reply.status} ({reply.message})", STATUSES.get(reply.status, "error"))
    if not isinstance(reply.body, dict):
        raise SourceError("Spotify answers 200 with a body that is no JSON object: expected one")
    return reply.body


def walk_playlist(client: Client, source: Source, market: str | None) -> Iterator[Reply]:
    """Read a playlist with the page inside it (up to 100 entries, given to owners), then the rest in pages of 50."""
    reply = client.ask(lambda spotify: spotify.playlist(source.id, additional_types=BOTH_TYPES))
    yield reply
    page = find_inner_page(require_answer(reply))
    if page is None or page.get("next"):
        offset = len(list_items(page)) if page else 0
        yield from _follow(
            client,
            lambda spotify: spotify.playlist_items(
                source.id, limit=PAGE, offset=offset, additional_types=BOTH_TYPES
            ),
        )  # fmt: skip


def walk_saved_tracks(client: Client, source: Source, market: str | None) -> Iterator[Reply]:
    """Read the saved tracks."""
    yield from _follow(client, lambda spotify: spotify.current_user_saved_tracks(limit=PAGE))


def walk_top_tracks(client: Client, source: Source, market: str | None) -> Iterator[Reply]:
    """Read the top tracks of a time range."""
    yield from _follow(client, lambda spotify: spotify.current_user_top_tracks(limit=PAGE, time_range=source.id))


def walk_top_artists(client: Client, source: Source, market: str | None) -> Iterator[Reply]:
    """Read the top artists of a time range."""
    yield from _follow(client, lambda spotify: spotify.current_user_top_artists(limit=PAGE, time_range=source.id))


def walk_recently_played(client: Client, source: Source, market: str | None) -> Iterator[Reply]:
    """Read the newest plays; Spotify keeps no more than fit one page, so a second call would bring none."""
    reply = client.ask(lambda spotify: spotify.current_user_recently_played(limit=PAGE))
    yield reply
    list_items(require_answer(reply))


def walk_album(client: Client, source: Source, market: str | None) -> Iterator[Reply]:
    """Read an album with its first 50 tracks, then the rest."""
    reply = client.ask(lambda spotify: spotify.album(source.id, market=market))
    yield reply
    page = require_answer(reply).get("tracks")
    if shapes.is_page(page) and page.get("next"):
        offset = len(list_items(page))
        yield from _follow(
            client, lambda spotify: spotify.album_tracks(source.id, limit=PAGE, offset=offset, market=market)
        )


def walk_artist(client: Client, source: Source, market: str | None) -> Iterator[Reply]:
    """Read an artist."""
    reply = client.ask(lambda spotify: spotify.artist(source.id))
    yield reply
    require_answer(reply)


def walk_track(client: Client, source: Source, market: str | None) -> Iterator[Reply]:
    """Read a track."""
    reply = client.ask(lambda spotify: spotify.track(source.id, market=market))
    yield reply
    require_answer(reply)


WALKS: dict[str, Walk] = {
    "playlist": walk_playlist,
    "saved_tracks": walk_saved_tracks,
    "top_tracks": walk_top_tracks,
    "top_artists": walk_top_artists,
    "recently_played": walk_recently_played,
    "album": walk_album,
    "artist": walk_artist,
    "track": walk_track,
}


def list_own_playlists(client: Client, account: str) -> Iterator[JsonObject]:
    """Yield the account's own and collaborative playlists; those it only follows are closed to it."""
    for reply in _follow(client, lambda spotify: spotify.current_user_playlists(limit=PAGE)):
        for playlist in list_items(require_answer(reply)):
            if shapes.is_object(playlist) and _is_own(playlist, account):
                yield playlist


def describe_playlist(playlist: JsonObject) -> dict[str, Json]:
    """Give what the summary says of a playlist beside its entries."""
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
        raise SourceError(f"Spotify answers without a list of items (fields {', '.join(sorted(page))})")
    return items


def _is_own(playlist: JsonObject, account: str) -> bool:
    owner = playlist.get("owner")
    is_owner = shapes.is_object(owner) and owner.get("id") == account
    has_id = isinstance(playlist.get("id"), str)
    return has_id and (is_owner or playlist.get("collaborative") is True)


def _follow(client: Client, first: Call) -> Iterator[Reply]:
    """Ask for a list, page after page, until none is announced."""
    reply = client.ask(first)
    seen: set[Json] = set()
    while True:
        yield reply
        page = require_answer(reply)
        list_items(page)
        link = page.get("next")
        if not link:
            return
        if not isinstance(link, str) or link in seen:
            raise SourceError(f"the next link is {link!r} again: expected another page")
        seen.add(link)
        reply = client.ask_next(page)
