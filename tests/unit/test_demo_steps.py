"""The demo's own steps: what they show, and that each ends the demo where its promise does not hold. No Spark here."""

import datetime as dt
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from glue_jobs.tables import PLAY
from lakehouse import cli
from lakehouse.demo import steps
from lakehouse.demo.pipeline import Extracted, Killed, Line, Loaded, open_line
from lakehouse.demo.served import Comparison, Served, columns_of, compare_rows, served_rows
from lakehouse.demo.show import Show
from lakehouse.emulated_aws.runner import Event
from lakehouse.emulated_aws.start import Server
from lakehouse.errors import UserError
from lakehouse.simulator.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = dt.date(2026, 11, 1)
EVENT = Event("receipt", "{}", "raw/x.ndjson.gz")


@pytest.fixture
def shown() -> io.StringIO:
    """Return what is shown."""
    return io.StringIO()


@pytest.fixture
def show(shown: io.StringIO) -> Show:
    return Show(Console(file=shown, markup=False, highlight=False, soft_wrap=True))


def test_a_demo_starts_from_scratch_in_its_own_folder_only(tmp_path: Path) -> None:
    mine, old = tmp_path / "data" / "raw" / "mine", tmp_path / "data" / "demo" / "warehouse"
    mine.mkdir(parents=True)
    old.mkdir(parents=True)
    steps.start_afresh(tmp_path / "data" / "demo")
    assert list((tmp_path / "data" / "demo").iterdir()) == []
    assert mine.exists()


