"""The import lands each dumped file as one raw object and says what became of it."""

import datetime as dt
import gzip
import hashlib
import inspect
import json
import os
import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from rich.console import Console

from lakehouse.importing import dump_folder, import_dump, readings
from lakehouse.importing.import_dump import main
from lambda_extract import raw_format

ROOT = Path(__file__).parents[2]
MODIFIED = dt.datetime(2024, 6, 1, 12, 34, 56, tzinfo=dt.UTC)
PLAYLIST_ID = "3pLyLst00000000000000A"


def track(number: int) -> dict:
    identity = f"{number:04d}MadeUpId0000000000"
    return {
        "id": identity,
        "name": "Ночь · 夜",
        "type": "track",
        "uri": f"spotify:track:{identity}",
        "duration_ms": number,
    }


def page(*tracks: dict, offset: int = 0, **more: object) -> dict:
    href = f"https://api.spotify.com/v1/me/tracks?offset={offset}&limit=2"
    return {"href": href, "items": [{"added_at": None, "track": each} for each in tracks], "offset": offset} | more


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """Give an empty folder for dumps."""
    folder = tmp_path / "dump"
    folder.mkdir()
    return folder


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return a raw folder that is not there yet."""
    return tmp_path / "raw"


def put(path: Path, content: object, modified: dt.datetime = MODIFIED) -> Path:
    """Write a file: bytes as they are, text, or anything else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (modified.timestamp(), modified.timestamp()))
    return path


def keys(raw: Path) -> list[str]:
    return sorted(path.relative_to(raw).as_posix() for path in raw.rglob("*") if path.is_file())


def lines(raw: Path, index: int = 0) -> list[dict]:
    text = gzip.decompress((raw / keys(raw)[index]).read_bytes()).decode()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


def land(dump: Path, raw: Path, content: object, name: str = "x.json") -> list[dict]:
    """Import one file and return its lines."""
    put(dump / name, content)
    assert main([str(dump), "--raw", str(raw)]) == 0
    return lines(raw)


def test_an_imported_file_is_one_raw_object_of_the_contract(dump, raw, capsys):
    content = {"fetched": "today", "data": [page(track(101), track(102), total=2)]}
    path = put(dump / "a b" / "saved.json", content)
    assert main([str(dump), "--raw", str(raw)]) == 0
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    run_id = f"import-{digest[:20]}"
    assert keys(raw) == [f"extraction_date=2024-06-01/20240601T123456Z-{run_id}.ndjson.gz"]
    shared = {
        "schema_version": 1,
        "run_id": run_id,
        "extracted_at": "2024-06-01T12:34:56Z",
        "fetched_at": "2024-06-01T12:34:56.000Z",
        "account": None,
    }
    assert lines(raw) == [
        {
            "kind": "answer",
            **shared,
            "source": {"kind": "saved_tracks", "id": "saved_tracks"},
            "request": {"path": "a b/saved.json", "params": {"json_path": "$.data[0]"}},
            "status": None,
            "response": content["data"][0],
        },
        {
            "kind": "summary",
            **shared,
            "is_complete": True,
            "sources": [
                {
                    "kind": "saved_tracks",
                    "id": "saved_tracks",
                    "status": "ok",
                    "pages": 1,
                    "entries": 2,
                    "total": 2,
                    "is_complete": True,
                }
            ],
            "wrapper": {"$.fetched": "today"},
        },
    ]
    assert capsys.readouterr().out == (
        "a b/saved.json  2024-06-01 (from the file's time)  1 document, 2 entries  landed\n"
        f"1 file: 1 landed, 0 already there; 1 document, 2 entries → {raw}\n"
    )


