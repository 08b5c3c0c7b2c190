"""The simulator's API, read with spotipy in each regime: pages, cursors, limits, errors, what an app is not given."""

import contextlib
import datetime as dt
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import spotipy
from spotipy.oauth2 import SpotifyOAuth

from lakehouse.simulator.accounts import FIRST, SCOPES, SECOND
from lakehouse.simulator.playlists import SPOTIFYS_ID
from lakehouse.simulator.running import running_simulator

ROOT = Path(__file__).resolve().parent.parent.parent
REGIMES = ("restricted", "legacy", "extended")
OLD = ("legacy", "extended")
DAY = dt.date(2026, 11, 1)
UNKNOWN = "0" * 21 + "x"


class Asked:
    """A running simulator, a spotipy client of its first account, and plain requests with the same token."""

    def __init__(self, simulator, account=FIRST, scopes=SCOPES):
        self.simulator, self.scopes = simulator, scopes
        self.day = simulator.world.day(simulator.today)
        self.token = self.new_token(account)
        self.client = self.new_client(account)

    def new_token(self, account):
        """Return an access token, or one of client credentials."""
        form = {"grant_type": "client_credentials"}
        if account:
            token = self.simulator.refresh_token(account, self.scopes)
            form = {"grant_type": "refresh_token", "refresh_token": token}
        credentials = (self.simulator.client_id, self.simulator.client_secret)
        url = f"{self.simulator.accounts_url}/api/token"
        return requests.post(url, data=form, auth=credentials, timeout=10).json()["access_token"]

    def new_client(self, account):
        """Return a client that refreshes its own token."""
        if not account:
            return None
        scope = " ".join(sorted(self.scopes))
        known = {"access_token": "", "expires_at": 0, "scope": scope}
        known["refresh_token"] = self.simulator.refresh_token(account, self.scopes)
        auth = SpotifyOAuth(
            self.simulator.client_id,
            self.simulator.client_secret,
            "http://127.0.0.1:1/",
            scope=scope,
            open_browser=False,
            cache_handler=spotipy.MemoryCacheHandler(known),
        )
        auth.OAUTH_TOKEN_URL = f"{self.simulator.accounts_url}/api/token"
        client = spotipy.Spotify(auth_manager=auth)
        client.prefix = self.simulator.api_url
        return client

    def get(self, path, **params):
        """Return the response to a call."""
        url = path if path.startswith("http") else self.simulator.api_url + path
        return requests.get(url, params=params, headers={"Authorization": f"Bearer {self.token}"}, timeout=10)

    def json(self, path, **params):
        """Return the body of a call that must succeed."""
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def playlist(self, key):
        """Return the id of a playlist."""
        return self.day.playlist(key).playlist_id


@pytest.fixture(scope="module")
def all_regimes():
    """Run one simulator per regime."""
    with contextlib.ExitStack() as stack:
        yield {regime: Asked(stack.enter_context(running_simulator(regime=regime))) for regime in REGIMES}


@pytest.fixture(params=REGIMES)
def asked(request, all_regimes):
    return all_regimes[request.param]


@pytest.fixture
def restricted(all_regimes):
    return all_regimes["restricted"]


@pytest.fixture
def legacy(all_regimes):
    return all_regimes["legacy"]


@pytest.fixture
def extended(all_regimes):
    return all_regimes["extended"]


def pages(client, page) -> Iterator[dict]:
    """Yield a page and all after it."""
    while page:
        yield page
        page = client.next(page)


def read_all(client, page):
    """Return the items of all pages."""
    return [item for one in pages(client, page) for item in one["items"]]


def objects(value, kind) -> Iterator[dict]:
    """Yield every object of a type, at any depth."""
    if isinstance(value, list):
        for element in value:
            yield from objects(element, kind)
    elif isinstance(value, dict):
        if value.get("type") == kind:
            yield value
        for inner in value.values():
            yield from objects(inner, kind)


def some_ids(day):
    """Return an album, an artist and a song that the chart names."""
    song = day.catalogue.songs[day.chart[0]]
    return song.album_id, song.artist_ids[0], song.song_id


