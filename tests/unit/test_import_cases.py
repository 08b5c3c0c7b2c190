"""Files as people have them: imported, and read as the load reads them. tests/cases holds those that were reported."""

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from devtools.demo_dump import FOLDER
from lakehouse.importing.import_dump import main
from lakehouse.importing.undo import find_stretches
from tests.reading import Rows, read_raw_folder
from tests.spark.objects import page, song

CASES = Path(__file__).resolve().parent.parent / "cases"
SONG = "TTTTTTTTTTTTTTTTTTTT"
LIST = "PPPPPPPPPPPPPPPPPPPPP1"
KINDS = ("track", "artist", "album")


def read_import(source: Path, raw: Path, *arguments: str) -> Rows:
    assert main([str(source), "--raw", str(raw), *arguments]) == 0
    return read_raw_folder(raw)


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Rows:
    return read_import(CASES / request.param / "input", tmp_path / "raw")


def of_case(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [name], indirect=True)


def write(folder: Path, name: str, value: Any) -> Path:
    path = folder / "input" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return folder / "input"


def track(number: int, **more: Any) -> dict[str, Any]:
    return song(f"{SONG}{number:02d}", album=..., artists=..., **more)


def positions(rows: Rows) -> list[list[tuple[int, str | None]]]:
    return [[(one["position"], one["item_id"]) for one in row["entries"]] for row in rows["listing"]]


def sources(rows: Rows) -> list[tuple[str, str]]:
    return [(row["source_kind"], row["source_id"]) for row in rows["listing"]]


@of_case("playlist_pages_one_per_file")
def test_pages_in_several_files_are_one_listing(case: Rows) -> None:
    assert sources(case) == [("playlist", "PPPPPPPPPPPPPPPPPPPP01")]
    assert positions(case) == [[(number, f"{SONG}{number:02d}") for number in range(1, 6)]]
    assert [(row["total"], row["is_complete"]) for row in case["listing"]] == [(5, True)]


@of_case("saved_tracks_pages_one_per_file")
def test_pages_of_saved_tracks_are_one_listing(case: Rows) -> None:
    assert sources(case) == [("saved_tracks", "saved_tracks")]
    assert positions(case) == [[(number, f"{SONG}{number:02d}") for number in range(1, 7)]]


def test_pages_with_a_hole_are_one_listing_that_is_incomplete(tmp_path: Path) -> None:
    for offset in (4, 0):
        address = f"https://api.spotify.com/v1/playlists/{LIST}/items?offset={offset}"
        folder = write(
            tmp_path, f"{offset}.json", page(track(offset), track(offset + 1), href=address, offset=offset, total=6)
        )
    rows = read_import(folder, tmp_path / "raw", "--date", "2024-01-02")
    assert positions(rows) == [[(number + 1, f"{SONG}{number:02d}") for number in (0, 1, 4, 5)]]
    assert [row["is_complete"] for row in rows["listing"]] == [False]


def test_two_readings_of_a_list_on_one_day_are_not_mixed(tmp_path: Path) -> None:
    address = f"https://api.spotify.com/v1/playlists/{LIST}/items?offset=0"
    write(tmp_path, "morning.json", page(track(1), track(2), track(3), href=address, offset=0, total=3))
    folder = write(tmp_path, "noon.json", page(track(9), href=address, offset=0, total=1))
    rows = read_import(folder, tmp_path / "raw", "--date", "2024-01-02")
    assert len(rows["raw_object"]) == 2
    assert positions(rows) in ([[(1, f"{SONG}09")]], [[(number, f"{SONG}{number:02d}") for number in (1, 2, 3)]])


def recently_played(hours: list[int], before: int | None, gives: int | None) -> dict[str, Any]:
    """Return a page of two plays at most, asked for with one cursor and giving another."""
    address = "https://api.spotify.com/v1/me/player/recently-played?limit=2"
    return {
        "items": [{"track": track(hour), "played_at": f"2024-03-01T{hour:02d}:00:00.000Z"} for hour in hours],
        "href": f"{address}&before={before}" if before else address,
        "next": f"{address}&before={gives}" if gives else None,
        "cursors": {"after": "9999", "before": str(gives)} if gives else None,
        "limit": 2,
    }