@pytest.mark.parametrize(
    ("content", "sources"),
    [
        pytest.param([track(1)], [("ok", 1, 1, None, None)], id="a list that announces nothing"),
        pytest.param(track(1), [("ok", 1, 1, None, True)], id="a single object is complete"),
        pytest.param(page(track(1), total=3), [("ok", 1, 1, 3, False)], id="a first page alone is incomplete"),
        pytest.param(
            [page(track(1), track(2), total=3), page(track(3), offset=2, total=3)],
            [("ok", 2, 3, 3, True)],
            id="the pages of one list are one source",
        ),
        pytest.param({"error": {"status": 404, "message": "n"}}, [("error", 1, 0, None, False)], id="an error body"),
        pytest.param("no JSON", [("error", 1, 0, None, False)], id="a text"),
        pytest.param("", [("error", 1, 0, None, False)], id="an empty file"),
        pytest.param({"foo": 1}, [("ok", 1, 0, None, None)], id="no music"),
        pytest.param(
            [page(track(1), total=1), {"tracks": [track(2)]}],
            [("ok", 1, 1, 1, True), ("ok", 1, 1, None, None)],
            id="sources in order of appearance",
        ),
    ],
)
def test_the_summary_says_how_far_each_source_came(dump, raw, content, sources):
    summary = land(dump, raw, content)[-1]
    fields = ("status", "pages", "entries", "total", "is_complete")
    assert [tuple(source[field] for field in fields) for source in summary["sources"]] == sources
    parts = [source[-1] for source in sources]
    assert summary["is_complete"] is (False if False in parts else None if None in parts else True)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"id": PLAYLIST_ID, "type": "playlist", "name": "n", "tracks": {"items": []}}, id="a playlist"),
        pytest.param(
            {"href": f"https://h/v1/playlists/{PLAYLIST_ID}/items?limit=1", "items": []}, id="a playlist's page"
        ),
    ],
)
def test_a_document_that_names_a_playlist_has_it_as_source(dump, raw, content):
    answer, summary = land(dump, raw, content)
    assert answer["source"] == {"kind": "playlist", "id": PLAYLIST_ID}
    assert [source["id"] for source in summary["sources"]] == [PLAYLIST_ID]


def test_other_documents_have_their_path_and_their_place_in_the_file_as_source(dump, raw):
    first, second, summary = land(dump, raw, {"mine": {"items": [track(1)]}, "hers": {"items": [track(2)]}})
    assert [one["source"]["id"] for one in (first, second)] == ["x: mine", "x: hers"]
    assert [one["name"] for one in summary["sources"]] == ["x: mine", "x: hers"]


def test_lists_that_differ_in_their_question_are_different_sources(dump, raw):
    pages = [
        {"href": f"https://h/v1/me/top/tracks?limit=1&time_range={name}", "items": []}
        for name in ("short_term", "long_term")
    ]
    assert len(land(dump, raw, pages)[-1]["sources"]) == 2


@pytest.mark.parametrize(
    "href", ["http://[h/x?y=1", "http://h/\ud83d?q=\ud83d"], ids=["no address", "half a character"]
)
def test_a_broken_address_of_a_page_is_still_a_source(dump, raw, href):
    content = json.dumps({"href": href, "items": []})
    assert land(dump, raw, content)[-1]["sources"][0]["status"] == "ok"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param({"status": 400, "message": "m"}, 400, id="a number is kept"),
        pytest.param({"status": "400"}, None, id="a text is none"),
        pytest.param("invalid_grant", None, id="an error without a status"),
    ],
)
def test_the_status_of_an_error_body(dump, raw, error, status):
    assert land(dump, raw, {"error": error})[0]["status"] == status


def test_several_values_of_a_file_are_numbered(dump, raw):
    answers = land(dump, raw, '{"data": {"tracks": []}, "n": 1}\nbroken\n[]\n')
    assert [line["request"]["params"] for line in answers[:-1]] == [
        {"json_path": "$.data", "document": 1},
        {"json_path": "line 2"},
        {"json_path": "$", "document": 2},
    ]
    assert answers[1]["response_text"] == "broken\n"
    assert answers[-1]["wrapper"] == {"document 1 $.n": 1}