def is_served(entry, item, keys):
    """Return whether a playlist's item is what the world says."""
    if entry.kind == "gap":
        return item is None
    found = [item[key] for key in keys]
    if entry.kind == "nothing":
        return all(inner is None for inner in found)
    ids = {"song": {entry.key}, "nameless": {None}, "local": {None}}
    names = {"episode": {entry.key}, "local": {entry.key}}
    return all(
        inner["id"] in ids.get(entry.kind, {inner["id"]}) and inner["name"] in names.get(entry.kind, {inner["name"]})
        for inner in found
    )


# Every method


def test_me_is_the_account(asked):
    assert asked.client.me()["id"] == FIRST
    assert asked.client.me()["account_id"]


@pytest.mark.parametrize("key", ["chart", "kitchen", "attic", "still", "empty", "shared"])
def test_a_playlist_holds_what_the_world_says_in_order(asked, key):
    expected = asked.day.playlist(key)
    page = asked.client.playlist_items(expected.playlist_id, limit=15)
    items = read_all(asked.client, page)
    keys = ["item"] if asked.simulator.simulator.regime == "restricted" else ["track", "item"]
    assert len(items) == len(expected.entries)
    assert all(is_served(entry, item, keys) for entry, item in zip(expected.entries, items, strict=True))
    assert page["total"] == expected.total
    assert asked.client.playlist(expected.playlist_id)["snapshot_id"] == expected.snapshot_id


def test_a_playlists_own_page_has_the_regimes_names(all_regimes):
    found = {}
    for regime, asked in all_regimes.items():
        playlist = asked.client.playlist(asked.playlist("attic"))
        names = sorted({"tracks", "items"} & set(playlist))
        entry = playlist[names[0]]["items"][0]
        found[regime] = (names, sorted({"track", "item"} & set(entry)), len(playlist[names[0]]["items"]))
    assert found == {
        "restricted": (["items"], ["item"], 100),
        "legacy": (["items", "tracks"], ["item", "track"], 100),
        "extended": (["tracks"], ["track"], 100),
    }


def test_both_keys_hold_the_same(legacy):
    items = legacy.client.playlist_items(legacy.playlist("kitchen"))["items"]
    assert all(item["track"] == item["item"] for item in items if item)
    assert {type(item["track"]["track"]) for item in items if item and item["track"]} == {bool}


@pytest.mark.parametrize("regime", OLD)
def test_the_old_tracks_endpoint_answers_old_apps(all_regimes, regime):
    asked = all_regimes[regime]
    page = asked.json(f"playlists/{asked.playlist('attic')}/tracks")
    assert (len(page["items"]), page["limit"]) == (100, 100)
    assert [entry["track"]["id"] for entry in page["items"]] == asked.day.playlist("attic").song_ids[:100]
    assert ("item" in page["items"][0]) == (regime == "legacy")


def test_my_playlists_are_own_shared_and_followed_ones(asked):
    found = read_all(asked.client, asked.client.current_user_playlists(limit=3))
    expected = asked.day.playlists_of(FIRST)
    assert [playlist["id"] for playlist in found] == [playlist.playlist_id for playlist in expected]
    assert [playlist["snapshot_id"] for playlist in found] == [playlist.snapshot_id for playlist in expected]
    key = "tracks" if asked.simulator.simulator.regime == "extended" else "items"
    totals = {playlist["id"]: playlist[key]["total"] for playlist in found if key in playlist}
    assert totals[asked.playlist("kitchen")] == asked.day.playlist("kitchen").total
    assert (asked.playlist("foreign") in totals) == (asked.simulator.simulator.regime != "restricted")


def test_saved_tracks_and_albums_are_the_worlds(asked):
    tracks = read_all(asked.client, asked.client.current_user_saved_tracks(limit=50))
    albums = read_all(asked.client, asked.client.current_user_saved_albums(limit=50))
    assert [(item["track"]["id"], item["added_at"]) for item in tracks] == [
        (saved.item_id, saved.added_at) for saved in asked.day.saved_tracks(FIRST)
    ]
    assert [item["album"]["id"] for item in albums] == [saved.item_id for saved in asked.day.saved_albums(FIRST)]
    assert len(tracks) > 100
    assert len(albums) > 50