def test_pages_of_plays_with_cursors_are_one_stretch(tmp_path: Path) -> None:
    pages = {"b": ([12, 11], None, 700), "c": ([10, 9], 700, 500), "a": ([8], 500, None), "far": ([3, 2], 90, 80)}
    for name, (hours, before, gives) in pages.items():
        folder = write(tmp_path, f"2024-03-01/{name}.json", recently_played(hours, before, gives))
    rows = read_import(folder, tmp_path / "raw")
    assert len(rows["play"]) == 7
    stretches = [one for row in rows["raw_object"] for one in row["plays_pages"]]
    assert sorted((one["plays_from"][11:13], one["plays_to"][11:13], one["is_full"]) for one in stretches) == [
        ("02", "03", True),
        ("08", "12", False),
    ]


@pytest.mark.parametrize("has_address", [True, False], ids=["with href", "without href"])
def test_pages_of_followed_artists_are_one_listing_in_order(tmp_path: Path, has_address: bool) -> None:
    ids = [f"{SONG}{number:02d}" for number in range(5)]
    address = "https://api.spotify.com/v1/me/following?type=artist&limit=2"
    for name, start in {"z": 0, "m": 2, "a": 4}.items():
        items = [{"type": "artist", "id": one, "name": "A"} for one in ids[start : start + 2]]
        gives = ids[start + 1] if start < 4 else None
        page_of: dict[str, Any] = {"items": items, "total": 5, "limit": 2, "cursors": {"after": gives}}
        page_of["href"] = f"{address}&after={ids[start - 1]}" if start else address
        page_of["next"] = f"{address}&after={gives}" if gives else None
        if not has_address and start == 0:
            del page_of["href"]
        folder = write(tmp_path, f"2024-03-01/{name}.json", {"artists": page_of})
    rows = read_import(folder, tmp_path / "raw")
    assert sources(rows) == [("followed_artists", "followed_artists")]
    assert positions(rows) == [list(enumerate(ids, 1))]
    assert [(row["total"], row["is_complete"]) for row in rows["listing"]] == [(5, True)]


def test_two_readings_with_cursors_are_not_mixed(tmp_path: Path) -> None:
    for name, hours in {"1": [12, 11], "2": [12, 10]}.items():
        write(tmp_path, f"2024-03-01/a{name}.json", recently_played(hours, None, 700))
    folder = write(tmp_path, "2024-03-01/b.json", recently_played([9, 8], 700, None))
    rows = read_import(folder, tmp_path / "raw")
    assert sorted(row["entries"] for row in rows["raw_object"]) == [2, 4]


def test_importing_the_pages_again_lands_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read_import(CASES / "playlist_pages_one_per_file" / "input", tmp_path / "raw")
    before = sorted((tmp_path / "raw").rglob("*.gz"))
    read_import(CASES / "playlist_pages_one_per_file" / "input", tmp_path / "raw")
    assert sorted((tmp_path / "raw").rglob("*.gz")) == before
    assert "3 files: 0 landed, 3 already there" in capsys.readouterr().out


@of_case("playlist_and_its_items_page_same_day")
def test_a_page_beside_its_playlist_keeps_the_name(case: Rows) -> None:
    (row,) = case["listing"]
    assert (row["name"], row["owner"], row["snapshot_id"]) == ("My mix", "u", "snap")


@of_case("fields_filtered_playlist_keeps_its_name")
def test_a_playlist_without_an_id_is_known_by_its_address(case: Rows) -> None:
    (row,) = case["listing"]
    assert (row["source_kind"], row["source_id"]) == ("playlist", "PPPPPPPPPPPPPPPPPPPP03")
    assert (row["name"], row["owner"]) == ("Mix of mine", "u")


@of_case("top_tracks_on_two_days")
def test_a_list_is_one_source_over_days(case: Rows) -> None:
    assert sources(case) == [("top_tracks", "short_term")] * 2
    assert [row["extraction_date"] for row in case["listing"]] == ["2024-03-01", "2024-03-02"]


def test_a_list_that_nothing_names_is_known_by_its_path_without_the_date(tmp_path: Path) -> None:
    for day in ("20240501", "2024_05_02"):
        folder = write(tmp_path, f"charts/viral_{day}.json", [track(1)])
    rows = read_import(folder, tmp_path / "raw")
    assert [(row["source_id"], row["name"], row["extraction_date"]) for row in rows["listing"]] == [
        ("charts/viral", "charts/viral", "2024-05-01"),
        ("charts/viral", "charts/viral", "2024-05-02"),
    ]


@of_case("search_of_two_types_total")
def test_the_total_of_several_lists_is_their_sum(case: Rows) -> None:
    assert [(row["source_kind"], row["total"], len(row["entries"])) for row in case["listing"]] == [("search", 3, 3)]


