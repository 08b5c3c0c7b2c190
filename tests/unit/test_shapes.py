"""Every shape that pipelines have stored: imported, and read as the load reads it."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lakehouse.importing import import_dump
from tests.reading import Rows, read_raw_folder
from tests.spark.objects import album, credit, entry, full_album, full_artist, page, playlist, song

EPISODE = {"type": "episode", "id": "e1", "name": "Talk", "show": {"id": "sh1"}, "duration_ms": 5}
LOCAL = {
    **{"type": "track", "id": None, "name": "Tape", "uri": "spotify:local:a:b:Tape:60", "is_local": True},
    **{"duration_ms": 60000, "artists": [{"id": None, "uri": None, "name": "a", "type": "artist"}]},
    **{"album": {"id": None, "uri": None, "name": "b", "type": "album", "release_date": None}, "external_ids": {}},
}


@dataclass
class Case:
    """A document, and what is expected of it: the ids of its rows, and its entries by outcome."""

    says: str
    document: Any
    songs: str = ""
    albums: str = ""
    artists: str = ""
    accepted: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)


NAKED = {"name": "No id", "duration_ms": 1, "artists": [{"name": "x"}]}
CASES = [
    Case(
        "an album whose pages of tracks were gathered into a list",
        album(label="Lantern", tracks=[song("s7", album=...), song("s8", album=...)]),
        "s7 s8",
        "al1",
        "a1 a2",
        1,
    ),
    Case(
        "albums in a list, their tracks in lists",
        [album("al1", tracks=[song("s7", album=...)]), album("al2", tracks=[song("s8", album=...)])],
        "s7 s8",
        "al1 al2",
        "a1 a2",
        2,
    ),
    Case("playlist items of 2026", page(entry(song())), "s1", "al1", "a1 a2", 1),
    Case("playlist items of before 2026", page(entry(song(), "track")), "s1", "al1", "a1 a2", 1),
    Case("both keys count once", page(entry(song(), track=song())), "s1", "al1", "a1 a2", 1),
    Case(
        "booleans `track` and `episode` inside the object",
        page(entry(song(track=True, episode=False), "track")),
        *("s1", "al1", "a1 a2", 1),
    ),
    Case("saved tracks", page({"added_at": "2026-01-01T00:00:00Z", "track": song()}), "s1", "al1", "a1 a2", 1),
    Case(
        "saved albums, whole with their tracks",
        page({"added_at": "2026-01-01T00:00:00Z", "album": full_album()}),
        *("s9", "al1", "a1 a2", 1),
    ),
    Case(
        "a whole album with a track without an id, whose artist is credited all the same",
        album(tracks=page(song("s7", album=...), {"id": None, "name": "No id", "artists": [credit("a7")]})),
        *("s7", "al1", "a1 a2 a7", 1),
    ),
    Case("top tracks", page(song("s1"), song("s2")), "s1 s2", "al1", "a1 a2", 2),
    Case("top artists", page(full_artist("a5"), full_artist("a6")), "", "", "a5 a6", 2),
    Case(
        "recently played",
        page({"track": song(), "played_at": "2026-01-01T00:00:00.123Z", "context": None}, total=..., offset=...),
        *("s1", "al1", "a1 a2", 1),
    ),
    Case(
        "followed artists",
        {"artists": {"items": [full_artist("a7")], "next": None, "cursors": {"after": None}, "total": 1}},
        *("", "", "a7", 1),
    ),
    Case(
        "album tracks take the album from the page's address",
        page(song("s3", album=..., external_ids=...), href="https://api.spotify.com/v1/albums/al7/tracks?offset=0"),
        *("s3", "", "a1", 1),
    ),
    Case("artist albums", page(album("al3", album_group="album")), "", "al3", "a2", 1),
    Case("a playlist of before 2026", playlist(tracks=page(entry(song(), "track"))), "s1", "al1", "a1 a2", 1),
    Case("a playlist of 2026", playlist(items=page(entry(song()))), "s1", "al1", "a1 a2", 1),
    Case(
        "a playlist with both pages counts once",
        playlist(items=page(entry(song())), tracks=page(entry(song(), "track"))),
        *("s1", "al1", "a1 a2", 1),
    ),
    Case("a playlist without its page", playlist(), skipped={"playlist": 1}),
    Case("a list of playlists", page(playlist("p1", tracks={"href": "x", "total": 3})), skipped={"playlist": 1}),
    Case("playlists in a list", [playlist(tracks=page(entry(song(), "track")))], "s1", "al1", "a1 a2", 1),
    Case("pages in a list", [page(entry(song("s1"))), page(entry(song("s2")))], "s1 s2", "al1", "a1 a2", 2),
    Case("entries in a list", [entry(song("s1"), "track"), entry(song("s2"), "track")], "s1 s2", "al1", "a1 a2", 2),
    Case("tracks in a list", [song("s1"), song("s2")], "s1 s2", "al1", "a1 a2", 2),
    Case("albums in a list", [album("al1"), album("al2")], "", "al1 al2", "a2", 2),
    Case(
        "a fields filter without ids or dates",
        {"items": [{"track": {"name": "No id", "artists": [{"name": "x"}]}}]},
        rejected=["no_id"],
    ),
    Case("a fields filter with ids", {"items": [{"track": {"id": "s1", "name": "x"}}]}, "s1", accepted=1),
    Case("ids only in uris", {"items": [{"track": {"uri": "spotify:track:s5"}}]}, "s5", accepted=1),
    Case("several tracks", {"tracks": [song("s1"), None, song("s2")]}, "s1 s2", "al1", "a1 a2", 2, {"null_entry": 1}),
    Case("several albums", {"albums": [full_album("al1"), album("al2")]}, "s9", "al1 al2", "a1 a2", 2),
    Case("several artists", {"artists": [full_artist("a1"), full_artist("a2")]}, "", "", "a1 a2", 2),
    Case("a single track", song(), "s1", "al1", "a1 a2", 1),
    Case("a single album", full_album(), "s9", "al1", "a1 a2", 1),
    Case("a single artist", full_artist("a4"), "", "", "a4", 1),
    Case(
        "a search answer",
        {
            "tracks": page(song("s1"), offset=0),
            "artists": page(full_artist("a8")),
            "albums": page(album("al5"), album("al6")),
            "playlists": page(playlist(), None),
        },
        *("s1", "al1 al5 al6", "a1 a2 a8", 4),
        skipped={"playlist": 1, "null_entry": 1},
    ),
    Case("new releases", {"albums": page(album("al4"))}, "", "al4", "a2", 1),
    Case(
        "a player's queue",
        {"currently_playing": song("s1"), "queue": [song("s2"), EPISODE]},
        *("s1 s2", "al1", "a1 a2", 2),
        skipped={"episode": 1},
    ),
    Case(
        "currently playing",
        {"item": song(), "currently_playing_type": "track", "is_playing": True, "progress_ms": 1},
        *("s1", "al1", "a1 a2", 1),
    ),
    Case("a foreign level", {"fetched": "x", "data": page(entry(song()))}, "s1", "al1", "a1 a2", 1),
    Case("a dictionary by id", {"s1": song("s1"), "s2": song("s2")}, "s1 s2", "al1", "a1 a2", 2),
    Case(
        "an extra level in each element",
        [{"details": song("s1"), "n": 1}, {"details": song("s2"), "n": 2}],
        *("s1 s2", "al1", "a1 a2", 2),
    ),
    Case("NDJSON", json.dumps(song("s1")) + "\n" + json.dumps(song("s2")), "s1 s2", "al1", "a1 a2", 2),
    Case("a byte order mark", "\ufeff" + json.dumps(song()), "s1", "al1", "a1 a2", 1),
    Case(
        "no `type` anywhere",
        page(entry(song(type=..., uri=..., external_urls=..., album=album(type=..., external_urls=...)))),
        *("s1", "al1", "a1 a2", 1),
    ),
    Case(
        "episodes, local files and nulls",
        page(entry(EPISODE, "track"), entry(LOCAL, "track", is_local=True), entry(None, "track"), None, entry(song())),
        *("s1", "al1", "a1 a2", 1),
        skipped={"episode": 1, "local_file": 1, "null_entry": 2},
    ),
    Case(
        "blank entries",
        page({}, {"track": None}, {"item": None, "track": None}, entry(song())),
        *("s1", "al1", "a1 a2", 1),
        skipped={"null_entry": 3},
    ),
    Case("saved shows", page({"added_at": "2026-01-01T00:00:00Z", "show": {"id": "x"}}), skipped={"show": 1}),
    Case("audiobooks", page({"type": "audiobook", "id": "b1"}), skipped={"audiobook": 1}),
    Case("an object with a null id", page(entry(song(None, uri=None, external_urls={}))), rejected=["no_id"]),
    Case("an unknown element beside a song", page({"foo": 1}, song()), "s1", "al1", "a1 a2", 1, {}, ["unknown_shape"]),
    Case("audio features are no songs", {"audio_features": [{"type": "audio_features", "id": "s1"}]},
         documents=["no_music"]),
    Case(
        "text where a number belongs",
        page(entry(song("s1", duration_ms="long")), entry(song("s2", duration_ms=201.0, popularity="7"))),
        *("s2", "al1", "a1 a2", 1),
        rejected=["bad_value: duration_ms"],
    ),
    Case(
        "text where an album belongs, of a song with a link",
        page(entry(song("s1", album="Album One")), entry(song("s2"))),
        *("s1 s2", "al1", "a1 a2", 2),
    ),
    Case(
        "text where an album belongs, of a song with only an id",
        page(entry(song("s1", album="Album One", uri=..., external_urls=...)), entry(song("s2"))),
        *("s2", "al1", "a1 a2", 1),
        rejected=["unexpected_type: album"],
    ),
    Case(
        "a play without a readable time",
        page(
            {"track": song("s1"), "played_at": "yesterday"},
            {"track": song("s2"), "played_at": "2026-01-01T00:00:00Z"},
        ),
        *("s2", "al1", "a1 a2", 1),
        rejected=["bad_value: played_at"],
    ),
    Case(
        "a play at some program's zero time, and one beyond the calendar",
        page(
            {"track": song("s1"), "played_at": "0001-01-01T00:00:00Z"},
            {"track": song("s2"), "played_at": "9999-12-31T23:59:59Z"},
            entry(song("s4"), added_at="99999-01-01T00:00:00Z"),
        ),
        *("s4", "al1", "a1 a2", 1),
        rejected=["bad_value: played_at", "bad_value: played_at"],
    ),
    Case("lists that are no lists", {"artists": {"Queen": {"plays": 3}}}, documents=["no_music"]),
    Case("an empty object for a list", {"albums": {}}, documents=["no_music"]),
    Case("words among the elements", page("a", [], 7, song("s1"), None), "s1", "al1", "a1 a2", 1, {"null_entry": 1},
         ["unknown_shape", "unknown_shape", "unknown_shape"]),
    Case("a word among several tracks", {"tracks": ["a", song("s1")]}, "s1", "al1", "a1 a2", 1, {}, ["unknown_shape"]),
    Case("a word in a playlist's page", playlist(tracks=page("a", entry(song("s1"), "track"))),
         "s1", "al1", "a1 a2", 1, {}, ["unknown_shape"]),
    Case("text for artists of a single track", song("s1", artists="A, B"), "s1", "al1", "a2", 1),
    Case("an object for artists of a single track", song("s1", artists={"0": "A"}),
         rejected=["unexpected_type: artists"]),
    Case("text for genres among several artists", {"artists": [full_artist("a1", genres="rock"), full_artist("a2")]},
         "", "", "a1 a2", 2),
    Case("an id that is not Spotify's", page(song("own-1", uri=..., external_urls=...)), rejected=["bad_value: id"]),
    Case("an album and artists whose ids are not Spotify's, in a song that is",
         page(song("s1", artists=[{"id": "a-1", "name": "A"}], album={"id": "own-1", "name": "B"})), "s1", accepted=1),
    Case("an id that is no word, beside a uri", page(song("s1", id={"a": 1})), "s1", "al1", "a1 a2", 1),
    Case("an id that is no word", page(song("s1", id=["a"], uri=None, external_urls={})), rejected=["bad_value: id"]),
    Case("a frame of columns", {"id": {"0": "s1"}, "type": {"0": "track"}, "duration_ms": {"0": 5}},
         documents=["no_music"]),
    Case("numbers beyond all bounds", page(song(popularity=1e300), song("s2"), offset=2**63 - 1, total="many"),
         "s2", "al1", "a1 a2", 1, {}, ["bad_value: popularity"]),
    Case("recommendations", {"tracks": [song("s1")], "seeds": [{"id": "x", "type": "ARTIST", "initialPoolSize": 1}]},
         "s1", "al1", "a1 a2", 1),
    Case("categories", {"categories": page({"id": "c1", "name": "Sleep", "icons": [], "href": "x"},
                                          href="https://api.spotify.com/v1/browse/categories?offset=0&limit=20")},
         documents=["no_music"]),
    Case("an audio analysis", {"meta": {}, "track": {"tempo": 100.0}, "bars": [], "sections": [], "segments": []},
         documents=["no_music"]),
    Case("an error body", {"error": {"status": 400, "message": "invalid id"}}, documents=["error_body"]),
    Case("an empty page", page()),
    Case("a user", {"type": "user", "id": "u1", "display_name": "x"}, documents=["user"]),
    Case("devices", {"devices": [{"id": "d", "type": "Computer", "name": "x"}]}, documents=["no_music"]),
    Case("no JSON", "it was raining", documents=["not_json"]),
    Case("a list of words", ["a", "b"], documents=["not_an_object"]),
    Case(
        "an extended streaming history",
        [
            {"ts": "2026-01-01T00:00:00Z", "ms_played": 5, "spotify_track_uri": "spotify:track:s1",
             "master_metadata_track_name": "Song"},
            {"ts": "2026-01-01T00:00:01Z", "ms_played": 5, "spotify_track_uri": None,
             "spotify_episode_uri": "spotify:episode:e1", "master_metadata_track_name": None},
            {"ts": "2026-01-01T00:00:02Z", "ms_played": 5, "spotify_track_uri": None, "episode_name": "Talk"},
            {"ts": "2026-01-01T00:00:03Z", "ms_played": 5, "spotify_track_uri": None, "audiobook_title": "Tome"},
            {"ts": "2026-01-01T00:00:04Z", "ms_played": 5, "platform": "ios", "master_metadata_track_name": None},
        ],
        "s1",
        accepted=1,
        skipped={"episode": 2, "audiobook": 1, "null_entry": 1},
    ),
    Case(
        "a streaming history with a column for the album",
        [{"ts": "2026-01-01T00:00:00Z", "ms_played": 5, "spotify_track_uri": "spotify:track:s1", "album": "Dusk"}],
        "s1",
        accepted=1,
    ),
    Case(
        "entries that only speak a foreign language",
        {"tracks": [{"song_name": "Song", "artists": ["A"], "album": "B", "played_at": "10/07/2026 - 21:27:11"}]},
        rejected=["unknown_shape"],
    ),
]  # fmt: skip


SHORT_ID = re.compile(r"(?<![A-Za-z0-9])(?:al|sh|[a-z])\d(?![A-Za-z0-9])")


def with_long_ids(text: str) -> str:
    """Give ids the length of Spotify's, which an import asks for."""
    return SHORT_ID.sub(lambda found: found[0].ljust(22, "0"), text)