@pytest.mark.parametrize("time_range", ["short_term", "medium_term", "long_term"])
def test_top_items_are_the_worlds_and_the_range_is_kept_in_next(asked, time_range):
    page = asked.client.current_user_top_tracks(limit=50, time_range=time_range)
    assert f"time_range={time_range}" in page["next"]
    tracks = [track["id"] for track in read_all(asked.client, page)]
    assert tuple(tracks) == asked.day.top_tracks(FIRST, time_range)
    artists = read_all(asked.client, asked.client.current_user_top_artists(limit=7, time_range=time_range))
    assert tuple(artist["id"] for artist in artists) == asked.day.top_artists(FIRST, time_range)


@pytest.mark.parametrize("limit", [7, 20, 50])
def test_followed_artists_are_read_once_each_by_their_cursor(asked, limit):
    found, after = [], None
    while True:
        page = asked.client.current_user_followed_artists(limit=limit, after=after)["artists"]
        found += [artist["id"] for artist in page["items"]]
        after = page["cursors"]["after"]
        assert (page["next"] is None) == (after is None)
        if after is None:
            break
        assert after == page["items"][-1]["id"]
    assert tuple(found) == asked.day.followed(FIRST)
    assert page["total"] == len(found) > 50


def test_spotipys_next_reads_followed_artists(asked):
    page = asked.client.current_user_followed_artists(limit=50)["artists"]
    rest = asked.client.next(page)["artists"]
    assert tuple(artist["id"] for artist in page["items"] + rest["items"]) == asked.day.followed(FIRST)
    assert rest["next"] is None


@pytest.mark.parametrize("limit", [7, 20, 25, 50])
def test_plays_are_read_once_each_and_end_in_a_page_without_cursors(asked, limit):
    found = list(pages(asked.client, asked.client.current_user_recently_played(limit=limit)))
    plays = [play for page in found for play in page["items"]]
    expected = asked.day.plays(FIRST)
    assert [(p["track"]["id"], p["played_at"]) for p in plays] == [(p.song_id, p.played_at) for p in expected]
    assert "total" not in found[0]
    assert found[0]["cursors"] == {
        "after": str(expected[0].milliseconds),
        "before": str(expected[limit - 1].milliseconds),
    }
    assert f"before={expected[limit - 1].milliseconds}" in found[0]["next"]
    if 50 % limit == 0:
        assert (found[-1]["items"], found[-1]["next"], found[-1]["cursors"]) == ([], None, None)


def test_after_the_newest_play_there_is_nothing(asked):
    plays = asked.day.plays(FIRST)
    page = asked.client.current_user_recently_played(after=plays[0].milliseconds)
    assert (page["items"], page["next"], page["cursors"]) == ([], None, None)
    newer = asked.client.current_user_recently_played(after=plays[3].milliseconds)
    assert [play["played_at"] for play in newer["items"]] == [play.played_at for play in plays[:3]]
    assert newer["next"] is None


def test_the_catalogue_is_read_by_id(asked):
    album_id, artist_id, song_id = some_ids(asked.day)
    song = asked.day.catalogue.songs[song_id]
    track = asked.client.track(song_id)
    assert (track["name"], track["external_ids"]["isrc"]) == (song.name, song.isrc)
    assert [artist["id"] for artist in track["artists"]] == list(song.artist_ids)
    assert asked.client.album(album_id)["tracks"]["total"] == len(asked.day.catalogue.albums[album_id].songs)
    assert asked.client.artist(artist_id)["name"] == asked.day.catalogue.artists[artist_id].name


def test_an_album_of_more_than_fifty_songs_goes_on_after_its_page(asked):
    album = max(asked.day.catalogue.albums.values(), key=lambda album: len(album.songs))
    page = asked.client.album(album.album_id)["tracks"]
    assert len(page["items"]) == 50
    tracks = read_all(asked.client, page)
    assert [track["id"] for track in tracks] == [song.song_id for song in album.songs]
    assert {track["disc_number"] for track in tracks} == {1, 2}
    assert "album" not in tracks[0]
    assert read_all(asked.client, asked.client.album_tracks(album.album_id, limit=20)) == tracks