@of_case("sharing_info_counted_as_song")
def test_a_pointer_beside_an_entry_is_no_second_entry(case: Rows) -> None:
    (ledger,) = case["raw_object"]
    assert (ledger["entries"], ledger["accepted"], ledger["skipped_episode"], ledger["skipped_null_entry"]) == (
        3,
        1,
        1,
        1,
    )
    assert len(case["song"]) == 1


@of_case("all_rejected_leaves_no_trace")
def test_what_is_rejected_is_not_listed_and_covers_no_plays(case: Rows) -> None:
    (ledger,) = case["raw_object"]
    assert (ledger["rejected_entries"], ledger["plays_from"], ledger["plays_to"]) == (3, None, None)
    assert case["listing"] == case["play"] == case["song"] == case["artist"] == []


@of_case("artist_with_plain_follower_number")
def test_an_artist_with_a_plain_number_is_rejected_once(case: Rows) -> None:
    assert [row["reason"] for row in case["rejected_record"]] == ["unexpected_type: followers"] * 2
    assert case["listing"] == case["artist"] == []


@of_case("own_play_log_called_null")
def test_foreign_fields_are_rejected_with_a_reason(case: Rows) -> None:
    (ledger,) = case["raw_object"]
    assert (ledger["rejected_entries"], ledger["skipped_null_entry"]) == (3, 0)


@of_case("foreign_albums_counts_and_ids")
def test_ids_that_are_not_spotifys_make_no_rows(case: Rows) -> None:
    (ledger,) = case["raw_object"]
    assert ledger["entries"] == ledger["summary_entries"]
    assert all(len(row["album_id"]) == 22 for row in case["album"])
    assert all(len(row["artist_id"]) == 22 for row in case["artist"])


@of_case("official_answers_without_music")
def test_answers_without_music_are_documents(case: Rows) -> None:
    assert [row["reason"] for row in case["rejected_record"]] == ["no_music", "no_music"]
    assert sum(row["rejected_entries"] for row in case["raw_object"]) == 0


@of_case("album_tracks_page_alone")
def test_songs_of_an_albums_page_have_its_id(case: Rows) -> None:
    assert {row["album_id"] for row in case["song"]} == {"AAAAAAAAAAAAAAAAAAAA60"}


@of_case("saved_shows_and_episodes")
def test_shows_and_episodes_are_listed_with_their_ids(case: Rows) -> None:
    assert positions(case) == [[(1, "EEEEEEEEEEEEEEEEEEEE01")], [(1, "SSSSSSSSSSSSSSSSSSSS08")]]


@of_case("compact_date_in_file_name")
def test_a_compact_date_in_the_name_counts(case: Rows) -> None:
    assert [row["extraction_date"] for row in case["listing"]] == ["2024-05-01", "2024-05-02", "2024-05-03"]


@of_case("date_folder_beats_date_in_name")
def test_a_date_that_a_folder_names_comes_first(case: Rows, capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["extraction_date"] for row in case["listing"]] == ["2024-01-04"]


@of_case("history_podcast_without_uri_called_null")
def test_podcasts_and_audiobooks_are_known_by_name(case: Rows) -> None:
    (ledger,) = case["raw_object"]
    assert (ledger["skipped_episode"], ledger["skipped_audiobook"], ledger["skipped_null_entry"]) == (1, 1, 0)


@of_case("export_as_zip")
def test_a_zip_is_imported_as_its_files(case: Rows) -> None:
    assert len(case["play"]) == 6
    assert {row["artist_name"] for row in case["play"]} >= {"Made Artist 0", "Made Artist 1"}


@of_case("crash_short_history_5200")
def test_a_short_history_gives_plays_by_name(case: Rows) -> None:
    assert len(case["play"]) == 5200
    assert {row["origin"] for row in case["play"]} == {"export_short"}
    assert [row["name"] for row in case["song"]] == ["Made Song 1"]


def test_a_song_in_a_loop_has_a_play_for_each_round(tmp_path: Path) -> None:
    play = {"endTime": "2024-01-01 10:00", "artistName": "A", "trackName": "B", "msPlayed": 9000}
    rows = read_import(write(tmp_path, "StreamingHistory_music_0.json", [play] * 3), tmp_path / "raw")
    assert [row["played_at"][-5:] for row in rows["play"]] == [".000Z"[-5:], ".001Z", ".002Z"]