def test_a_text_is_landed_as_it_is(dump, raw, capsys):
    answer, _ = land(dump, raw, "# Ёлка\n", "README.json")
    assert (answer["response"], answer["response_text"]) == (None, "# Ёлка\n")
    out = capsys.readouterr().out
    assert "1 document, 0 entries, not valid JSON, kept as text  landed" in out
    assert "1 file is not valid JSON" in out


def test_a_file_partly_broken_says_so(dump, raw, capsys):
    land(dump, raw, '{"a":1}\n{"b"\n')
    assert "2 documents, 0 entries, 1 broken stretch kept as text  landed" in capsys.readouterr().out


def test_latin_1_is_noted_with_every_answer(dump, raw, capsys):
    answer, _ = land(dump, raw, '{"name":"Café"}'.encode("latin-1"))
    assert answer["request"]["params"] == {"json_path": "$", "encoding": "latin-1"}
    assert answer["response"] == {"name": "Café"}
    assert "read as latin-1" in capsys.readouterr().out


def test_numbers_that_json_does_not_have_are_counted(dump, raw, capsys):
    answer, summary = land(dump, raw, '{"a": NaN, "b": Infinity}')
    assert answer["response"] == {"a": None, "b": None}
    assert summary["nan_as_null"] == 2
    assert "2 NaN or infinite as null" in capsys.readouterr().out


def test_half_a_surrogate_pair_survives(dump, raw):
    assert land(dump, raw, '{"name":"\\ud83d"}')[0]["response"] == {"name": "\ud83d"}


@pytest.mark.parametrize("depth", [150, 300, 450, 600, 900, 980, 990, 995, 5000])
def test_nesting_however_deep_is_landed(dump, raw, depth):
    text = '{"a":' * depth + '"m"' + "}" * depth
    answer, _ = land(dump, raw, text)
    kept = answer.get("response_text") or json.dumps(answer["response"], separators=(",", ":"))
    assert kept == text


def test_too_deep_a_value_leaves_its_neighbours_alone(dump, raw, capsys):
    answers = land(
        dump, raw, json.dumps(track(1)) + "\n" + '{"a":' * 700 + "1" + "}" * 700 + "\n" + json.dumps(track(2))
    )
    assert [line.get("response_text") is None for line in answers[:-1]] == [True, False, True]
    assert "1 nested too deep, kept as text" in capsys.readouterr().out


def test_a_packed_file_is_the_same_as_an_unpacked_one(dump, raw):
    put(dump / "a.json", track(1))
    put(dump / "b.json.gz", gzip.compress((dump / "a.json").read_bytes()))
    assert main([str(dump), "--raw", str(raw)]) == 0
    assert len(keys(raw)) == 1


def test_a_damaged_gzip_is_landed_as_its_bytes(dump, raw, capsys):
    data = gzip.compress(json.dumps([track(1)]).encode())[:-9]
    answer, _ = land(dump, raw, data)
    assert answer["response_text"].encode("latin-1") == data
    said = "damaged gzip, kept as its bytes, not valid JSON, kept as text, read as latin-1  landed"
    assert said in capsys.readouterr().out


def test_the_same_import_gives_the_same_bytes(dump, raw, tmp_path):
    land(dump, raw, [track(1)])
    assert main([str(dump), "--raw", str(tmp_path / "raw2")]) == 0
    key = keys(raw)[0]
    assert (tmp_path / "raw2" / key).read_bytes() == (raw / key).read_bytes()


def test_a_second_import_lands_nothing(dump, raw, capsys):
    land(dump, raw, [track(1)])
    capsys.readouterr()
    put(dump / "x.json", [track(1)], MODIFIED + dt.timedelta(hours=1))
    assert main([str(dump), "--raw", str(raw)]) == 0
    assert len(keys(raw)) == 1
    assert capsys.readouterr().out == (
        "x.json  2024-06-01 (from the file's time)  already landed\n"
        f"1 file: 0 landed, 1 already there; 0 documents, 0 entries → {raw}\n"
    )


