"""The demo dump is what its generator makes, has every trap its docstring names, and its README counts it truly.

Reading and counting are done here, with the standard library alone, so that they share no mistake with the project.
"""

import datetime as dt
import gzip
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from devtools import demo_dump

FOLDER = Path(demo_dump.FOLDER)
README = FOLDER.with_suffix(".md")
MAX_BYTES = 400_000


class File(NamedTuple):
    """A file of the dump: its bytes and the JSON documents found in them."""

    raw: bytes
    documents: list[Any]

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Return every JSON object at any depth, apart from the ids that a relinked song stands for."""
        return [found for document in self.documents for found in walk(document)]

    @property
    def entries(self) -> list[Any]:
        """Return the elements of every page."""
        return [entry for found in self.objects if isinstance(found.get("items"), list) for entry in found["items"]]

    @property
    def inner(self) -> list[dict[str, Any]]:
        """Return what the entries of a playlist hold."""
        real = [entry for entry in self.entries if isinstance(entry, dict)]
        return [found for entry in real if (found := entry.get("item") or entry.get("track"))]

    def ids(self, kind: str) -> set[str]:
        """Return the distinct ids of the track, album or artist objects."""
        return {found["id"] for found in self.objects if found.get("type") == kind and found.get("id")}


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every JSON object inside, the outer one first."""
    if isinstance(value, dict):
        yield value
        value = [inner for key, inner in value.items() if key != "linked_from"]
    if isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def content_of(raw: bytes) -> tuple[bool, bytes]:
    """Return whether a file is gzipped, and its bytes; packed ones unpacked, since zlib builds pack differently."""
    is_packed = raw.startswith(b"\x1f\x8b")
    return is_packed, gzip.decompress(raw) if is_packed else raw


def text_of(raw: bytes) -> str:
    """Return the text of a file, unpacked and without a byte order mark."""
    return content_of(raw)[1].decode("utf-8-sig")


def documents_of(text: str) -> list[Any]:
    """Return the one document, else one per line, else none."""
    for parts in ([text], text.splitlines()):
        try:
            return [json.loads(part) for part in parts]
        except json.JSONDecodeError:
            continue
    return []


def file_of(raw: bytes) -> File:
    """Return the file with its documents."""
    return File(raw, documents_of(text_of(raw)))


def entry_count(value: Any) -> int:
    """Count the elements of the outermost lists; a single track, album or artist is 1, an error body 0."""
    if isinstance(value, list):
        return sum(1 if inner is None or "ts" in inner else entry_count(inner) for inner in value)
    if not isinstance(value, dict):
        return 0
    if value.get("type") in ("track", "album", "artist"):
        return 1
    if isinstance(value.get("items"), list):
        return len(value["items"])
    return sum(entry_count(inner) for inner in value.values())


def counts_of(file: File) -> list[int]:
    """Return entries and the distinct ids of tracks, albums and artists."""
    entries = sum(entry_count(document) for document in file.documents)
    return [entries, *(len(file.ids(kind)) for kind in ("track", "album", "artist"))]


def dump_paths() -> list[str]:
    """Return the committed files below the dump's folder, the README apart."""
    return sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file() and path != README)


DUMP = {path: file_of((FOLDER / path).read_bytes()) for path in dump_paths()}


def named_traps() -> dict[str, list[str]]:
    """Return the files of each trap, from the table in the generator's docstring."""
    files = defaultdict(list)
    for trap, path in re.findall(r"^ {4}(\S.*?) {2,}(\S+)$", demo_dump.__doc__ or "", flags=re.MULTILINE):
        files[trap].append(path)
    return dict(files)


def ids_repeat(files: list[File]) -> bool:
    """Return whether a track of one file comes again in the other."""
    return len(files) == 2 and bool(files[0].ids("track") & files[1].ids("track"))


def is_summary_and_full(files: list[File]) -> bool:
    """Return whether one album comes with label, upc and popularity and, elsewhere, without."""
    albums = [found for file in files for found in file.objects if found.get("type") == "album"]
    full = {album["id"] for album in albums if {"label", "popularity", "external_ids"} <= album.keys()}
    summaries = {album["id"] for album in albums if "label" not in album}
    return len(files) == 2 and bool(full & summaries)


def has_other_artists(file: File) -> bool:
    """Return whether an album holds a song with several artists, not the album's own."""
    albums = [found for found in file.objects if isinstance(found.get("tracks"), dict) and "artists" in found]
    tracks = [(track["artists"], album["artists"]) for album in albums for track in album["tracks"]["items"]]
    return any(len(track) > 1 and track != album for track, album in tracks)