@of_case("library_export_banned_and_refused")
def test_what_is_liked_is_listed_and_what_is_banned_is_not(case: Rows) -> None:
    listed = {row["source_kind"]: len(row["entries"]) for row in case["listing"]}
    assert listed == {
        "saved_tracks": 2, "saved_albums": 1, "followed_artists": 1, "saved_shows": 0, "saved_episodes": 0
    }  # fmt: skip
    assert [row["name"] for row in case["artist"]] == ["Made Artist"]
    assert [row["name"] for row in case["song"]] == ["Made Song 1", "Made Song 2"]


@of_case("playlist_export_track_uri")
def test_an_exported_playlist_is_a_listing_in_order(case: Rows) -> None:
    (row,) = case["listing"]
    assert row["name"] == "Made One"
    assert [one["item_kind"] for one in row["entries"]] == ["song", "song", "episode", "local_file"]


def test_personal_files_are_named_and_not_landed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = read_import(CASES / "personal_files_in_the_lake" / "input", tmp_path / "raw")
    assert rows["raw_object"] == []
    assert (
        "(passed over: personal data in Payments.json, Userdata.json, "
        "names of other people, without ids, in Follow.json)" in capsys.readouterr().out
    )


def test_plays_do_not_land_address_country_and_device(tmp_path: Path) -> None:
    source = CASES / "history_only_has_no_artists" / "input"
    for arguments, is_kept in (((), False), (("--keep_private",), True)):
        raw = tmp_path / f"raw{is_kept}"
        read_import(source, raw, *arguments)
        text = b"".join(gzip.decompress(path.read_bytes()) for path in raw.rglob("*.gz"))
        assert (b"192.0.2.1" in text, b"conn_country" in text) == (is_kept, is_kept)


def test_the_account_is_given_or_the_exports_own(tmp_path: Path) -> None:
    source = CASES / "plays_twice_export_and_login"
    rows = read_import(source / "input", tmp_path / "given", "--account", "made_user")
    assert {row["account"] for row in rows["play"]} == {"made_user"}
    play = {"ts": "2024-01-01T10:00:00Z", "ms_played": 1, "spotify_track_uri": f"spotify:track:{SONG}01"}
    write(tmp_path, "MyData/Userdata.json", {"username": "own_name", "email": "x@example.org"})
    folder = write(tmp_path, "MyData/Streaming_History_Audio_2024_0.json", [play])
    rows = read_import(folder, tmp_path / "own")
    assert [row["account"] for row in rows["play"]] == ["own_name"]


def test_plays_of_nobody_beside_one_account_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import shutil

    source = CASES / "plays_twice_export_and_login"
    shutil.copytree(source / "raw", tmp_path / "raw")
    read_import(source / "input", tmp_path / "raw")
    assert "--account made_user" in capsys.readouterr().out


def test_exportifys_csv_is_a_listing(tmp_path: Path) -> None:
    text = (
        "Track URI,Track Name,Artist URI(s),Artist Name(s),Album URI,Album Name,Track Duration (ms),Explicit,Added At\n"
        f'spotify:track:{SONG}01,"One, two",spotify:artist:{SONG}11,A,spotify:album:{SONG}21,B,201000,false,'
        "2024-01-01T00:00:00Z\n"
    )
    rows = read_import(write(tmp_path, "road_trip.csv", text), tmp_path / "raw")
    assert [(row["name"], row["duration_ms"], row["album_id"]) for row in rows["song"]] == [
        ("One, two", 201000, f"{SONG}21")
    ]
    assert [(row["name"], row["total"]) for row in rows["listing"]] == [("road_trip", 1)]


def test_what_is_not_json_is_counted_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "cover.png", "\x89PNG")
    write(tmp_path, "notes.txt", "it rained")
    write(tmp_path, "sales.csv", "a,b\n1,2\n")
    rows = read_import(write(tmp_path, "one.json", track(1)), tmp_path / "raw")
    assert len(rows["raw_object"]) == 1
    assert "(passed over: 1 csv, 1 png, 1 txt)" in capsys.readouterr().out


def test_a_slice_of_the_million_playlists_is_a_listing_for_each(tmp_path: Path) -> None:
    uris = {f"{kind}_uri": f"spotify:{kind}:{SONG}{number}" for number, kind in enumerate(KINDS, 11)}
    given = {"pos": 0, "duration_ms": 5, **uris, **{f"{kind}_name": kind for kind in KINDS}}
    slices = {"info": {"slice": "0-999"}, "playlists": [{"name": "Mix", "pid": 7, "tracks": [given]}]}
    rows = read_import(write(tmp_path, "mpd.slice.0-999.json", slices), tmp_path / "raw")
    assert sources(rows) == [("import", "playlist 7")]
    assert [row["name"] for row in rows["artist"]] == ["artist"]


