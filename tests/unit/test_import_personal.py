"""No byte of personal data lands, whatever its file is called and whatever it is joined with; music beside it does."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lakehouse.importing.account_export import is_library
from lakehouse.importing.import_dump import main
from lakehouse.importing.personal import find_kind
from tests.reading import Rows, read_raw_folder
from tests.spark.objects import page, song

SONG = "TTTTTTTTTTTTTTTTTTTT"
SECRET = "Must-Not-Land"
SHORT = {"endTime": "2024-01-01 10:00", "artistName": "A", "trackName": "B", "msPlayed": 90_000}
PLAY = {
    "ts": "2024-01-01T10:00:00Z",
    "username": SECRET,
    "platform": SECRET,
    "ms_played": 200_000,
    "conn_country": SECRET,
    "ip_addr": SECRET,
    "user_agent_decrypted": SECRET,
    "master_metadata_track_name": "N",
    "master_metadata_album_artist_name": "A",
    "spotify_track_uri": f"spotify:track:{SONG}01",
}
USER = {"username": "erika", "email": SECRET, "birthdate": SECRET}
SEARCHES = [{"platform": "IOS", "searchTime": "x", "searchQuery": SECRET, "searchInteractionURIs": []}]
PERSONAL: dict[str, Any] = {
    "Nutzerdaten": USER,
    "Zahlungen": {"payment_method": SECRET},
    "Kennungen": [{"identifierType": "email", "identifierValue": SECRET}],
    "Identität": {"displayName": SECRET, "firstName": SECRET, "tasteMaker": False},
    "Suchanfragen": SEARCHES,
    "Schlüsse": {"inferences": [SECRET]},
    "Werbung": [{"artistName": SECRET, "segment": "x"}],
    "Familie": {"address": SECRET},
    "Freunde": {"userIsFollowing": [SECRET], "userIsFollowedBy": [], "userIsBlocking": []},
    "Zahl der Freunde": {"followerCount": 1, "followingUsersCount": 2, "dismissingUsersCount": SECRET},
    "Protokoll": [{"timestamp_utc": "x", "context_conn_country": "DE", "message_x": SECRET}],
    "Jahr": {"topArtists": {"topArtistUris": []}, "yearlyMetrics": {"totalMsListened": SECRET}},
    "Monat": {"stats": [{"date": "x", "streamCount": 1, "secondsPlayed": SECRET}]},
    "Profil": {"type": "user", "id": SECRET, "uri": f"spotify:user:{SECRET}", "email": SECRET, "product": "premium"},
    "Token": {"access_token": SECRET, "refresh_token": SECRET},
}


def track(number: int) -> dict[str, Any]:
    return song(f"{SONG}{number:02d}", album=..., artists=...)


def write(folder: Path, files: dict[str, Any]) -> Path:
    for name, value in files.items():
        path = folder / "input" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode())
    return folder / "input"


def land(folder: Path, files: dict[str, Any], code: int = 0, *arguments: str) -> Rows:
    """Import files; nothing of the secret is in what lands."""
    source, raw = write(folder, files), folder / "raw"
    assert main([str(source), "--raw", str(raw), "--date", "2024-01-02", *arguments]) == code
    landed = b"".join(gzip.decompress(path.read_bytes()) for path in raw.rglob("*.gz"))
    assert SECRET.encode() not in landed
    return read_raw_folder(raw)


def zipped(files: dict[str, Any]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, value in files.items():
            archive.writestr(name, value if isinstance(value, bytes) else json.dumps(value))
    return data.getvalue()


def test_an_export_is_known_by_its_content(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {f"Kontodaten/{name}.json": value for name, value in PERSONAL.items()}
    rows = land(tmp_path, {**files, "Kontodaten/Verlauf_Musik_0.json": [SHORT]})
    assert [(row["account"], row["origin"]) for row in rows["play"]] == [("erika", "export_short")]
    assert "1 file: 1 landed" in capsys.readouterr().out


@pytest.mark.parametrize("name", PERSONAL)
@pytest.mark.parametrize("wrap", [
    pytest.param(lambda value: {"who": value, "songs": [track(1)]}, id="beside music"),
    pytest.param(lambda value: {"songs": [track(1)], "deep": {"in": [{"a": value}]}}, id="deep beside music"),
    pytest.param(lambda value: [track(1), value], id="in a list of music"),
    pytest.param(lambda value: {"items": [{"track": track(1)}], "by": value}, id="in a page"),
    pytest.param(lambda value: [json.dumps(value), track(1)], id="as text"),
])  # fmt: skip
def test_what_is_joined_with_music_is_left_out(tmp_path: Path, name: str, wrap: Any) -> None:
    rows = land(tmp_path, {"all.json": wrap(PERSONAL[name])})
    assert [row["song_id"] for row in rows["song"]] == [f"{SONG}01"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_hide_nothing(tmp_path: Path, encoding: str) -> None:
    files = {f"{number}.json": json.dumps(value).encode(encoding) for number, value in enumerate(PERSONAL.values())}
    rows = land(tmp_path, {**files, "plays.json": json.dumps([PLAY]).encode(encoding)}, 0, "--account", "me")
    assert len(rows["raw_object"]) == len(rows["play"]) == 1


@pytest.mark.parametrize("name", ["Payments.json", "Userdata (1).json", "INFERENCES.JSON", "TasteProfile.json",
    "MessageData.json", "UserAttributes.json", "PreciseLocation.json.gz"])  # fmt: skip
def test_personal_files_are_known_by_name_where_the_content_tells_nothing(tmp_path: Path, name: str) -> None:
    assert land(tmp_path, {name: {"new": SECRET}})["raw_object"] == []


def test_a_personal_name_does_not_hide_music(tmp_path: Path) -> None:
    artists = {"type": "artist", "id": f"{SONG}01", "name": "A", "genres": []}
    assert len(land(tmp_path, {"Follow.json": {"artists": {"items": [artists]}}})["artist"]) == 1


def test_what_has_no_music_in_an_export_does_not_land(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "a/StreamingHistory_music_0.json": [SHORT],
        "a/New.json": {"new": SECRET},
        "a/Playlist1.json": {"playlists": []},
    }
    rows = land(tmp_path, {**files, "b/error.json": {"error": {"status": 404, "message": "x"}}})
    assert [row["reason"] for row in rows["rejected_record"]] == ["error_body"]
    assert "no music in New.json, Playlist1.json" in capsys.readouterr().out


@pytest.mark.parametrize("content", [
    pytest.param("\n".join(map(json.dumps, [PLAY, PLAY])), id="JSON lines"),
    pytest.param(json.dumps({"data": {"plays": [PLAY]}}), id="wrapped"),
    pytest.param(json.dumps([None, PLAY]), id="after a null"),
    pytest.param(json.dumps([PLAY, PLAY], indent=2)[:-40], id="cut off"),
    pytest.param(json.dumps([PLAY])[:-1] + ",]", id="a comma too many"),
    pytest.param(json.dumps(PLAY) + "\n" + json.dumps(PLAY)[:-9] + "\n" + json.dumps(PLAY), id="a broken line"),
])  # fmt: skip
def test_plays_lose_address_country_and_device_in_every_form(tmp_path: Path, content: str) -> None:
    assert len(land(tmp_path, {"plays.json": content.encode()}, 0, "--account", "me")["play"]) == 1


def test_a_text_with_nothing_but_personal_data_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = land(tmp_path, {"a.json": json.dumps(PLAY)[:-9].encode(), "b.json": [track(1)]}, 1)
    assert len(rows["raw_object"]) == 1
    assert (
        "a.json  cannot be read: it has nothing but personal data that is not valid JSON: expected music. Not landed"
        in (capsys.readouterr().out)
    )


def test_tokens_in_recorded_calls_do_not_land(tmp_path: Path) -> None:
    call = {
        "request": {"url": "x", "headers": [{"name": "Authorization", "value": f"Bearer {SECRET}"}]},
        "response": {"content": {"text": json.dumps(page(track(1)))}},
    }
    assert len(land(tmp_path, {"calls.har": {"log": {"entries": [call]}}})["song"]) == 1


def test_zips_in_zips_are_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = zipped(
        {"Spotify Account Data\\Userdata.json": USER, "Spotify Account Data\\StreamingHistory0.json": [SHORT]}
    )
    rows = land(
        tmp_path, {"mails.ZIP": zipped({"a//my_spotify_data.zip": inner, "./b.json": [track(1)]}), "plain": inner}
    )
    assert {row["account"] for row in rows["play"]} == {"erika"}
    assert len(rows["song"]) == 1
    assert "cannot" not in capsys.readouterr().out


def test_zips_too_deep_or_too_many_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lakehouse.importing import archive

    deep = zipped({"a.json": [track(1)]})
    for _ in range(3):
        deep = zipped({"in.zip": deep})
    monkeypatch.setattr(archive, "MOST_FILES", 5)
    monkeypatch.setattr(archive.Budget, "__init__", lambda self: self.__dict__.update(files=5, size=1_000_000))
    many = zipped({"one.zip": zipped({f"{number}.json": [] for number in range(5)})})
    land(tmp_path, {"deep.zip": deep, "many.zip": many, "sheet.xlsx": zipped({"xl/x.xml": b"<x/>"})}, 1)
    said = capsys.readouterr().out
    assert "deep.zip/in.zip/in.zip/in.zip  cannot be read: it lies in a zip within 2 others: expected fewer" in said
    assert "many.zip/one.zip  cannot be read: it has more than 5 files: expected fewer; unpack it. Not landed" in said
    assert "1 xlsx" in said


@pytest.mark.parametrize(("value", "expected"), [
    pytest.param({"tracks": [{"track": "t", "artist": "a", "album": "b", "uri": "u"}]}, True, id="tracks alone"),
    pytest.param({"albums": [{"artist": "a", "album": "b"}], "new": [1]}, True, id="albums, and a new list"),
    pytest.param({"tracks": [], "artists": [{"name": "n", "uri": "u"}]}, True, id="artists and an empty list"),
    pytest.param({"tracks": [], "albums": [], "shows": [], "episodes": []}, True, id="nothing in it"),
    pytest.param({"bannedTracks": [], "bannedArtists": []}, True, id="only what is banned"),
    pytest.param({"tracks": [track(1)]}, False, id="several tracks of the Web API"),
    pytest.param({"artists": [{"name": "n", "uri": "u"}]}, False, id="several artists, reduced"),
    pytest.param({"tracks": [], "albums": []}, False, id="two empty lists"),
    pytest.param({"tracks": {"items": []}, "artists": {"items": []}}, False, id="a search"),
    pytest.param({"tracks": [{"track": track(1)}]}, False, id="entries"),
])  # fmt: skip
def test_a_library_is_known_by_its_elements(value: Any, expected: bool) -> None:
    assert is_library(value) is expected


def test_a_library_with_some_lists_and_new_ones_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = {
        "tracks": [{"artist": "A", "album": "B", "track": "C", "uri": f"spotify:track:{SONG}01"}],
        "audiobooks": [{"name": "D", "uri": f"spotify:show:{SONG}02"}],
        "moods": [{"name": "calm"}],
    }
    rows = land(tmp_path, {"Bibliothek.json": library}, 0, "--account", "me")
    listed = [(row["account"], row["source_kind"], row["total"], row["is_complete"]) for row in rows["listing"]]
    assert listed == [("me", "saved_audiobooks", 1, True), ("me", "saved_tracks", 1, True)]
    assert "left out 1 in moods" in capsys.readouterr().out


def test_music_is_not_personal() -> None:
    assert find_kind(page(track(1), href="x", total=1)) is None
    assert find_kind({"items": [{"track": song(), "added_by": {"id": "x", "type": "user"}}]}) is None