def has_date(file: File, precision: str | None, pattern: str) -> bool:
    """Return whether an album has a release date of this precision and form."""
    albums = [found for found in file.objects if found.get("type") == "album" and found.get("id")]
    return any(
        album["release_date_precision"] == precision and re.fullmatch(pattern, str(album["release_date"]))
        for album in albums
    )


def is_short_of_total(file: File) -> bool:
    """Return whether a last page ends before the announced total, or has entries nobody can use."""
    pages = [found for found in file.objects if "total" in found and "offset" in found and found.get("next") is None]
    return any(page["offset"] + len(page["items"]) < page["total"] for page in pages)


def scripts(file: File) -> set[str]:
    """Return the scripts of all names, as the first word of the letters' Unicode names."""
    letters = "".join(str(found.get("name", "")) for found in file.objects)
    return {unicodedata.name(letter, "?").split()[0] for letter in set(letters) if letter.isalpha()}


def parses_whole(file: File) -> bool:
    """Return whether the text is one JSON document."""
    try:
        json.loads(text_of(file.raw))
    except json.JSONDecodeError:
        return False
    return True


def any_object(test: Callable[[dict[str, Any]], Any]) -> Callable[[list[File]], bool]:
    """Return a check that some JSON object of the one file passes the test."""
    return lambda files: any(test(found) for found in files[0].objects)


def one_file(test: Callable[[File], Any]) -> Callable[[list[File]], bool]:
    """Return a check of the one file."""
    return lambda files: bool(test(files[0]))


def document(test: Callable[[Any], Any]) -> Callable[[list[File]], bool]:
    """Return a check of the one document of the one file."""
    return lambda files: len(files[0].documents) == 1 and bool(test(files[0].documents[0]))


