"""What each endpoint of the API answers, and the table of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lakehouse.simulator.accounts import SPOTIFY
from lakehouse.simulator.calls import (
    CATALOGUE_LISTS,
    LISTS,
    PLAYLIST_TRACKS,
    ApiError,
    Call,
    Limits,
    find,
    require_scope,
)
from lakehouse.simulator.digits import number_from
from lakehouse.simulator.finding import search
from lakehouse.simulator.objects import account_object, playlist_summary
from lakehouse.simulator.playlists import Playlist
from lakehouse.simulator.regimes import (
    ALL,
    CUT_OF_ME,
    ENTRY_KEYS,
    NONE,
    OLD_ENTRY_KEYS,
    PAGE_KEYS,
    RESTRICTED,
    Json,
    Regime,
)
from lakehouse.simulator.world import TIME_RANGES, Play, Saved

PLAYLIST_PAGE = 100
ALBUM_PAGE = 50
BATCH_SIZES = {"tracks": 50, "albums": 20, "artists": 50}
ALBUM_GROUPS = ("album", "single", "appears_on", "compilation")


def me(call: Call) -> Json:
    """Return who asks."""
    profile = account_object(call.account) if call.account else {}
    cut = CUT_OF_ME if call.regime == "restricted" else frozenset()
    return {name: value for name, value in profile.items() if name not in cut}


# Playlists


def my_playlists(call: Call) -> Json:
    """Return the listener's own and followed playlists; shared ones need a scope of their own."""
    sees_shared = "playlist-read-collaborative" in call.scopes
    playlists = [
        playlist
        for playlist in call.day.playlists_of(call.listener)
        if sees_shared or not playlist.plan.is_collaborative
    ]
    return call.page(playlists, lambda playlist: listed_playlist(call, playlist), LISTS)


def listed_playlist(call: Call, playlist: Playlist) -> Json:
    """Return a playlist as a list shows it: with the number of its entries, where the app may read them."""
    path = f"playlists/{playlist.playlist_id}/{PAGE_KEYS[call.regime][-1]}"
    content = {"href": f"{call.base_url}{path}", "total": playlist.total}
    keys = PAGE_KEYS[call.regime] if may_read_entries(call, playlist) else ()
    return {**playlist_summary(playlist), **dict.fromkeys(keys, content)}


def may_read_entries(call: Call, playlist: Playlist) -> bool:
    """Return whether this app is given this playlist's entries."""
    return call.regime != "restricted" or playlist.is_open_to(call.account_id)


def visible_playlist(call: Call, playlist_id: str) -> Playlist:
    """Return a playlist that whoever asks may know of; Spotify's own is there for extended apps alone."""
    playlist = find(call.day.playlists, playlist_id)
    is_closed = playlist.plan.owner == SPOTIFY and call.regime != "extended"
    if is_closed or not playlist.is_visible_to(call.account_id):
        raise ApiError(404, "Resource not found")
    if not playlist.plan.is_public:
        require_scope(call, "playlist-read-private")
    return playlist


def one_playlist(call: Call, playlist_id: str) -> Json:
    """Return a playlist with its first page, where the app may read it."""
    playlist = visible_playlist(call, playlist_id)
    followers = {"href": None, "total": number_from(f"{playlist_id} followers", 900)}
    keys = PAGE_KEYS[call.regime] if may_read_entries(call, playlist) else ()
    pages = {key: first_entries(call, playlist, key) for key in keys}
    return {**playlist_summary(playlist), "followers": followers, **pages}


def first_entries(call: Call, playlist: Playlist, key: str) -> Json:
    """Return the page inside a playlist."""
    keys, shapes = OLD_ENTRY_KEYS[call.regime], call.shapes
    path = f"playlists/{playlist.playlist_id}/{key}"
    return call.embedded_page(
        path, playlist.entries, lambda entry: shapes.entry(entry, keys), PLAYLIST_PAGE, playlist.total
    )


def playlist_items(call: Call, playlist_id: str) -> Json:
    """Return a page of entries."""
    return entries_page(call, playlist_id, LISTS, ENTRY_KEYS)


def playlist_tracks(call: Call, playlist_id: str) -> Json:
    """Return a page of entries by the old name of the endpoint."""
    return entries_page(call, playlist_id, PLAYLIST_TRACKS, OLD_ENTRY_KEYS)


def entries_page(call: Call, playlist_id: str, limits: Limits, entry_keys: Mapping[Regime, tuple[str, ...]]) -> Json:
    """Return a page of entries under the regime's keys; restricted apps only get their user's own."""
    playlist = visible_playlist(call, playlist_id)
    if not may_read_entries(call, playlist):
        raise ApiError(403, "Forbidden")
    if call.regime == "restricted":
        require_scope(call, "playlist-read-private")
    keys, shapes = entry_keys[call.regime], call.shapes
    return call.page(playlist.entries, lambda entry: shapes.entry(entry, keys), limits, playlist.total)