def test_a_copy_with_another_file_time_is_not_landed_again(dump, raw):
    land(dump, raw, [track(1)])
    put(dump / "x.json", [track(1)], MODIFIED + dt.timedelta(days=40))
    assert main([str(dump), "--raw", str(raw)]) == 0
    assert len(keys(raw)) == 1


def test_the_same_content_under_another_date_is_landed_again(dump, raw):
    for day in ("2024-05-01", "2024-05-02", "2024-05-02/again"):
        put(dump / day / "x.json", [track(1)])
    assert main([str(dump), "--raw", str(raw)]) == 0
    assert [key[:27] for key in keys(raw)] == ["extraction_date=2024-05-01/", "extraction_date=2024-05-02/"]


def test_an_object_that_appears_during_the_import_counts_as_already_landed(dump, raw, capsys, monkeypatch):
    monkeypatch.setattr(import_dump, "list_run_ids", lambda _raw: {})
    land(dump, raw, [track(1)])
    assert main([str(dump), "--raw", str(raw)]) == 0
    assert "0 landed, 1 already there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "date", "origin"),
    [
        pytest.param(["--date", "2024-04-01"], "2024-04-01", "given", id="the given date"),
        pytest.param([], "2024-05-01", "from the path", id="else the one in the path"),
        pytest.param(["--date", ""], "2024-05-01", "from the path", id="an empty date is not given"),
    ],
)
def test_the_date(dump, raw, capsys, arguments, date, origin):
    put(dump / "2024-05-01" / "x.json", [track(1)])
    assert main([str(dump), "--raw", str(raw), *arguments]) == 0
    assert keys(raw)[0].startswith(f"extraction_date={date}/{date.replace('-', '')}T123456Z-import-")
    assert lines(raw)[-1]["extracted_at"] == f"{date}T12:34:56Z"
    assert f"x.json  {date} ({origin})  " in capsys.readouterr().out


def test_a_single_file_is_named_by_its_name_and_dated_by_its_path(dump, raw):
    path = put(dump / "year=2024" / "month=5" / "day=1" / "x.json", [track(1)])
    assert main([str(path), "--raw", str(raw)]) == 0
    assert lines(raw)[0]["request"]["path"] == "x.json"
    assert keys(raw)[0].startswith("extraction_date=2024-05-01/")