def test_an_artists_albums_are_own_ones_and_those_of_others(asked):
    catalogue = asked.day.catalogue
    artist_id, albums = max(catalogue.albums_by_artist.items(), key=lambda pair: len(pair[1]))
    found = read_all(asked.client, asked.client.artist_albums(artist_id, limit=2))
    assert [album["id"] for album in found] == [album.album_id for album in albums]
    guest = read_all(asked.client, asked.client.artist_albums(artist_id, include_groups="appears_on", limit=2))
    assert {album["id"] for album in guest} == {a.album_id for a in albums if artist_id not in a.artist_ids}
    assert len(guest) < len(found)


def test_search_finds_pages_of_each_kind(asked):
    found = asked.client.search("paper", limit=2, type="track,album,artist")
    assert set(found) == {"tracks", "albums", "artists"}
    artists = read_all_found(asked, found["artists"], "artists")
    expected = [artist for artist in asked.day.catalogue.artists.values() if "paper" in artist.name.casefold()]
    assert [artist["id"] for artist in artists] == [artist.artist_id for artist in expected]
    assert found["tracks"]["total"] > 2
    assert "q=paper" in found["tracks"]["next"]


def read_all_found(asked, page, kind):
    """Return the items of all pages of a kind of search."""
    items = list(page["items"])
    while page["next"]:
        page = asked.json(page["next"])[kind]
        items += page["items"]
    return items


def test_search_filters_combine(restricted):
    catalogue = restricted.day.catalogue
    artist = next(artist for artist in catalogue.artists.values() if artist.genres)
    query = f'artist:"{artist.name}" genre:"{artist.genres[0]}" year:1900-2100'
    found = restricted.json("search", q=query, type="track", limit=10)["tracks"]
    dated = [song for song in catalogue.songs_by_artist[artist.artist_id]
             if (catalogue.albums[song.album_id].release_date or "") > "1900"]  # fmt: skip
    assert {track["id"] for track in found["items"]} <= {song.song_id for song in dated}
    assert found["total"] == len(dated) > 0


@pytest.mark.parametrize("name", ["isrc", "upc", "year", "genre", "artist", "album", "track", "tag"])
def test_search_filters(restricted, name):
    catalogue = restricted.day.catalogue
    song = catalogue.songs[restricted.day.chart[0]]
    album, artist = catalogue.albums[song.album_id], catalogue.artists[song.artist_ids[0]]
    genre = next(artist.genres[0] for artist in catalogue.artists.values() if artist.genres)
    query, kind, is_right = {
        "isrc": (song.isrc, "track", lambda found: found["external_ids"]["isrc"] == song.isrc),
        "upc": (album.upc, "album", lambda found: found["id"] == album.album_id),
        "year": ("2019-2020", "album", lambda found: found["release_date"][:4] in ("2019", "2020")),
        "genre": (f'"{genre}"', "artist", lambda found: genre in found["genres"]),
        "artist": (f'"{artist.name}"', "track", lambda found: artist.name in [a["name"] for a in found["artists"]]),
        "album": (f'"{album.name}"', "album", lambda found: album.name.casefold() in found["name"].casefold()),
        "track": (f'"{song.name}"', "track", lambda found: song.name.casefold() in found["name"].casefold()),
        "tag": ("new", "album", lambda found: found["release_date"] > str(DAY - dt.timedelta(days=14))),
    }[name]
    found = restricted.json("search", q=f"{name}:{query}", type=kind, limit=10)[f"{kind}s"]
    assert 0 < found["total"] < 300
    assert all(is_right(item) for item in found["items"])


# What an app is not given


def cut_pairs(old, new, kind=None) -> Iterator[tuple[str | None, str]]:
    """Yield which fields of which type an old answer has and a new one has not."""
    if isinstance(old, list):
        for one, other in zip(old, new, strict=True):
            yield from cut_pairs(one, other, kind)
    elif isinstance(old, dict):
        kind = old["type"] if isinstance(old.get("type"), str) else kind
        assert set(new) <= set(old)
        yield from ((kind, key) for key in old if key not in new)
        for key in new:
            inner_kind = None if key in ("items", "tracks") else kind
            yield from cut_pairs(old[key], new[key], inner_kind)


