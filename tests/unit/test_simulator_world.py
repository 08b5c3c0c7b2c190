"""The simulator's world: large, in many scripts, the same for the same seed, and different from day to day."""

import datetime as dt
import unicodedata
from collections import Counter
from itertools import pairwise

import pytest

from lakehouse.simulator.accounts import ACCOUNTS, FIRST, SECOND
from lakehouse.simulator.catalogue import first_albums
from lakehouse.simulator.playlists import PLANS
from lakehouse.simulator.world import TIME_RANGES, World, make_plays

DAY = dt.date(2026, 11, 1)
DAYS = [DAY + dt.timedelta(days=n) for n in range(14)]
WORLD = World(seed=7)


def scripts(text):
    """Return the scripts of a text's letters."""
    return {unicodedata.name(character, "?").split()[0] for character in text if character.isalpha()}


@pytest.mark.parametrize("seed", [7, 8, 0, -1])
def test_a_world_is_large_enough_to_page(seed):
    catalogue = World(seed).day(DAY).catalogue
    assert len(catalogue.songs) >= 400
    assert len(catalogue.artists) >= 80
    assert max(len(album.songs) for album in catalogue.albums.values()) > 50
    assert len({artist.name for artist in catalogue.artists.values()}) == len(catalogue.artists)


def test_ids_are_unique_and_look_like_spotify_ids():
    catalogue = WORLD.day(DAY).catalogue
    ids = [*catalogue.songs, *catalogue.albums, *catalogue.artists, *WORLD.day(DAY).playlists]
    assert len(set(ids)) == len(ids)
    assert {len(item_id) for item_id in ids} == {22}
    assert sum(len(album.songs) for album in catalogue.albums.values()) == len(catalogue.songs)


def test_names_are_written_in_many_scripts():
    found = set().union(*(scripts(song.name) for song in WORLD.day(DAY).catalogue.songs.values()))
    assert found >= {
        "LATIN",
        "CYRILLIC",
        "GREEK",
        "ARABIC",
        "HEBREW",
        "DEVANAGARI",
        "THAI",
        "HANGUL",
        "CJK",
        "KATAKANA",
    }


def test_another_seed_is_another_world():
    one, other = WORLD.day(DAY), World(seed=8).day(DAY)
    assert not set(one.catalogue.songs) & set(other.catalogue.songs)
    assert {artist.name for artist in one.catalogue.artists.values()} != {
        artist.name for artist in other.catalogue.artists.values()
    }


def test_a_day_does_not_depend_on_the_days_asked_before():
    fresh = World(seed=11).day(DAYS[5])
    playlists = {key.key: fresh.playlist(key.key).entries for key in PLANS}
    for day in reversed(DAYS):
        _ = World(seed=11).day(day).playlists
    again = World(seed=11).day(DAYS[5])
    assert {key.key: again.playlist(key.key).entries for key in PLANS} == playlists


def test_snapshots_change_when_and_only_when_entries_do():
    for one, other in pairwise(WORLD.day(day) for day in DAYS):
        for plan in PLANS:
            before, after = one.playlist(plan.key), other.playlist(plan.key)
            assert (before.snapshot_id != after.snapshot_id) == (before.entries != after.entries), plan.key


def test_the_chart_moves_daily_and_other_playlists_rest_for_days():
    snapshots = {plan.key: [WORLD.day(day).playlist(plan.key).snapshot_id for day in DAYS] for plan in PLANS}
    distinct = {key: len(set(found)) for key, found in snapshots.items()}
    assert distinct == {
        **{"chart": 14, "foreign": 7 + 1, "shared": 4 + 1, "kitchen": 3 + 1, "attic": 3, "drafts": 2 + 1},
        **{"still": 1, "empty": 1, "old": 1},
    }


def test_the_chart_keeps_most_of_its_songs_from_one_day_to_the_next():
    for one, other in pairwise(WORLD.day(day).chart for day in DAYS):
        assert len(one) == len(set(one)) == 50
        assert one != other
        assert len(set(one) & set(other)) >= 30


def test_new_releases_come_out_on_their_day_and_enter_the_chart():
    before, after = WORLD.day(DAYS[0]), WORLD.day(DAYS[-1])
    new = set(after.catalogue.albums) - set(before.catalogue.albums)
    assert {after.catalogue.albums[album_id].release_date for album_id in new} == {str(day) for day in DAYS[1:]}
    assert any(after.catalogue.songs[song_id].album_id in new for song_id in after.chart)
    assert set(before.catalogue.albums) < set(after.catalogue.albums)