def test_files_are_taken_in_order_and_hidden_or_linked_ones_passed_over(dump, raw, capsys, tmp_path):
    put(tmp_path / "elsewhere" / "far.json", [track(9)])
    for name in ("b.json", "a/z.json", "a.json", ".hidden.json", ".git/x.json"):
        put(dump / name, [track(len(name))])
    (dump / "linked").symlink_to(tmp_path / "elsewhere")
    assert main([str(dump), "--raw", str(raw)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in out[:-1]] == ["a/z.json", "a.json", "b.json"]
    assert out[-1].endswith(f"(passed over: 2 hidden, 1 link out of the folder) → {raw}")


def test_links_within_the_folder_are_files_and_those_out_of_it_are_passed_over(dump, raw, capsys, tmp_path):
    secret = put(tmp_path / "secret.json", {"client_secret": "hidden-secret-1"})
    put(dump / "a.json", [track(1)])
    put(dump / "b" / "c.json", [track(2)])
    (dump / "same.json").symlink_to(dump / "a.json")
    (dump / "folder").symlink_to(dump / "b")
    (dump / "up.json").symlink_to("../secret.json")
    (dump / "environment.json").symlink_to("/proc/self/environ")
    (dump / "chain.json").symlink_to(dump / "up.json")
    (dump / "b" / "far").symlink_to(secret.parent)
    assert main([str(dump), "--raw", str(raw)]) == 0
    out = capsys.readouterr().out
    assert "(passed over: 4 link out of the folder, 1 linked folder)" in out
    assert "same.json" in out
    assert len(keys(raw)) == 2
    assert not any(b"hidden" in gzip.decompress((raw / key).read_bytes()) for key in keys(raw))


def test_loops_of_links_and_broken_ones_do_not_stop_the_others(dump, raw, capsys):
    put(dump / "z.json", [track(1)])
    (dump / "a.json").symlink_to(dump / "b.json")
    (dump / "b.json").symlink_to(dump / "a.json")
    (dump / "self").symlink_to(dump / "self")
    assert main([str(dump), "--raw", str(raw)]) == 1
    out = capsys.readouterr().out
    assert "a.json  cannot be read: broken link: Too many levels of symbolic links. Not landed\n" in out
    assert "4 files: 1 landed, 0 already there, 3 unreadable" in out


def test_folders_in_folders_have_no_limit(dump):
    put(dump.joinpath(*["d"] * 300, "z.json"), [track(1)])
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        found = list(dump_folder.find_files(dump, None))
    finally:
        sys.setrecursionlimit(before)
    assert [one.path.name for one in found] == ["z.json"]


@pytest.mark.parametrize("is_named", [True, False], ids=["as FROM", "inside the folder"])
def test_a_pipe_is_not_waited_for(dump, raw, capsys, is_named):
    os.mkfifo(dump / "pipe.json")
    assert main([str(dump / "pipe.json" if is_named else dump), "--raw", str(raw)]) == 1
    assert "pipe.json  cannot be read: it is not a regular file. Not landed\n" in capsys.readouterr().out


def test_a_device_without_end_is_not_read(raw, capsys):
    assert main(["/dev/zero", "--raw", str(raw)]) == 1
    assert "zero  cannot be read: it is not a regular file. Not landed\n" in capsys.readouterr().out


BOMB = gzip.compress(b" " * (10 * 2**20))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(BOMB, "it is over 1 MB unpacked: expected less; split it into several files", id="a bomb"),
        pytest.param(BOMB + BOMB, "it is over 1 MB unpacked", id="two in one file"),
        pytest.param(b"x" * (2**20 + 1), "it is over 1 MB: expected less", id="a large file"),
        pytest.param(b"[" + b"{}," * 5000 + b"1]", "it has over 9,000 JSON values: expected fewer", id="many values"),
    ],
)
def test_a_file_too_large_does_not_stop_the_others(dump, raw, capsys, monkeypatch, content, said):
    monkeypatch.setattr(dump_folder, "LARGEST", 2**20)
    monkeypatch.setattr(dump_folder, "MOST_VALUES", 9000)
    put(dump / "a.json", content)
    put(dump / "b.json", [track(1)])
    tracemalloc.start()
    assert main([str(dump), "--raw", str(raw)]) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert f"a.json  cannot be read: {said}" in capsys.readouterr().out
    assert len(keys(raw)) == 1
    assert peak < 8 * 2**20


def test_raw_objects_are_for_their_owner_only(dump, raw):
    put(dump / "x.json", [track(1)])
    before = os.umask(0)
    try:
        assert main([str(dump), "--raw", str(raw / "below")]) == 0
    finally:
        os.umask(before)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (raw, *raw.rglob("*"))}
    assert modes == {True: 0o700, False: 0o600}


def test_the_raw_folder_inside_the_dump_is_passed_over(dump, capsys):
    put(dump / "x.json", [track(1)])
    for _ in range(2):
        assert main([str(dump), "--raw", str(dump / "raw")]) == 0
    assert len(keys(dump / "raw")) == 1
    assert (
        "0 landed, 1 already there; 0 documents, 0 entries (passed over: 1 raw folder itself)"
        in capsys.readouterr().out
    )


def test_raw_objects_of_another_lake_are_refused(dump, raw, tmp_path, capsys):
    put(dump / "x.json", [track(1)])
    main([str(dump), "--raw", str(tmp_path / "lake")])
    put(tmp_path / "lake" / "extraction_date=2024-05-01" / "broken.ndjson.gz", b"{")
    capsys.readouterr()
    assert main([str(tmp_path / "lake"), "--raw", str(raw)]) == 1
    out = capsys.readouterr().out
    assert f"refused: it is a raw object already; copy it into {raw}. Not landed\n" in out
    assert "2 files: 1 landed, 0 already there, 1 refused; " in out
    assert [key[:27] for key in keys(raw)] == ["extraction_date=2024-05-01/"]