FLAT_TRACK = {"track_uri": f"spotify:track:{SONG}01", "track_name": "T", "artist_name": "A"}
LINK = f"https://open.spotify.com/playlist/{LIST}"
TRACK_LINK = f"https://open.spotify.com/intl-de/track/{SONG}01?si=x"


@pytest.mark.parametrize("playlists", [
    pytest.param([{"url": LINK, "name": "Mix", "tracks": [track(1)]}], id="of songs"),
    pytest.param([{"url": f"{LINK}?si=x", "name": "Mix", "tracks": [{"name": "T", "url": TRACK_LINK}]}], id="of links"),
    pytest.param({"playlists": [{"url": LINK, "name": "Mix", "tracks": [FLAT_TRACK]}]}, id="of flat tracks"),
    pytest.param([{"external_urls": {"spotify": LINK}, "name": "Mix", "tracks": page(track(1))}], id="with its page"),
    pytest.param({LINK: {"name": "Mix", "items": [{"track": track(1)}]}}, id="by its link"),
])  # fmt: skip
def test_playlists_by_url_load(tmp_path: Path, playlists: Any) -> None:
    rows = read_import(write(tmp_path, "mine.json", playlists), tmp_path / "raw", "--date", "2024-01-02")
    assert [(row["source_kind"], row["source_id"], row["name"]) for row in rows["listing"]] == [
        ("playlist", LIST, "Mix")
    ]
    assert positions(rows) == [[(1, f"{SONG}01")]]


def test_playlists_by_url_of_two_are_two_listings(tmp_path: Path) -> None:
    links = [f"https://open.spotify.com/playlist/{LIST[:-1]}{number}" for number in (1, 2)]
    playlists = [{"url": link, "name": "Mix", "tracks": [track(number)]} for number, link in enumerate(links)]
    rows = read_import(write(tmp_path, "mine.json", playlists), tmp_path / "raw", "--date", "2024-01-02")
    assert sources(rows) == [("playlist", f"{LIST[:-1]}1"), ("playlist", f"{LIST[:-1]}2")]


ANSWER = page(track(1), track(2), href=f"https://api.spotify.com/v1/playlists/{LIST}/items?offset=0", offset=0, total=2)
FLAT = {"added_at": "2024-01-01T00:00:00Z", "track.name": "T", "track.album.id": f"{SONG}09", "track.album.name": "B"}


@pytest.mark.parametrize("value", [
    pytest.param(json.dumps(ANSWER), id="an answer as text"),
    pytest.param({"statusCode": 200, "body": json.dumps(ANSWER)}, id="an answer as text in a log"),
    pytest.param({"log": [{"response": {"content": {"text": json.dumps(ANSWER)}}}]}, id="calls of a browser"),
    pytest.param([FLAT | {"track.id": f"{SONG}0{number}"} for number in (1, 2)], id="columns with dots"),
    pytest.param([track(n) | {"duration_ms": {"$numberInt": "5"}, "_id": {"$oid": "5"}} for n in (1, 2)], id="MongoDB"),
    pytest.param([{"_index": "x", "_source": track(number)} for number in (1, 2)], id="Elasticsearch"),
])  # fmt: skip
def test_forms_of_other_tools_are_turned_back(tmp_path: Path, value: Any) -> None:
    rows = read_import(write(tmp_path, "x.json", json.dumps(value)), tmp_path / "raw", "--date", "2024-01-02")
    assert [[one["item_id"] for one in row["entries"]] for row in rows["listing"]] == [[f"{SONG}01", f"{SONG}02"]]
    assert [row["song_id"] for row in rows["song"]] == [f"{SONG}01", f"{SONG}02"]


@pytest.mark.parametrize("text", ["{not JSON}", "[1]", '{"a":1}'])
def test_a_text_that_holds_no_answer_stays_a_text(tmp_path: Path, text: str) -> None:
    song_with = {**track(1), "remark": text}
    raw = tmp_path / "raw"
    read_import(write(tmp_path, "x.json", song_with), raw)
    (path,) = raw.rglob("*.gz")
    assert json.loads(gzip.decompress(path.read_bytes()).splitlines()[0])["response"]["remark"] == text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_answers_in_other_encodings_load(tmp_path: Path, encoding: str) -> None:
    folder = write(tmp_path, "x.json", "")
    (folder / "x.json").write_bytes(json.dumps([track(1)]).encode(encoding))
    assert len(read_import(folder, tmp_path / "raw")["song"]) == 1


