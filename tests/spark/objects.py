"""Made-up objects in Spotify's shapes, as small as a test wants them."""

from typing import Any


def song(song_id: str = "s1", **given: Any) -> dict[str, Any]:
    """Return a track with its album and one artist; a field given as ... is left out."""
    whole = {
        "type": "track",
        "id": song_id,
        "name": f"Song {song_id}",
        "uri": f"spotify:track:{song_id}",
        "external_urls": {"spotify": f"https://open.spotify.com/track/{song_id}"},
        "duration_ms": 201_000,
        "explicit": False,
        "disc_number": 1,
        "track_number": 2,
        "is_local": False,
        "artists": [credit("a1")],
        "album": album("al1"),
        "external_ids": {"isrc": "ZZ0002600001"},
        **given,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def album(album_id: str = "al1", **given: Any) -> dict[str, Any]:
    """Return an album as a track names it."""
    whole = {
        "type": "album",
        "id": album_id,
        "name": f"Album {album_id}",
        "album_type": "album",
        "total_tracks": 12,
        "release_date": "1981-12",
        "release_date_precision": "month",
        "artists": [credit("a2")],
        "images": [{"url": "https://images.example/wide", "height": None, "width": None}],
        "external_urls": {"spotify": f"https://open.spotify.com/album/{album_id}"},
        **given,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def full_album(album_id: str = "al1", **given: Any) -> dict[str, Any]:
    """Return an album with what only its own answer knows, and its page of tracks."""
    track = {name: value for name, value in song("s9").items() if name not in ("album", "external_ids")}
    known = {"label": "Lantern", "popularity": 41, "external_ids": {"upc": "101"}, "genres": [], "copyrights": []}
    return album(album_id, **known, tracks=page(track, href="albums/al1/tracks"), **given)


def credit(artist_id: str = "a1", **given: Any) -> dict[str, Any]:
    """Return an artist as tracks and albums name it."""
    return {
        "type": "artist",
        "id": artist_id,
        "name": f"Artist {artist_id}",
        "uri": f"spotify:artist:{artist_id}",
        "external_urls": {"spotify": f"https://open.spotify.com/artist/{artist_id}"},
        **given,
    }


def full_artist(artist_id: str = "a1", **given: Any) -> dict[str, Any]:
    """Return an artist with what only its own answer knows."""
    known = {"genres": ["dream"], "followers": {"href": None, "total": 102}, "popularity": 33, "images": []}
    return credit(artist_id, **{**known, **given})


def entry(item: Any, key: str = "item", **given: Any) -> dict[str, Any]:
    """Return a playlist's entry."""
    whole = {"added_at": "2026-10-01T08:00:00Z", "added_by": {"id": "u1"}, "is_local": False, key: item, **given}
    return {name: value for name, value in whole.items() if value is not ...}


def page(*items: Any, **given: Any) -> dict[str, Any]:
    """Return a page of a list."""
    whole = {
        "href": "https://api.spotify.com/v1/playlists/p1/items?offset=0",
        "items": list(items),
        "limit": 50,
        "next": None,
        "offset": 0,
        "previous": None,
        "total": len(items),
        **given,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def playlist(playlist_id: str = "p1", **given: Any) -> dict[str, Any]:
    """Return a playlist's own fields."""
    return {
        "type": "playlist",
        "id": playlist_id,
        "name": f"List {playlist_id}",
        "owner": {"id": "u1", "display_name": None},
        "snapshot_id": "snap1",
        "uri": f"spotify:playlist:{playlist_id}",
        "external_urls": {"spotify": f"https://open.spotify.com/playlist/{playlist_id}"},
        "href": f"https://api.spotify.com/v1/playlists/{playlist_id}",
        **given,
    }