def test_an_unreadable_file_does_not_stop_the_others(dump, raw, capsys, monkeypatch):
    put(dump / "a.json", [track(1)])
    put(dump / "b.json", [track(2)])
    (dump / "c.json").symlink_to(dump / "nowhere")
    read_file = readings.read_file

    def refuse_a(path: Path) -> tuple[bytes, dt.datetime]:
        if path.name == "a.json":
            raise PermissionError(13, "Permission denied")
        return read_file(path)

    monkeypatch.setattr(readings, "read_file", refuse_a)
    assert main([str(dump), "--raw", str(raw)]) == 1
    out = capsys.readouterr().out
    assert "a.json  cannot be read: Permission denied. Not landed\n" in out
    assert "c.json  cannot be read: broken link: No such file or directory. Not landed\n" in out
    assert "3 files: 1 landed, 0 already there, 2 unreadable; 1 document, 1 entry →" in out


def test_an_unreadable_folder_does_not_stop_the_others(dump, raw, capsys, monkeypatch):
    put(dump / "a.json", [track(1)])
    put(dump / "closed" / "b.json", [track(2)])
    scandir = os.scandir

    def refuse_closed(path: Path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse_closed)
    assert main([str(dump), "--raw", str(raw)]) == 1
    assert "closed  cannot be read: Permission denied. Not landed\n" in capsys.readouterr().out
    assert len(keys(raw)) == 1


def test_a_file_name_that_is_no_text_is_landed(dump, raw, capsys):
    path = os.fsencode(dump) + b"/caf\xe9.json"
    try:
        Path(os.fsdecode(path)).write_text("[]")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert main([str(dump), "--raw", str(raw)]) == 0
    assert lines(raw)[0]["request"]["path"] == "caf\udce9.json"
    assert "caf\\udce9.json  " in capsys.readouterr().out


FAULTS = [
    pytest.param(
        ["{dump}/none"], "{dump}/none does not exist: expected a folder of dumps or one file.", id="a missing FROM"
    ),
    pytest.param([], "FROM is not given: expected a folder of dumps or one file.", id="no FROM"),
    pytest.param([""], "FROM is not given: expected a folder of dumps or one file.", id="an empty FROM"),
    pytest.param(["{dump}/empty"], "{dump}/empty holds no file to import: expected JSON dumps.", id="an empty folder"),
    pytest.param(
        ["{dump}/hidden"],
        "{dump}/hidden holds no file to import (passed over: 1 hidden): expected JSON dumps.",
        id="hidden files only",
    ),
    pytest.param(
        ["{dump}", "--date", "2024-13-01"], "--date 2024-13-01: expected a date as YYYY-MM-DD.", id="a wrong date"
    ),
    pytest.param(
        ["{dump}", "--date", "2024-1-1"], "--date 2024-1-1: expected a date as YYYY-MM-DD.", id="a date written short"
    ),
    pytest.param(["{dump}", "--da", "2024-01-01"], "unrecognized arguments: --da 2024-01-01.", id="an unknown option"),
    pytest.param(["{dump}", "--raw"], "argument --raw: expected one argument.", id="an option without its value"),
    pytest.param(
        ["{dump}", "--raw", "{dump}/x.json"],
        "{dump}/x.json is a file: expected a folder to land in.",
        id="RAW is a file",
    ),
    pytest.param(
        ["{dump}", "--raw", "{dump}/x.json/raw"],
        "{dump}/x.json is a file: expected a folder to land in.",
        id="RAW lies in a file",
    ),
    pytest.param(
        ["{dump}", "--raw", "{dump}"],
        "{dump} lies in the raw folder {dump}: its files are landed already.",
        id="FROM is RAW",
    ),
    pytest.param(
        ["{dump}/x.json", "--raw", "{dump}"],
        "{dump}/x.json lies in the raw folder {dump}: its files are landed already.",
        id="FROM in RAW",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), FAULTS)