def read_case(case: Case, folder: Path) -> Rows:
    """Import a document as a file another pipeline left, and read what landed."""
    text = case.document if isinstance(case.document, str) else json.dumps(case.document, ensure_ascii=False)
    path, raw = folder / "case.json", folder / "raw"
    path.write_text(with_long_ids(text), encoding="utf-8")
    assert import_dump.main([str(path), "--date", "2025-01-01", "--raw", str(raw)]) == 0
    return read_raw_folder(raw)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.says) for case in CASES])
def test_a_shape_gives_its_rows_and_counts(case: Case, tmp_path: Path) -> None:
    rows = read_case(case, tmp_path)
    ids = [" ".join(row[f"{name}_id"].rstrip("0") for row in rows[name]) for name in ("song", "album", "artist")]
    assert ids == [case.songs, case.albums, case.artists]
    (ledger,) = rows["raw_object"]
    skipped = {name[8:]: count for name, count in ledger.items() if name.startswith("skipped_") and count}
    assert (ledger["accepted"], skipped) == (case.accepted, case.skipped)
    assert sorted(row["reason"] for row in rows["rejected_record"]) == sorted(case.rejected + case.documents)
    assert (ledger["rejected_entries"], ledger["rejected_documents"]) == (len(case.rejected), len(case.documents))
    assert ledger["entries"] == case.accepted + sum(case.skipped.values()) + len(case.rejected)
    assert ledger["entries"] == ledger["summary_entries"]


def test_album_of_a_page_of_album_tracks(tmp_path: Path) -> None:
    (case,) = (case for case in CASES if case.says == "album tracks take the album from the page's address")
    (song_row,) = read_case(case, tmp_path)["song"]
    assert song_row["album_id"] == with_long_ids("al7")