# The listener's library


def saved_tracks(call: Call) -> Json:
    """Return saved songs."""
    shapes = call.shapes

    def shape(saved: Saved) -> Json:
        return {"added_at": saved.added_at, "track": shapes.track(saved.item_id)}

    return call.page(call.day.saved_tracks(call.listener, call.library), shape, LISTS)


def saved_albums(call: Call) -> Json:
    """Return saved albums, each in full."""

    def shape(saved: Saved) -> Json:
        return {"added_at": saved.added_at, "album": full_album(call, saved.item_id)}

    return call.page(call.day.saved_albums(call.listener), shape, LISTS)


def top_tracks(call: Call) -> Json:
    """Return the listener's top songs."""
    return call.page(call.day.top_tracks(call.listener, time_range(call)), call.shapes.track, LISTS)


def top_artists(call: Call) -> Json:
    """Return the listener's top artists."""
    return call.page(call.day.top_artists(call.listener, time_range(call)), call.shapes.artist, LISTS)


def time_range(call: Call) -> str:
    """Return over how long top items are counted."""
    name = call.query.get("time_range", "medium_term")
    if name not in TIME_RANGES:
        raise ApiError(400, "Invalid time range")
    return name


def recently_played(call: Call) -> Json:
    """Return the last plays, newest first, after or before a cursor; there are about fifty in all."""
    if "after" in call.query and "before" in call.query:
        raise ApiError(400, "Only one of after and before can be specified")
    limit = call.number("limit", LISTS[1], 1, LISTS[0])
    after = call.number("after", 0, 0, 10**15)
    before = call.number("before", 10**15, 0, 10**15)
    plays = [play for play in call.day.plays(call.listener) if after < play.milliseconds < before][:limit]
    return {
        "items": [call.shapes.play(play) for play in plays],
        "next": next_plays(call, plays, limit),
        "cursors": {"after": str(plays[0].milliseconds), "before": str(plays[-1].milliseconds)} if plays else None,
        "limit": limit,
        "href": call.url(),
    }


def next_plays(call: Call, plays: list[Play], limit: int) -> str | None:
    """Return where older plays are, if this page is full: the next one may turn out empty."""
    if len(plays) < limit:
        return None
    return f"{call.base_url}{call.path}?before={plays[-1].milliseconds}&limit={limit}"


def followed_artists(call: Call) -> Json:
    """Return followed artists, after the one that the cursor names."""
    if call.query.get("type") != "artist":
        raise ApiError(400, "Invalid type, only artist is currently supported")
    limit = call.number("limit", LISTS[1], 1, LISTS[0])
    followed = call.day.followed(call.listener)
    after = call.query.get("after", "")
    start = followed.index(after) + 1 if after in followed else 0 if not after else len(followed)
    last = followed[start + limit - 1] if start + limit < len(followed) else None
    return {
        "artists": {
            "items": [call.shapes.artist(artist_id) for artist_id in followed[start : start + limit]],
            "next": call.url(after=last, limit=limit) if last else None,
            **{"cursors": {"after": last}, "total": len(followed), "limit": limit, "href": call.url()},
        }
    }


# The catalogue


def full_album(call: Call, album_id: str) -> Json:
    """Return an album with its first page of songs."""
    songs = [song.song_id for song in call.day.catalogue.albums[album_id].songs]
    shapes = call.shapes
    path = f"albums/{album_id}/tracks"
    return shapes.album(album_id, call.embedded_page(path, songs, shapes.simple_track, ALBUM_PAGE))


def one_album(call: Call, album_id: str) -> Json:
    """Return an album."""
    return full_album(call, find(call.day.catalogue.albums, album_id).album_id)


def album_tracks(call: Call, album_id: str) -> Json:
    """Return a page of an album's songs."""
    album = find(call.day.catalogue.albums, album_id)
    return call.page([song.song_id for song in album.songs], call.shapes.simple_track, LISTS)


def one_artist(call: Call, artist_id: str) -> Json:
    """Return an artist."""
    return call.shapes.artist(find(call.day.catalogue.artists, artist_id).artist_id)


def artist_albums(call: Call, artist_id: str) -> Json:
    """Return a page of what an artist made or is heard on."""
    find(call.day.catalogue.artists, artist_id)
    groups = (call.query.get("include_groups") or ",".join(ALBUM_GROUPS)).split(",")
    if not set(groups) <= set(ALBUM_GROUPS):
        raise ApiError(400, "Invalid include_groups")
    shapes = call.shapes
    albums = [shapes.album_of(artist_id, album.album_id) for album in call.day.catalogue.albums_by_artist[artist_id]]
    of_groups = [album for album in albums if album["album_group"] in groups]
    return call.page(of_groups, lambda album: album, CATALOGUE_LISTS[call.regime])