def test_restricted_apps_are_not_given_exactly_these_fields(restricted, legacy):
    song_id = next(song.song_id for song in legacy.day.catalogue.songs.values() if song.relinked_to)
    album_id, artist_id, _ = some_ids(legacy.day)
    paths = [
        *(f"albums/{album_id}", f"artists/{artist_id}", f"artists/{artist_id}/albums?limit=10", "me"),
        *(f"tracks/{song_id}", f"tracks/{song_id}?market=DE", f"albums/{album_id}?market=JP"),
        *("me/tracks", "me/albums", "me/top/tracks", "me/top/artists", "me/player/recently-played", "me/playlists"),
        *("me/following?type=artist", "search?q=a&type=track,album,artist&limit=10"),
        *(f"playlists/{legacy.playlist('kitchen')}", f"playlists/{legacy.playlist('kitchen')}/items?limit=50"),
    ]
    found = {pair for path in paths for pair in cut_pairs(legacy.json(path), restricted.json(path))}
    assert found == {
        *(("track", field) for field in ("available_markets", "linked_from", "popularity")),
        *(("album", field) for field in ("album_group", "available_markets", "label", "popularity")),
        *(("artist", field) for field in ("followers", "popularity")),
        *(("user", field) for field in ("country", "email", "explicit_content", "followers", "product")),
        *(("show", field) for field in ("available_markets", "publisher")),
        *(("playlist", "tracks"), ("playlist", "items"), (None, "track")),
    }


def test_external_ids_stay_in_restricted_mode(restricted):
    album_id, _, song_id = some_ids(restricted.day)
    assert restricted.client.track(song_id)["external_ids"]["isrc"]
    assert restricted.client.album(album_id)["external_ids"]["upc"]


def test_a_market_relinks_and_only_old_apps_see_from_where(legacy, restricted):
    song = next(song for song in legacy.day.catalogue.songs.values() if song.relinked_to)
    assert legacy.client.track(song.song_id)["id"] == song.song_id
    track = legacy.client.track(song.song_id, market="DE")
    assert (track["id"], track["linked_from"]["id"]) == (song.relinked_to, song.song_id)
    assert track["external_ids"]["isrc"] == song.isrc
    assert (track["is_playable"], "available_markets" in track) == (True, False)
    track = restricted.client.track(song.song_id, market="DE")
    assert (track["id"], "linked_from" in track) == (song.relinked_to, False)


def test_a_market_is_kept_from_page_to_page(legacy):
    page = legacy.client.current_user_saved_tracks(limit=50, market="JP")
    tracks = [item["track"] for item in read_all(legacy.client, page)]
    assert all("is_playable" in track and "available_markets" not in track for track in tracks)
    assert {track["is_playable"] for track in tracks} == {True, False}
    assert all(("restrictions" in track) == (not track["is_playable"]) for track in tracks)


def test_the_market_of_the_token_is_the_accounts_country(legacy):
    songs = legacy.day.catalogue.songs.values()
    song = next(song for song in songs if song.restriction is None and "IS" not in song.markets)
    track = legacy.json(f"tracks/{song.song_id}", market="from_token")
    assert (track["is_playable"], track["restrictions"]) == (False, {"reason": "market"})


def test_songs_nobody_may_play_say_why(asked):
    reasons = {song.restriction for song in asked.day.catalogue.songs.values()} - {None}
    for song in asked.day.catalogue.songs.values():
        if song.restriction in reasons:
            track = asked.client.track(song.song_id)
            assert (track["is_playable"], track["restrictions"]) == (False, {"reason": song.restriction})
            reasons.remove(song.restriction)
    assert reasons == set()


def test_local_files_and_episodes_look_like_spotifys(asked):
    day = DAY - dt.timedelta(days=60)
    asked.simulator.set_today(day)
    items = [entry["item"] for entry in read_all(asked.client, asked.client.playlist_items(asked.playlist("kitchen")))
             if entry and entry["item"]]  # fmt: skip
    asked.simulator.set_today(DAY)
    local = [item for item in items if item["type"] == "track" and item["is_local"]]
    assert {(item["id"], item["href"]) for item in local} == {(None, None)}
    assert {item["uri"] for item in local} == {
        "spotify:local:K%C3%BCche+%26+Flur:Demo%3A+Tapes:Kettle+in+E:187",
        "spotify:local:::aufnahme_03:61",
    }
    assert all(item["album"]["id"] is None and item["album"]["artists"] == [] for item in local)
    episodes = [item for item in items if item["type"] == "episode"]
    assert len(episodes) == 2
    assert all("show" in item and "album" not in item and item["episode"] and not item["track"] for item in episodes)


