"""Text of strangers steers no terminal, forges no line and is no formula in a spreadsheet; programs get it as it is."""

import csv
import io
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest

from glue_jobs.script import as_seen
from lakehouse.console import PlainConsole, complain
from lakehouse.extracting.extract import _show_source
from lakehouse.output import write_rows
from lakehouse.warehouse.folder import prepare_warehouse
from lambda_extract.plain_text import TURNING, mask_text
from lambda_extract.raw_format import Source, SourceResult
from lambda_extract.spotify.client import shorten

ROOT = Path(__file__).parents[2]
EVIL = "a\x1b[2J\x9b31m\u202eb\r\nok\u2028\ud800"
MASKED = "a\\x1b[2J\\x9b31m\\u202eb\\r\\nok\\u2028\\ud800"
FORMULA = '=HYPERLINK("http://x")'


def has_unsafe(text):
    return any(one in TURNING or unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in text)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def written(output_format, *values, stream=None, name="name"):
    stream = stream or io.StringIO()
    table = pa.table({name: pa.array([value.encode("utf-8", "ignore").decode() for value in values])})
    write_rows(table, output_format, stream)
    return stream.getvalue()


def test_every_control_and_turning_character_is_masked_and_no_other():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    masked = mask_text(every)
    assert not has_unsafe(masked)
    assert {one for one in every if not has_unsafe(one)} - set(masked) == set()


@pytest.mark.parametrize("text", ["Ночь · 夜", "👩‍👩‍👧", "می‌خواهم", "naïve", "x" * 99])
def test_names_in_any_script_stay_as_they_are(text):
    assert mask_text(text) == text


def test_a_table_shows_names_and_values_without_what_steers_a_terminal():
    out = written("table", EVIL, stream=Terminal(), name=f"n{EVIL[:3]}")
    assert not has_unsafe(out.replace("\n", "").replace("\x1b[1m", "").replace("\x1b[0m", ""))
    assert out.count("\n") == 4


def test_json_escapes_what_steers_a_terminal_and_means_the_same():
    out = written("json", EVIL, FORMULA)
    assert not has_unsafe(out.replace("\n", ""))
    assert [row["name"] for row in json.loads(out)] == [EVIL[:-1], FORMULA]


def test_csv_on_a_terminal_steers_nothing():
    out = written("csv", EVIL, stream=Terminal())
    assert not has_unsafe(out.replace("\n", ""))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_csv_for_people_holds_no_formula_and_csv_for_programs_each_text_as_it_is(start):
    text = f"{start}1+1"
    assert list(csv.reader(io.StringIO(written("csv", text), newline="")))[1] == [f"'{text}"]
    assert list(csv.reader(io.StringIO(written("csv-exact", text), newline="")))[1] == [text]


def test_numbers_and_null_are_no_formulas():
    stream = io.StringIO()
    write_rows(pa.table({"n": [-1, None], "f": [-0.5, 2.0]}), "csv", stream)
    assert stream.getvalue() == "n,f\n-1,-0.5\n,2.0\n"


@pytest.mark.parametrize("output_format", ["table", "csv", "csv-exact", "json"])
def test_text_that_is_not_valid_utf_8_is_shown(output_format):
    text = pa.array([b"ok", b"a\xffb", None]).view(pa.string())
    inside = pa.StructArray.from_arrays([text], names=["one"])
    listed = pa.ListArray.from_arrays([0, 1, 3, 3], text)
    stream = io.StringIO()
    write_rows(pa.table({"text": text, "inside": inside, "listed": listed, "n": [1, 2, 3]}), output_format, stream)
    assert stream.getvalue().count("a\ufffdb") == 3


def test_a_playlists_name_forges_no_line_of_the_extractor(capsys):
    result = SourceResult(Source("playlist", "p" * 22), "ok", 1, 2, 2, True, {"name": EVIL})
    _show_source(PlainConsole(), result, f"Spotify answers 500 ({shorten(EVIL)})")
    out = capsys.readouterr().out
    assert out.startswith(f"playlist {MASKED}: ok, 2 entries (Spotify answers 500 (a\\x1b[2J")
    assert not has_unsafe(out.removesuffix("\n"))


def test_a_complaint_keeps_its_lines_and_steers_nothing(capsys):
    complain(f"error: {EVIL[:5]}\n  1. Open")
    assert capsys.readouterr().err == "error: a\\x1b[2J\n  1. Open\n"


def test_a_file_name_forges_no_line_of_the_import(tmp_path):
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a\x1b[2J\u202e\u009b.json").write_text("[]")
    command = [sys.executable, "-m", "lakehouse", "import", "--raw", str(tmp_path / "raw"), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "a\\x1b[2J\\u202e\\x9b.json" in done.stdout
    assert not has_unsafe(done.stdout.replace("\n", ""))


PRINTING = """
import sys
from lakehouse.console import PlainConsole, run_quietly
def run():
    for number in range(9999):
        PlainConsole().print(number) if sys.argv[1] == "console" else sys.stdout.write(f"{number}\\n")
    sys.stderr.write("done\\n")
    return 3
sys.exit(run_quietly(run))
"""


@pytest.mark.parametrize(("way", "code", "err"), [("console", 3, "done\n"), ("stdout", 0, "")])
def test_a_reader_that_has_seen_enough_is_no_failure(way, code, err):
    process = subprocess.Popen(
        [sys.executable, "-c", PRINTING, way], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "0\n"
    process.stdout.close()
    assert process.stderr.read() == err
    assert process.wait(20) == code


def test_a_question_ends_quietly_where_nobody_reads():
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "lakehouse", "question"]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_lines_of_the_jobs_steer_no_terminal():
    assert as_seen("a\x1b[2J\u202e\x9b\udc80ü\nb") == "a\\x1b[2J\\u202e\\x9b\\udc80ü\nb"


def test_a_new_warehouse_is_its_owners_only(tmp_path):
    folder = prepare_warehouse(str(tmp_path / "new" / "warehouse"))
    assert [one.stat().st_mode & 0o777 for one in (folder, folder.parent)] == [0o700, 0o700]