def artist_top_tracks(call: Call, artist_id: str) -> Json:
    """Return an artist's ten best songs."""
    find(call.day.catalogue.artists, artist_id)
    songs = [song.song_id for song in call.day.catalogue.songs_by_artist[artist_id]]
    songs.sort(key=lambda song_id: (-call.day.scores[song_id], song_id))
    return {"tracks": [call.shapes.track(song_id) for song_id in songs[:10]]}


def one_track(call: Call, track_id: str) -> Json:
    """Return a song."""
    return call.shapes.track(find(call.day.catalogue.songs, track_id).song_id)


def several(call: Call, kind: str) -> Json:
    """Return songs, albums or artists by their ids, null for an id that nobody has."""
    ids = [item_id for item_id in call.query.get("ids", "").split(",") if item_id]
    if not ids or len(ids) > BATCH_SIZES[kind]:
        raise ApiError(400, "Too many ids requested" if ids else "Missing required field: ids")
    answer_one: Callable[[Call, str], Json] = {"tracks": one_track, "albums": one_album, "artists": one_artist}[kind]
    return {kind: [known_or_null(answer_one, call, item_id) for item_id in ids]}


def known_or_null(answer_one: Callable[[Call, str], Json], call: Call, item_id: str) -> Json | None:
    """Return what has an id, or null."""
    try:
        return answer_one(call, item_id)
    except ApiError as error:
        if error.status != 404:
            raise
        return None


def new_releases(call: Call) -> Json:
    """Return the albums that came out last, the newest first."""
    albums = call.day.catalogue.albums.values()
    album_ids = [album.album_id for album in albums if album.released_on][::-1]
    return {"albums": call.page(album_ids, call.shapes.simple_album, LISTS)}


def nothing_there(_call: Call, **_ids: str) -> Json:
    """Refuse: the endpoint is not simulated for this regime."""
    raise ApiError(404, "Resource not found")


# The table


@dataclass(frozen=True)
class Endpoint:
    """An address below /v1/, what it answers, the scope it asks for, and the regimes that have lost it."""

    path: str
    answer: Callable[..., Any]
    scope: str = ""
    is_personal: bool = False
    gone: frozenset[Regime] = NONE


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("me", me, is_personal=True),
    Endpoint("me/playlists", my_playlists, "playlist-read-private"),
    Endpoint("me/tracks", saved_tracks, "user-library-read"),
    Endpoint("me/albums", saved_albums, "user-library-read"),
    Endpoint("me/top/tracks", top_tracks, "user-top-read"),
    Endpoint("me/top/artists", top_artists, "user-top-read"),
    Endpoint("me/player/recently-played", recently_played, "user-read-recently-played"),
    Endpoint("me/following", followed_artists, "user-follow-read"),
    Endpoint("playlists/<playlist_id>", one_playlist),
    Endpoint("playlists/<playlist_id>/items", playlist_items),
    Endpoint("playlists/<playlist_id>/tracks", playlist_tracks, gone=RESTRICTED),
    Endpoint("albums/<album_id>", one_album),
    Endpoint("albums/<album_id>/tracks", album_tracks),
    Endpoint("artists/<artist_id>", one_artist),
    Endpoint("artists/<artist_id>/albums", artist_albums),
    Endpoint("artists/<artist_id>/top-tracks", artist_top_tracks, gone=RESTRICTED),
    Endpoint("artists/<artist_id>/related-artists", nothing_there, gone=ALL),
    Endpoint("tracks/<track_id>", one_track),
    Endpoint("search", search),
    Endpoint("<any(tracks, albums, artists):kind>", several, gone=RESTRICTED),
    Endpoint("browse/new-releases", new_releases, gone=RESTRICTED),
    Endpoint("browse/<path:rest>", nothing_there, gone=RESTRICTED),
    Endpoint("markets", nothing_there, gone=RESTRICTED),
    Endpoint("users/<path:rest>", nothing_there, gone=RESTRICTED),
    Endpoint("recommendations", nothing_there, gone=ALL),
    Endpoint("audio-features", nothing_there, gone=ALL),
    Endpoint("audio-features/<track_id>", nothing_there, gone=ALL),
    Endpoint("audio-analysis/<track_id>", nothing_there, gone=ALL),
)


def answer_call(call: Call, endpoint: Endpoint, ids: Mapping[str, str]) -> Any:
    """Return an endpoint's answer to a call."""
    if call.regime in endpoint.gone:
        raise ApiError(403, "Forbidden")
    if endpoint.scope:
        require_scope(call, endpoint.scope)
    if endpoint.is_personal and call.account is None:
        raise ApiError(403, "Insufficient client scope")
    return endpoint.answer(call, **ids)