def test_a_semicolon_in_exportifys_csv(tmp_path: Path) -> None:
    text = f"\ufeffTrack URI;Track Name;Added At\r\nspotify:track:{SONG}01;One, two;2024-01-01T00:00:00Z\r\n"
    rows = read_import(write(tmp_path, "mix.csv", text), tmp_path / "raw")
    assert [row["name"] for row in rows["song"]] == ["One, two"]


def test_a_playlist_whose_name_is_a_number_does_not_stop_the_import(tmp_path: Path) -> None:
    playlist = {"type": "playlist", "id": LIST, "name": 5, "owner": {"id": 7}, "tracks": page(track(1))}
    rows = read_import(write(tmp_path, "x.json", playlist), tmp_path / "raw")
    assert sources(rows) == [("playlist", LIST)]


def test_a_dry_run_says_what_would_land_and_lands_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(CASES / "top_tracks_on_two_days" / "input"), "--raw", str(tmp_path / "raw"), "--dry_run"]) == 0
    assert not (tmp_path / "raw").exists()
    assert "3 entries, list top_tracks short_term  would land" in capsys.readouterr().out


def test_an_import_is_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, raw = CASES / "playlist_pages_one_per_file" / "input", tmp_path / "raw"
    read_import(source, raw)
    read_import(write(tmp_path, "other.json", track(1)), raw, "--date", "2024-01-02")
    undo = [str(source), "--raw", str(raw), "--warehouse", str(tmp_path / "tables"), "--undo"]
    assert main([*undo, "--dry_run"]) == 0
    assert len(list(raw.rglob("*.gz"))) == 2
    assert main(undo) == 0
    assert len(list(raw.rglob("*.gz"))) == 1
    said = capsys.readouterr().out
    assert "1 raw object of 1 day: 2024-01-02" in said
    assert f"No tables in {tmp_path / 'tables'}: nothing to reload" in said


@pytest.mark.parametrize(("days", "stretches"), [
    pytest.param([], [], id="no day"),
    pytest.param(["2024-02-28"], [("2024-02-28", "2024-02-28")], id="one day"),
    pytest.param(["2024-02-28", "2024-02-29", "2024-03-01"], [("2024-02-28", "2024-03-01")], id="days in a row"),
    pytest.param(["2024-02-27", "2024-02-29", "2024-03-01"],
        [("2024-02-27", "2024-02-27"), ("2024-02-29", "2024-03-01")], id="a day between that is not touched"),
])  # fmt: skip
def test_only_days_that_an_undo_touched_are_reloaded(days: list[str], stretches: list[tuple[str, str]]) -> None:
    found = find_stretches([dt.date.fromisoformat(day) for day in days])
    assert [(str(first), str(last)) for first, last in found] == stretches


def test_a_long_list_is_cut_into_lines_that_the_load_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lakehouse.importing import dump_file

    monkeypatch.setattr(dump_file, "LONGEST_RESPONSE", 5_000)
    monkeypatch.setattr(dump_file, "PART", 2_000)
    rows = read_import(write(tmp_path, "all.json", [track(number) for number in range(40)]), tmp_path / "raw")
    (ledger,) = rows["raw_object"]
    assert ledger["lines"] > 3
    assert positions(rows) == [[(number + 1, f"{SONG}{number:02d}") for number in range(40)]]
    assert [(row["total"], row["is_complete"]) for row in rows["listing"]] == [(40, True)]


@pytest.mark.parametrize("source", [CASES, CASES.parent / "samples", FOLDER], ids=["cases", "samples", "demo dump"])
def test_the_import_counts_what_the_load_counts(source: Path, tmp_path: Path) -> None:
    assert main([str(source), "--raw", str(tmp_path / "raw"), "--date", "2026-11-05"]) in (0, 1)
    ledger = read_raw_folder(tmp_path / "raw")["raw_object"]
    assert sum(row["entries"] for row in ledger) > 50
    counted = [(row["raw_key"], row["summary_entries"], row["summary_pages"]) for row in ledger]
    assert counted == [(row["raw_key"], row["entries"], row["lines"] - 1) for row in ledger]