# Limits and errors


@pytest.mark.parametrize(
    ("path", "maximum"),
    [
        *((path, 50) for path in ("me/playlists", "me/tracks", "me/albums", "me/top/tracks", "me/top/artists")),
        *(("me/player/recently-played", 50), ("me/following?type=artist", 50)),
        *(("playlists/{attic}/items", 50), ("albums/{album}/tracks", 50)),
        *(("artists/{artist}/albums", {"restricted": 10}), ("search?q=a&type=album", {"restricted": 10})),
    ],
)
def test_a_page_above_the_maximum_is_an_invalid_limit(asked, path, maximum):
    if isinstance(maximum, dict):
        maximum = maximum.get(asked.simulator.simulator.regime, 50)
    album_id, artist_id, _ = some_ids(asked.day)
    path = path.format(attic=asked.playlist("attic"), album=album_id, artist=artist_id)
    assert asked.get(path, limit=maximum).status_code == 200
    for limit in (maximum + 1, 0, "ten"):
        answer = asked.get(path, limit=limit)
        assert answer.status_code == 400
        assert answer.json() == {"error": {"status": 400, "message": "Invalid limit"}}


@pytest.mark.parametrize(
    ("path", "default"),
    [
        *(("me/tracks", 20), ("playlists/{attic}/items", 20), ("me/player/recently-played", 20)),
        *(("artists/{artist}/albums", {"restricted": 5}), ("search?q=a&type=album", {"restricted": 5})),
    ],
)
def test_without_a_limit_a_page_has_its_default_size(asked, path, default):
    if isinstance(default, dict):
        default = default.get(asked.simulator.simulator.regime, 20)
    _, artist_id, _ = some_ids(asked.day)
    body = asked.json(path.format(attic=asked.playlist("attic"), artist=artist_id))
    assert body.get("albums", body)["limit"] == default


def test_spotipys_default_page_of_artist_albums_is_too_large_for_restricted_apps(restricted, legacy):
    _, artist_id, _ = some_ids(legacy.day)
    assert legacy.client.artist_albums(artist_id)["limit"] == 20
    with pytest.raises(spotipy.SpotifyException) as failed:
        restricted.client.artist_albums(artist_id)
    assert failed.value.http_status == 400


def test_spotifys_own_chart_is_there_for_extended_apps_alone(asked):
    expected = 200 if asked.simulator.simulator.regime == "extended" else 404
    paths = [f"playlists/{SPOTIFYS_ID}", f"playlists/{SPOTIFYS_ID}/items"]
    assert [asked.get(path).status_code for path in paths] == [expected] * 2
    listed = [one["id"] for one in asked.json("me/playlists", limit=50)["items"]]
    assert SPOTIFYS_ID not in listed