CHECKS: dict[str, Callable[[list[File]], bool]] = {
    "local file": any_object(lambda o: o.get("is_local") and "uri" in o and o["id"] is None and o["artists"]),
    "null track": any_object(lambda o: "added_at" in o and o.get("track", 0) is None),
    "null item": any_object(lambda o: "added_at" in o and o.get("item", 0) is None and "track" not in o),
    "null element": one_file(lambda file: None in file.entries),
    "null id": any_object(lambda o: o.get("type") == "track" and o["id"] is None and not o["is_local"]),
    "episode": any_object(lambda o: o.get("type") == "episode" and "show" in o and "album" not in o),
    "relinked": any_object(lambda o: "linked_from" in o and o["linked_from"]["id"] != o["id"]),
    "unplayable": any_object(lambda o: o.get("is_playable") is False and o["restrictions"]["reason"]),
    "duplicate in playlist": one_file(lambda file: max(Counter(found["id"] for found in file.inner).values()) > 1),
    "duplicate across pages": ids_repeat,
    "duplicate across files": ids_repeat,
    "both keys": any_object(lambda o: isinstance(o.get("track"), dict) and o["track"] == o.get("item")),
    "markets": any_object(lambda o: o.get("available_markets")),
    "added_at null": any_object(lambda o: "added_at" in o and o["added_at"] is None and o["added_by"] is None),
    "added_at 1970": any_object(lambda o: str(o.get("added_at")).startswith("1970-01-01")),
    "total above items": one_file(is_short_of_total),
    "track boolean inside": any_object(lambda o: isinstance(o.get("track"), dict) and o["track"].get("track") is True),
    "list of one playlist": document(lambda d: isinstance(d, list) and [o["type"] for o in d] == ["playlist"]),
    "pretty-printed": one_file(lambda file: parses_whole(file) and text_of(file.raw).count("\n") > 10),
    "error body": document(lambda d: set(d) == {"error"} and d["error"]["status"] >= 400),
    "gzip": one_file(lambda file: file.raw.startswith(b"\x1f\x8b") and parses_whole(file)),
    "several artists": one_file(has_other_artists),
    "summary and full": is_summary_and_full,
    "year date": one_file(lambda file: has_date(file, "year", r"[12]\d{3}")),
    "month date": one_file(lambda file: has_date(file, "month", r"\d{4}-\d\d")),
    "day date": one_file(lambda file: has_date(file, "day", r"\d{4}-\d\d-\d\d")),
    "zero date": one_file(lambda file: has_date(file, "year", "0000")),
    "null date": one_file(lambda file: has_date(file, None, "None")),
    "null image size": any_object(lambda o: "url" in o and o.get("height", 0) is None and o["width"] is None),
    "not JSON": one_file(lambda file: file.raw and not file.documents),
    "foreign wrapper": document(lambda d: set(d) == {"fetched", "data"} and d["data"]["type"] == "playlist"),
    "old context uri": any_object(lambda o: re.fullmatch(r"spotify:user:\w+:playlist:\w{22}", str(o.get("uri")))),
    "dictionary by id": document(
        lambda d: len(d) > 1 and all(isinstance(o, dict) and o.get("id") == i for i, o in d.items())
    ),
    "empty page": document(lambda d: d.get("items") == [] and d["total"] == 0),
    "empty entry": one_file(lambda file: {} in file.entries),
    "escaped text": one_file(lambda file: file.raw.isascii() and rb"\ud83e" in file.raw),
    "items page": document(
        lambda d: d.get("type") == "playlist" and isinstance(d["items"], dict) and "tracks" not in d
    ),
    "item only": one_file(lambda file: file.inner and all("track" not in entry for entry in file.entries)),
    "no popularity": one_file(lambda file: file.ids("track") and not any("popularity" in o for o in file.objects)),
    "byte order mark": one_file(lambda file: file.raw.startswith(b"\xef\xbb\xbf")),
    "items a summary": any_object(lambda o: o.get("type") == "playlist" and set(o["items"]) == {"href", "total"}),
    "NDJSON": one_file(lambda file: file.raw.startswith(b"{") and not parses_whole(file) and len(file.documents) > 1),
    "gzipped NDJSON": one_file(
        lambda file: file.raw.startswith(b"\x1f\x8b") and not parses_whole(file) and file.entries
    ),
    "tracks an array": document(lambda d: isinstance(d.get("tracks"), list)),
    "own keys beside": document(lambda d: len(d) > 1 and "track_count" in d),
    "null for an unknown id": document(lambda d: None in d.get("tracks", [])),
    "bare list of pages": document(lambda d: isinstance(d, list) and len(d) > 1 and all("items" in page for page in d)),
    "streaming history": any_object(lambda o: {"ts", "ms_played", "spotify_track_uri", "username"} <= o.keys()),
    "episode played": any_object(lambda o: o.get("spotify_episode_uri") and o["spotify_track_uri"] is None),
    "null play": any_object(
        lambda o: "ts" in o and o["spotify_track_uri"] is None and o["spotify_episode_uri"] is None
    ),
    "play given twice": one_file(
        lambda file: max(Counter(json.dumps(o) for o in file.objects if "ts" in o).values(), default=0) > 1
    ),
    "many scripts": one_file(
        lambda file: (
            scripts(file)
            >= {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "HIRAGANA", "HANGUL", "CJK", "THAI"}
        )
    ),
}

CLEAN = file_of(
    json.dumps(
        {
            "items": [
                {
                    "added_at": "2026-11-01T05:00:00Z",
                    "added_by": {"type": "user", "id": "demo", "uri": "spotify:user:demo"},
                    "track": {
                        "id": "t101",
                        "type": "track",
                        "name": "Plain",
                        "is_local": False,
                        "artists": [{"id": "a101", "type": "artist", "name": "Plain"}],
                        "album": {
                            "id": "b101",
                            "type": "album",
                            "artists": [{"id": "a101", "type": "artist", "name": "Plain"}],
                            "release_date": "26",
                            "release_date_precision": "day",
                            "images": [{"url": "https://images.example/1", "height": 64, "width": 64}],
                        },
                        "popularity": 7,
                    },
                }
            ],
            "limit": 50,
            "next": None,
            "offset": 0,
            "total": 1,
        }
    ).encode()
)
"""A page with no trap at all."""


def test_generating_again_gives_the_committed_files(tmp_path: Path) -> None:
    demo_dump.write_dump(tmp_path)
    made = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*") if path.is_file()}
    assert sorted(made) == dump_paths()
    changed = [name for name, path in made.items() if content_of(path.read_bytes()) != content_of(DUMP[name].raw)]
    assert changed == []


def test_a_gzipped_file_that_is_only_packed_differently_is_left_alone(tmp_path: Path) -> None:
    name = "2026-11-02/chart_items.json.gz"
    packed_otherwise = gzip.compress(gzip.decompress(DUMP[name].raw), compresslevel=1)
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_bytes(packed_otherwise)
    demo_dump.write_dump(tmp_path)
    assert (tmp_path / name).read_bytes() == packed_otherwise


def test_the_dump_is_small() -> None:
    assert sum(len(file.raw) for file in DUMP.values()) < MAX_BYTES