def test_a_fault_is_one_line_and_nothing_is_landed(dump, raw, capsys, monkeypatch, arguments, message):
    monkeypatch.chdir(dump.parent)
    put(dump / "x.json", [track(1)])
    put(dump / "hidden" / ".x.json", [track(1)])
    (dump / "empty").mkdir()
    before = sorted(dump.parent.rglob("*"))
    assert main([argument.format(dump=dump) for argument in arguments]) == 2
    said = capsys.readouterr()
    assert said.err == f"import: {message.format(dump=dump)} Nothing was landed.\n"
    assert said.out == ""
    assert sorted(dump.parent.rglob("*")) == before


def test_a_raw_folder_that_cannot_be_written_to_is_refused(dump, raw, capsys, monkeypatch):
    put(dump / "x.json", [track(1)])
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert main([str(dump), "--raw", str(raw)]) == 2
    assert capsys.readouterr().err == (
        f"import: {raw.parent} cannot be written to: expected a folder to land in. Nothing was landed.\n"
    )


def test_a_full_disk_stops_the_import_and_says_what_is_there(dump, raw, capsys, monkeypatch):
    put(dump / "a.json", [track(1)])
    put(dump / "b.json", [track(2)])
    link = os.link

    def refuse_second(source: Path, target: Path) -> None:
        if keys(raw)[0].startswith("extraction_date") and len(keys(raw)) > 1:
            raise OSError(28, "No space left on device")
        link(source, target)

    monkeypatch.setattr(raw_format.os, "link", refuse_second)
    assert main([str(dump), "--raw", str(raw)]) == 2
    assert capsys.readouterr().err == (
        f"import: b.json could not be written to {raw}: No space left on device. 1 file landed before it.\n"
    )


def test_an_interrupted_import_says_so(dump, raw, capsys, monkeypatch):
    put(dump / "x.json", [track(1)])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_dump, "land_in_folder", interrupt)
    assert main([str(dump), "--raw", str(raw)]) == 130
    assert capsys.readouterr().err.startswith("import: stopped.")


def test_many_files_show_a_bar_on_a_terminal_and_the_same_lines(dump, raw, capsys):
    for number in range(import_dump.MANY_FILES + 1):
        put(dump / f"{number}.json", [track(number)])
    arguments = import_dump.parse_arguments([str(dump), "--raw", str(raw)])
    assert import_dump.run_import(arguments, Console(stderr=True, force_terminal=True)) == 0
    said = capsys.readouterr()
    assert said.out.count("  landed\n") == import_dump.MANY_FILES + 1
    assert "importing" in said.err


def test_the_module_runs_as_a_command(dump, raw):
    put(dump / "x.json", [track(1)])
    command = [sys.executable, "-m", "lakehouse.importing.import_dump", str(dump), "--raw", str(raw)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"1 file: 1 landed, 0 already there; 1 document, 1 entry → {raw}"


def test_a_console_that_knows_only_ascii_shows_escapes(dump, raw):
    put(dump / "夜.json", [track(1)])
    command = [sys.executable, "-m", "lakehouse.importing.import_dump", str(dump), "--raw", str(raw)]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("\\u591c.json  2024-06-01")


def test_real_answers_are_landed_with_their_entries(raw, samples, capsys):
    assert main([str(samples), "--raw", str(raw), "--date", "2024-05-01"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"7 files: 7 landed, 0 already there; 7 documents, 189 entries (passed over: 1 md) → {raw}"
    entries = {}
    for index in range(7):
        *answers, summary = lines(raw, index)
        entries[answers[0]["request"]["path"]] = sum(source["entries"] for source in summary["sources"])
    assert entries == {
        "chart_playlist_day1.json": 50,
        "chart_playlist_day2.json": 50,
        "error_body.json": 0,
        "items_added_1970.json": 50,
        "items_both_keys.json": 1,
        "items_with_episodes.json": 4,
        "several_tracks.json": 34,
    }