def test_next_and_previous_lead_there_and_back(asked):
    first = asked.client.current_user_saved_tracks(limit=30)
    second = asked.client.next(first)
    assert first["previous"] is None
    assert second["offset"] == 30
    assert second["next"].startswith(f"{asked.simulator.api_url}me/tracks?")
    assert asked.client.previous(second) == first
    beyond = asked.json("me/tracks", offset=10_000)
    assert (beyond["items"], beyond["next"]) == ([], None)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        *((f"{kind}/not-an-id", 400, "Invalid base62 id") for kind in ("tracks", "albums", "artists", "playlists")),
        *((f"{kind}/{UNKNOWN}", 404, "Resource not found") for kind in ("tracks", "albums", "artists", "playlists")),
        (f"playlists/{UNKNOWN}/items", 404, "Resource not found"),
        (f"albums/{UNKNOWN}/tracks", 404, "Resource not found"),
        (f"artists/{UNKNOWN}/albums", 404, "Resource not found"),
        ("playlists/37i9dQZEVXbNG2KDcFcKOF/items", 404, "Resource not found"),
        ("playlists/{drafts}", 404, "Resource not found"),
        ("recommendations", 403, "Forbidden"),
        ("artists/{artist}/related-artists", 403, "Forbidden"),
        ("nothing/here", 404, "Service not found"),
        ("me/tracks?offset=-1", 400, "Invalid offset"),
        ("me/tracks?market=XX", 400, "Invalid market code"),
        ("me/top/tracks?time_range=ever", 400, "Invalid time range"),
        ("me/player/recently-played?after=1&before=2", 400, "Only one of after and before can be specified"),
        ("me/player/recently-played?after=x", 400, "Invalid after"),
        ("me/following", 400, "Invalid type, only artist is currently supported"),
        ("search?type=track", 400, "No search query"),
        ("search?q=a&type=song", 400, "Bad search type field song"),
        ("search?q=a", 400, "Bad search type field (missing)"),
        ("search?q=a&type=track&offset=1001", 400, "Invalid offset"),
        ("artists/{artist}/albums?include_groups=mine", 400, "Invalid include_groups"),
    ],
)
def test_errors_are_said_as_spotify_does(asked, path, status, message):
    _, artist_id, _ = some_ids(asked.day)
    answer = asked.get(path.format(drafts=asked.playlist("drafts"), artist=artist_id))
    assert answer.status_code == status
    assert answer.json() == {"error": {"status": status, "message": message}}


@pytest.mark.parametrize("key", ["foreign", "old"])
def test_foreign_playlists_have_no_entries_for_restricted_apps(all_regimes, key):
    for regime, asked in all_regimes.items():
        playlist_id = asked.playlist(key)
        is_given = regime != "restricted"
        playlist = asked.json(f"playlists/{playlist_id}")
        assert bool({"items", "tracks"} & set(playlist)) == is_given
        assert playlist["snapshot_id"]
        assert asked.get(f"playlists/{playlist_id}/items").status_code == (200 if is_given else 403)


def test_a_shared_playlist_is_open_to_both(asked):
    other = Asked(asked.simulator, SECOND)
    path = f"playlists/{asked.playlist('shared')}/items"
    assert other.json(path)["total"] == asked.json(path)["total"] > 0


@pytest.mark.parametrize(
    "path",
    [
        *("tracks?ids={song}", "albums?ids={album}", "artists?ids={artist}", "artists/{artist}/top-tracks"),
        *("playlists/{attic}/tracks", "browse/new-releases"),
    ],
)
def test_removed_endpoints_answer_old_apps_only(all_regimes, path):
    for regime, asked in all_regimes.items():
        album_id, artist_id, song_id = some_ids(asked.day)
        answer = asked.get(path.format(song=song_id, album=album_id, artist=artist_id, attic=asked.playlist("attic")))
        assert answer.status_code == (403 if regime == "restricted" else 200)
        if regime == "restricted":
            assert answer.json() == {"error": {"status": 403, "message": "Forbidden"}}


@pytest.mark.parametrize("path", ["browse/categories", "markets", "users/somebody", "users/somebody/playlists"])
def test_other_removed_endpoints_are_forbidden_to_restricted_apps(restricted, path):
    assert restricted.get(path).status_code == 403


def test_batches_answer_null_for_unknown_ids(legacy):
    songs = legacy.day.playlist("attic").song_ids[:3]
    found = legacy.client.tracks([*songs, UNKNOWN])["tracks"]
    assert [track and track["id"] for track in found] == [*songs, None]
    assert legacy.get("tracks", ids=",".join([songs[0]] * 51)).status_code == 400
    assert legacy.get("albums", ids="x").json()["error"]["message"] == "Invalid base62 id"
    assert legacy.get("tracks").status_code == 400


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("me/playlists", "playlist-read-private"),
        ("me/tracks", "user-library-read"),
        ("me/albums", "user-library-read"),
        ("me/following?type=artist", "user-follow-read"),
        ("me/top/tracks", "user-top-read"),
        ("me/top/artists", "user-top-read"),
        ("me/player/recently-played", "user-read-recently-played"),
        ("playlists/{still}/items", "playlist-read-private"),
    ],
)
def test_each_source_asks_for_its_scope(restricted, path, scope):
    path = path.format(still=restricted.playlist("still"))
    without = Asked(restricted.simulator, scopes=SCOPES - {scope})
    answer = without.get(path)
    assert (answer.status_code, answer.json()["error"]["message"]) == (403, "Insufficient client scope")
    assert Asked(restricted.simulator, scopes={scope}).get(path).status_code == 200