def test_a_linked_demo_folder_is_refused_and_what_it_points_to_stays(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    (tmp_path / "demo").symlink_to(tmp_path / "precious")
    with pytest.raises(UserError, match="could not be emptied"):
        steps.start_afresh(tmp_path / "demo")
    assert (tmp_path / "precious" / "file").exists()


def test_steps_are_numbered_and_timed(show: Show, shown: io.StringIO) -> None:
    for title in ("Land", "Load"):
        with show.step(title):
            show.tell("one\ntwo")
    one, two = shown.getvalue().strip().split("\n\n")
    *lines, seconds = one.splitlines()
    assert lines == ["1  Land", "   one", "   two"]
    assert re.fullmatch(r"   \(\d+\.\d s\)", seconds)
    assert two.startswith("2  Load")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with open_line(tmp_path_factory.mktemp("line")) as line:
        yield line


def test_the_handler_lands_what_spotify_says_and_its_event_waits(line: Line, show: Show, shown: io.StringIO) -> None:
    extracted = line.extract(DAY)
    steps.tell_extracted(show, extracted)
    event = steps.wait_for_event(show, line.aws)
    assert (extracted.calls, extracted.sources, event.key) == (26, 14, extracted.key)
    assert f"{extracted.entries} entries → raw/extraction_date=2026-11-01/" in shown.getvalue()
    assert '"run landed"' in (line.folder / "extract.log").read_text()


def test_an_event_that_does_not_come_ends_the_demo(line: Line, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PATIENCE", 0)
    with pytest.raises(UserError, match="no event in the queue raw-object-created for 0 s"):
        steps.wait_for_event(show, line.aws)


def test_a_run_without_a_token_ends_the_demo(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", f"{line.simulator.accounts_url}/nowhere")
    with pytest.raises(UserError, match="2026-11-01: no access token from Spotify"):
        line.extract(DAY)


def test_a_run_that_stops_early_ends_the_demo(line: Line) -> None:
    secrets = line.aws.connect("secretsmanager")
    before = secrets.get_secret_value(SecretId=line.aws.names.secret)["SecretString"]
    secrets.put_secret_value(SecretId=line.aws.names.secret, SecretString="{}")
    with pytest.raises(UserError, match=r"2026-11-01: not all was read; what the extractor said is in .*extract\.log"):
        line.extract(DAY)
    secrets.put_secret_value(SecretId=line.aws.names.secret, SecretString=before)


def test_tables_that_hold_a_commit_are_told_from_empty_ones(line: Line) -> None:
    glue = line.aws.connect("glue")
    for name, version in (("song", "00001"), ("album", "00000")):
        told = {"Name": name, "Parameters": {"metadata_location": f"s3://x/{name}/metadata/{version}-u.metadata.json"}}
        glue.create_table(DatabaseName="music", TableInput=told)
    assert line.written() == ["song"]


def test_fewer_objects_than_landed_end_the_demo(show: Show) -> None:
    with pytest.raises(UserError, match="2 raw objects loaded; expected the 3 that the ledger lacked"):
        steps.tell_loaded(show, Loaded("", {"objects": 2}), 3)


@pytest.mark.parametrize(
    ("commits", "after"), [pytest.param(1, {"song": "a"}, id="a commit"), pytest.param(0, {"song": "b"}, id="a change")]
)
def test_an_event_that_changes_something_the_second_time_ends_the_demo(
    show: Show, monkeypatch: pytest.MonkeyPatch, commits: int, after: dict[str, str]
) -> None:
    positions = iter([{"song": "a"}, after])
    line = SimpleNamespace(
        aws=None, positions=lambda: next(positions), load=lambda *_: Loaded("said", {"commits": commits})
    )
    monkeypatch.setattr(steps, "send_again", lambda *_: None)
    monkeypatch.setattr(steps, "wait_for_event", lambda *_: EVENT)
    with pytest.raises(UserError, match="the same event again made"):
        steps.load_again(show, line, EVENT)


def test_a_row_that_was_not_served_ends_the_demo(show: Show, shown: io.StringIO) -> None:
    differing = Comparison("song", 2, 2, ['{"name": "served"}'], ['{"name": "seen"}'])
    line = SimpleNamespace(compare=lambda _session: [differing])
    with pytest.raises(
        UserError, match=r'song does not hold what was served, e\.g\. {"name": "served"} but {"name": "seen"}'
    ):
        steps.tell_comparison(show, line, SimpleNamespace())
    assert "song" in shown.getvalue()


def test_rows_are_compared_as_often_as_they_occur_and_value_by_value() -> None:
    (served, *_) = rows = served_rows(World().day(DAY) and World(), [Served(DAY, "restricted", "raw/1")])["play"]
    other = served | {"context_type": "attic"}
    assert compare_rows(PLAY, rows, rows).is_same
    twice = compare_rows(PLAY, [*rows, served], rows)
    assert (twice.rows, twice.served, len(twice.missing), len(twice.unexpected)) == (51, 50, 0, 1)
    changed = compare_rows(PLAY, [other, *rows[1:]], rows)
    assert (len(changed.missing), len(changed.unexpected)) == (1, 1)
    assert "seen_at" not in columns_of(PLAY)


def test_what_was_killed_is_said_with_what_it_left(show: Show, shown: io.StringIO) -> None:
    steps.tell_killed(show, Killed(9.87, ["song"]), {"song": 354, "raw_object": 0})
    assert "after 9.9 s, when it had committed song" in shown.getvalue()
    assert "every table can be read: raw_object 0, song 354" in shown.getvalue()


def test_sizes_are_in_kilobytes(show: Show, shown: io.StringIO) -> None:
    steps.tell_extracted(show, Extracted(DAY, "raw/k", 164_037, 26, 923, 14))
    assert shown.getvalue() == "   2026-11-01  26 calls, 14 sources, 923 entries → raw/k (164 KB)\n"


def test_a_failing_demo_is_one_line_and_not_0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_server: Server) -> None:
        raise UserError("no disk")

    monkeypatch.setattr(steps, "run_demo", fail)
    assert cli.main(["demo"]) == 2
    assert capsys.readouterr().err == "demo: no disk\n"


def test_a_stopped_demo_is_one_line_and_not_0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_server: Server) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(steps, "run_demo", stop)
    assert cli.main(["demo"]) == 130
    assert "demo: stopped" in capsys.readouterr().err


# The real demo up to the given line of what it shows, in a folder of its own; its job only waits, as Spark would.
PROGRAM = """import contextlib, subprocess, sys, time
from lakehouse.emulated_aws import runner
from lakehouse.cli import run_main
from lakehouse.demo import steps
from lakehouse.spark.submit import running

def start_job(*_told, **_named):
    inner = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    return running([sys.executable, "-c", inner], None)

runner.start_job = start_job
steps.ensure_jars = lambda *_told: []
steps.environment = lambda: {}
steps.run_demo.__defaults__ = (steps.Path(sys.argv.pop()),)
run_main()
"""


STOPPED = "demo: stopped. Everything that it had started is ended. The next demo starts afresh.\n"


def processes(group: int) -> dict[int, str]:
    """Return the processes below one, by their pid, however deep and in whatever group."""
    told = subprocess.run(["ps", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [row.split(None, 3) for row in told.splitlines()]
    found, last = {group}, 0
    while len(found) != last:
        last = len(found)
        found |= {int(row[0]) for row in rows if int(row[1]) in found}
    return {int(row[0]): row[3] for row in rows if int(row[0]) in found and not row[2].startswith("Z")}


@pytest.mark.parametrize(
    ("moment", "number", "to_group"),
    [
        pytest.param("made-up Spotify", signal.SIGINT, True, id="Ctrl-C while it starts"),
        pytest.param("rule raw-object-created", signal.SIGINT, True, id="Ctrl-C while the job runs"),
        pytest.param("rule raw-object-created", signal.SIGINT, False, id="SIGINT to the program alone"),
        pytest.param("rule raw-object-created", signal.SIGTERM, False, id="a kill"),
    ],
)
def test_nothing_is_left_of_a_stopped_demo(tmp_path: Path, moment: str, number: signal.Signals, to_group: bool) -> None:
    command = [sys.executable, "-c", PROGRAM, "demo", str(tmp_path / "demo")]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"}, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    ) as demo:  # fmt: skip
        assert demo.stdout
        assert next(line for line in demo.stdout if moment in line)
        time.sleep(0.3)
        started = processes(demo.pid)
        os.killpg(demo.pid, number) if to_group else demo.send_signal(number)
        _, err = demo.communicate(timeout=30)
    assert demo.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
    assert err == (STOPPED if number == signal.SIGINT else "")
    if moment.startswith("rule"):
        assert len(started) >= 4, started
    end = time.monotonic() + 5
    while (left := {pid for pid in started if Path(f"/proc/{pid}").exists()}) and time.monotonic() < end:
        time.sleep(0.05)
    assert not left, [started[pid] for pid in left]


def test_without_tables_of_ones_own_the_demos_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["checks"]) == 2
    assert "no warehouse at data/warehouse" in capsys.readouterr().err
    (tmp_path / "data" / "demo" / "warehouse").mkdir(parents=True)
    assert cli.main(["checks"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "data/warehouse does not exist yet; using the demo's data/demo/warehouse"
    assert "no catalog.db in data/demo/warehouse" in said[1]
    (tmp_path / "data" / "warehouse").mkdir()
    assert cli.main(["checks"]) == 2
    assert "no catalog.db in data/warehouse" in capsys.readouterr().err