def test_no_day_knows_of_the_next():
    for day in DAYS:
        served = WORLD.day(day)
        end = f"{day}T23:59:59Z"
        for playlist in served.playlists.values():
            assert all((entry.added_at or "") <= end for entry in playlist.entries)
            assert all(song_id in served.catalogue.songs for song_id in playlist.song_ids)
        for account in ACCOUNTS:
            assert all(saved.added_at <= end for saved in served.saved_tracks(account) + served.saved_albums(account))
            assert all(play.played_at <= end for play in served.plays(account))


def test_a_library_is_only_added_to_at_its_front():
    for one, other in pairwise(WORLD.day(day) for day in DAYS):
        for before, after in (
            (one.saved_tracks(FIRST), other.saved_tracks(FIRST)),
            (one.saved_albums(FIRST), other.saved_albums(FIRST)),
        ):
            assert after[len(after) - len(before) :] == before
            assert [saved.added_at for saved in after] == sorted((saved.added_at for saved in after), reverse=True)
            assert len({saved.item_id for saved in after}) == len(after)
    assert len(WORLD.day(DAYS[-1]).saved_tracks(FIRST)) > len(WORLD.day(DAY).saved_tracks(FIRST))


def test_the_last_fifty_plays_are_those_of_the_last_days_newest_first():
    days = [DAYS[9] - dt.timedelta(days=n) for n in range(8)]
    by_day = [play for day in days for play in make_plays(WORLD.seed, day, FIRST)]
    plays = WORLD.day(DAYS[9]).plays(FIRST)
    assert list(plays) == by_day[:50]
    moments = [play.milliseconds for play in plays]
    assert moments == sorted(moments, reverse=True)
    assert len(set(moments)) == 50
    assert all(len(play.played_at) == len("2026-11-01T10:00:00.123Z") for play in plays)


def test_plays_come_from_nowhere_from_albums_from_artists_and_from_playlists_also_under_their_old_uri():
    contexts = [play.context for play in WORLD.day(DAY).plays(FIRST)]
    kinds = Counter(context.kind if context else None for context in contexts)
    assert set(kinds) == {None, "album", "artist", "playlist"}
    assert any(context and context.uri.startswith(f"spotify:user:{FIRST}:playlist:") for context in contexts)


@pytest.mark.parametrize("kind", ["top_tracks", "top_artists"])
def test_top_items_of_a_longer_range_change_less_often(kind):
    tops = [getattr(WORLD.day(DAY + dt.timedelta(days=n)), kind) for n in range(29)]
    changes = {
        time_range: sum(one(FIRST, time_range) != other(FIRST, time_range) for one, other in pairwise(tops))
        for time_range in TIME_RANGES
    }
    assert (changes["short_term"], changes["medium_term"]) == (28, 4)
    assert changes["long_term"] <= 1


def test_two_listeners_have_different_libraries():
    day = WORLD.day(DAY)
    for kind in ("saved_tracks", "saved_albums", "followed", "top_tracks", "top_artists", "plays"):
        assert getattr(day, kind)(FIRST) != getattr(day, kind)(SECOND), kind
    assert {p.plan.key for p in day.playlists_of(FIRST)} != {p.plan.key for p in day.playlists_of(SECOND)}


@pytest.mark.parametrize("day", [dt.date(2020, 1, 1), *DAYS[::6], dt.date(2027, 3, 1)], ids=str)
@pytest.mark.parametrize("seed", [7, 8])
def test_the_kitchen_playlist_holds_every_trap(seed, day):
    served = World(seed).day(day)
    playlist = served.playlist("kitchen")
    kinds = Counter(entry.kind for entry in playlist.entries)
    assert {kind: kinds[kind] for kind in ("episode", "local", "nothing", "nameless", "gap")} == {
        **{"episode": 2, "local": 2, "nothing": 1, "nameless": 1, "gap": 1},
    }
    assert playlist.total > len(playlist.entries)
    assert any(entry.added_at is None and entry.kind == "song" for entry in playlist.entries) or day > DAYS[-1]


def test_at_first_the_kitchen_playlist_has_all_odd_songs():
    served = WORLD.day(dt.date(2026, 9, 1))
    entries = served.playlist("kitchen").entries
    songs = [served.catalogue.songs[song_id] for song_id in served.playlist("kitchen").song_ids]
    albums = [served.catalogue.albums[song.album_id] for song in songs]
    assert {song.restriction for song in songs} == {None, "market", "product", "explicit"}
    assert any(song.relinked_to for song in songs)
    assert {album.release_date for album in albums} >= {"1979", "1981-12", "0000", None}
    assert "" in {album.name for album in albums}
    keys = [entry.key for entry in entries]
    assert keys[13] == keys[14]
    assert keys[5] == keys[60]


def test_a_relinked_song_is_the_same_recording():
    songs = {song.song_id: song for album in first_albums(7) for song in album.songs}
    relinked = [song for song in songs.values() if song.relinked_to]
    assert relinked
    assert all(songs[song.relinked_to].isrc == song.isrc for song in relinked)