def test_shared_playlists_are_listed_with_their_scope_only(restricted):
    without = Asked(restricted.simulator, scopes={"playlist-read-private"})
    assert restricted.playlist("shared") not in [item["id"] for item in without.json("me/playlists")["items"]]


def test_client_credentials_read_public_playlists_of_old_apps_only(all_regimes):
    for regime, asked in all_regimes.items():
        app = Asked(asked.simulator, account=None)
        public, private = asked.playlist("attic"), asked.playlist("kitchen")
        assert app.get(f"playlists/{public}").status_code == 200
        assert app.get(f"playlists/{public}/items").status_code == (403 if regime == "restricted" else 200)
        assert app.get(f"playlists/{private}").status_code == 404


@pytest.mark.parametrize("path", ["me", "me/tracks", "search", "albums/{album}/tracks"])
def test_a_slash_at_the_end_changes_nothing(restricted, path):
    album_id, _, _ = some_ids(restricted.day)
    path = path.format(album=album_id)
    query = {"q": "a", "type": "artist", "limit": "2"}
    assert restricted.json(f"{path}/", **query) == restricted.json(path, **query)


def test_only_reading_is_possible(restricted):
    headers = {"Authorization": f"Bearer {restricted.token}"}
    assert requests.put(f"{restricted.simulator.api_url}me/tracks", headers=headers, timeout=10).status_code == 405


# The day, and the same bytes


def test_another_day_is_served_from_the_next_call_on():
    with running_simulator(today=DAY) as simulator:
        asked = Asked(simulator)
        before = asked.json(f"playlists/{asked.playlist('chart')}/items?limit=50")
        simulator.set_today(DAY + dt.timedelta(days=1))
        after = asked.json(f"playlists/{asked.playlist('chart')}/items?limit=50")
        expected = simulator.world.day(DAY + dt.timedelta(days=1)).playlist("chart").song_ids
        assert [entry["item"]["id"] for entry in after["items"]] == expected
        assert before["items"] != after["items"]
        assert [record.day for record in simulator.log][-2:] == ["2026-11-01", "2026-11-02"]


def test_the_day_is_set_over_http():
    with running_simulator(today=DAY) as simulator:
        url = f"{simulator.accounts_url}/_simulator/day"
        answer = requests.post(url, json={"today": "2026-11-02"}, timeout=10)
        assert (answer.status_code, answer.json()["today"]) == (200, "2026-11-02")
        assert simulator.today == dt.date(2026, 11, 2)
        for body in ('{"today": "tomorrow"}', '{"today": "2026-02-30"}', '{"today": "9999-01-01"}', "{}", "[]", "?"):
            assert requests.post(url, data=body, timeout=10).status_code == 400
        assert simulator.today == dt.date(2026, 11, 2)
        assert requests.get(f"{simulator.accounts_url}/_simulator", timeout=10).json()["today"] == "2026-11-02"
        assert simulator.log == []


def served_hash(seed):
    """Return a hash of what a fresh simulator answers, its own address apart."""
    found = hashlib.sha256()
    with running_simulator(seed=seed, regime="legacy") as simulator:
        asked = Asked(simulator)
        paths = ["me/playlists", "me/tracks", "me/albums", "me/top/artists", "me/player/recently-played"]
        paths += ["me/following?type=artist", "search?q=a&type=track,album,artist"]
        paths += [f"playlists/{playlist.playlist_id}/items?limit=50" for playlist in asked.day.playlists_of(FIRST)]
        for path in paths:
            text = asked.get(path).content.decode()
            json.loads(text)
            found.update(text.replace(simulator.accounts_url, "http://here").encode())
    return found.hexdigest()


def test_the_same_seed_serves_the_same_bytes_in_another_process():
    program = f"import runpy; print(runpy.run_path({str(Path(__file__))!r})['served_hash'](7))"
    other = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, env={"PYTHONPATH": "."}
    )
    assert other.stdout.strip() == served_hash(7)
    assert served_hash(8) != served_hash(7)