def test_every_named_trap_has_a_check_and_every_check_a_trap() -> None:
    assert sorted(named_traps()) == sorted(CHECKS)


@pytest.mark.parametrize("trap", CHECKS)
def test_the_trap_occurs_in_the_files_named_for_it(trap: str) -> None:
    assert CHECKS[trap]([DUMP[path] for path in named_traps()[trap]])


@pytest.mark.parametrize("trap", CHECKS)
def test_a_page_without_traps_passes_no_check(trap: str) -> None:
    assert not CHECKS[trap]([CLEAN])


def test_the_chart_has_thirty_different_songs_each_day() -> None:
    assert [len(set(demo_dump.chart_of(day))) for day in demo_dump.DAYS] == [30] * 5
    assert [len(demo_dump.chart_of(day)) for day in demo_dump.DAYS] == [30] * 5


@pytest.mark.parametrize(
    ("song", "positions"),
    [
        pytest.param("tides/2", [23, 12, 5, 2, 1], id="a song climbs to the top"),
        pytest.param("sail/1", [7, 3, 1, 1, 2], id="a song leads on two days"),
        pytest.param("radio/1", [None, None, 3, 4, 3], id="a song enters at 3 on the day of its release"),
        pytest.param("compass/1", [4, 6, 11, 17, 24], id="a song sinks"),
        pytest.param("foxes/4", [29, 30, None, None, 27], id="a song leaves and returns"),
    ],
)
def test_the_chart_tells_its_story(song: str, positions: list[int | None]) -> None:
    chart_files = {
        dt.date(2026, 11, 1): "extraction_date=2026-11-01/chart_playlist.json",
        dt.date(2026, 11, 2): "2026-11-02/chart_items.json.gz",
        dt.date(2026, 11, 3): "year=2026/month=11/day=03/chart.json",
        dt.date(2026, 11, 4): "by_name/chart_2026-11-04.json.gz",
        dt.date(2026, 11, 5): "2026-11-05/chart_pages.ndjson.gz",
    }
    listed = [[found["id"] for found in DUMP[path].inner] for path in chart_files.values()]
    song_id = demo_dump.base62_id("track", song)
    assert [ids.index(song_id) + 1 if song_id in ids else None for ids in listed] == positions


def test_each_day_of_recently_played_repeats_plays_of_the_day_before() -> None:
    plays = [
        {entry["played_at"] for entry in DUMP[path].entries}
        for path in DUMP
        if "recently_played" in path and DUMP[path].entries
    ]
    assert [len(played) for played in plays] == [10, 10, 10]
    assert len(set.union(*plays)) == 26


def test_ids_have_spotifys_form_and_one_name_each() -> None:
    names = defaultdict(set)
    for file in DUMP.values():
        for found in file.objects:
            if found.get("type") in ("track", "album", "artist") and found.get("id") and "name" in found:
                names[found["id"]].add((found["type"], found["name"]))
    assert [spotify_id for spotify_id in names if not re.fullmatch(r"[0-9A-Za-z]{22}", spotify_id)] == []
    assert {spotify_id: called for spotify_id, called in names.items() if len(called) > 1} == {}


def test_nothing_looks_like_an_email_address() -> None:
    assert [path for path, file in DUMP.items() if "@" in text_of(file.raw)] == []


def true_rows() -> list[str]:
    """Return file, traps and counts as the README's table has to show them."""
    traps_of = {path: [trap for trap, paths in named_traps().items() if path in paths] for path in DUMP}
    rows = [[f"`{path}`", ", ".join(traps_of[path]), *counts_of(file)] for path, file in DUMP.items()]
    whole = File(b"", [document for file in DUMP.values() for document in file.documents])
    rows.append(["all files, ids distinct", "", *counts_of(whole)])
    return [" | ".join(str(cell) for cell in row) for row in rows]


def test_the_readme_lists_every_file_with_its_traps_and_true_counts() -> None:
    table = [line.strip("| ") for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [re.split(r" *\| *", line) for line in table[2:]]
    without_shape = [" | ".join([cell[0], *cell[2:]]) for cell in cells]
    assert without_shape == true_rows()


def test_the_readme_says_how_many_songs_the_history_names() -> None:
    history = DUMP["export_20261105/Streaming_History_Audio_2025-2026_0.json"]
    named = {found["spotify_track_uri"] for found in history.objects} - {None}
    assert f"{len(named)} distinct song URIs" in README.read_text(encoding="utf-8")
