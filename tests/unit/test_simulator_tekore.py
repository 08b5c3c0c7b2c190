"""A second client, tekore, written by others for older apps (both keys), reads the simulator without complaint.

It cannot read an album without a date, of which the made-up world has one; the pages that hold it are left out.
"""

import warnings

import pytest
import tekore
from tekore._auth.expiring import client as tekore_auth
from tekore._client import base as tekore_client

from lakehouse.simulator.running import running_simulator

USER = "tin_kettle_31"


@pytest.fixture(scope="module")
def simulator():
    with running_simulator(regime="legacy") as running:
        yield running


@pytest.fixture(scope="module")
def spotify(simulator):
    patch = pytest.MonkeyPatch()
    patch.setattr(tekore_auth, "OAUTH_TOKEN_URL", f"{simulator.accounts_url}/api/token")
    patch.setattr(tekore_client, "prefix", simulator.api_url)
    credentials = tekore.RefreshingCredentials(simulator.client_id, simulator.client_secret)
    client = tekore.Spotify(credentials.refresh_user_token(simulator.refresh_token()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield client
    client.close()
    patch.undo()


@pytest.fixture(scope="module")
def day(simulator):
    return simulator.world.day(simulator.today)


def find_dated_pages(day, album_ids):
    """Return the offsets of the pages of ten on which every album has a date, and how many there are in all."""
    starts = range(0, len(album_ids), 10)
    albums = day.catalogue.albums
    dated = [start for start in starts if all(albums[one].precision for one in album_ids[start : start + 10])]
    return dated, len(starts)


def test_the_library_is_read(spotify, day):
    saved = [one.item_id for one in day.saved_tracks(USER)]
    dated, pages = find_dated_pages(day, [day.catalogue.songs[one].album_id for one in saved])
    assert len(dated) > pages / 2
    for start in dated:
        page = spotify.saved_tracks(limit=10, offset=start)
        assert [one.track.id for one in page.items] == saved[start : start + 10]
    albums = [one.item_id for one in day.saved_albums(USER)]
    dated, pages = find_dated_pages(day, albums)
    assert len(dated) > pages / 2
    for start in dated:
        page = spotify.saved_albums(limit=10, offset=start)
        assert [one.album.id for one in page.items] == albums[start : start + 10]
    followed = [artist.id for artist in spotify.all_items(spotify.followed_artists(limit=50))]
    assert tuple(followed) == day.followed(USER)


def test_plays_and_top_items_are_read(spotify, day):
    plays = spotify.playback_recently_played(limit=50)
    assert [one.track.id for one in plays.items] == [play.song_id for play in day.plays(USER)]
    tracks = spotify.current_user_top_tracks("short_term", limit=50)
    assert tuple(track.id for track in tracks.items) == day.top_tracks(USER, "short_term")[:50]
    artists = spotify.current_user_top_artists("long_term", limit=50)
    assert tuple(artist.id for artist in artists.items) == day.top_artists(USER, "long_term")[:50]


def test_playlists_are_read_with_their_entries(spotify, day):
    listed = [one.id for one in spotify.all_items(spotify.followed_playlists(limit=50))]
    assert listed == [one.playlist_id for one in day.playlists_of(USER)]
    for key in ("attic", "still", "chart", "empty"):
        playlist = day.playlist(key)
        whole = spotify.playlist(playlist.playlist_id)
        assert (whole.name, whole.snapshot_id) == (playlist.plan.name, playlist.snapshot_id)
        entries = spotify.all_items(spotify.playlist_items(playlist.playlist_id, limit=100))
        assert [one.track.id for one in entries] == playlist.song_ids


def test_the_catalogue_is_read(spotify, day):
    album = next(one for one in day.catalogue.albums.values() if len(one.songs) > 50)
    whole = spotify.album(album.album_id)
    assert (whole.name, whole.total_tracks) == (album.name, len(album.songs))
    tracks = [track.id for track in spotify.all_items(spotify.album_tracks(album.album_id, limit=50))]
    assert tracks == [song.song_id for song in album.songs]
    artist = day.catalogue.artists[album.artist_ids[0]]
    assert spotify.artist(artist.artist_id).name == artist.name
    assert spotify.track(tracks[0]).external_ids["isrc"] == album.songs[0].isrc
    albums = spotify.all_items(spotify.artist_albums(artist.artist_id, limit=10))
    assert [one.id for one in albums] == [one.album_id for one in day.catalogue.albums_by_artist[artist.artist_id]]
    found_tracks, found_albums = spotify.search("a", types=("track", "album"), limit=10)
    assert (len(found_tracks.items), len(found_albums.items)) == (10, 10)


def test_errors_are_those_it_knows(spotify, simulator):
    with pytest.raises(tekore.NotFound, match="Resource not found"):
        spotify.track("0" * 22)
    simulator.set_faults("me/tracks:429=3:times=1", "me/albums:503:times=1", "artists/*:403:times=1")
    with pytest.raises(tekore.TooManyRequests) as caught:
        spotify.saved_tracks()
    assert caught.value.response.headers["retry-after"] == "3"
    with pytest.raises(tekore.ServiceUnavailable):
        spotify.saved_albums()
    with pytest.raises(tekore.Forbidden, match="Forbidden"):
        spotify.artist("0" * 22)
    simulator.set_faults()
    assert spotify.current_user().id == USER
