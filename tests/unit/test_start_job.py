"""A job ends with the program that started it, and what stands in a load's way is one line. No Spark here."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from glue_jobs.arguments import parse_settings
from lakehouse.cli import main as lakehouse
from lakehouse.jobs import load
from lakehouse.spark import submit
from lakehouse.warehouse.folder import prepare_warehouse

ROOT = Path(__file__).resolve().parent.parent.parent


def put_raw_object(folder):
    """Put a file where a raw object belongs."""
    path = folder / "extraction_date=2026-11-01" / "20261101T100000Z-r1.ndjson.gz"
    path.parent.mkdir(parents=True)
    path.touch()


# A job as spark-submit is one: a program that starts another and waits for it.
JOB = """import subprocess, sys
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(str(inner.pid))
sys.exit(inner.wait())
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
STARTER = """import os, sys
from lakehouse.spark import submit
submit.PATIENCE = 1
with submit.running([sys.executable, "-c", sys.argv[1], sys.argv[2]], os.environ) as job:
    sys.exit(job.wait())
"""


def run_to_the_end(command, environment, output=None) -> int:
    """Run a command as a job; return its exit code."""
    with submit.running(command, environment, output) as job:
        return job.wait()


def is_running(pid: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def heed_signals() -> None:
    """Take back what a shell that runs these tests in the background, or nohup, has set."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def wait_for(condition, seconds: float = 15) -> bool:
    """Wait until something holds; tell whether it does."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("program", [pytest.param(JOB, id="obeys"), pytest.param(STUBBORN + JOB, id="is stubborn")])
def test_a_job_ends_with_the_program_that_started_it(tmp_path, number, program):
    note = tmp_path / "pid"
    command = [sys.executable, "-c", STARTER, program, str(note)]
    starter = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, preexec_fn=heed_signals)
    assert wait_for(lambda: note.exists() and note.read_text())
    starter.send_signal(number)
    assert starter.wait(20) != 0
    assert wait_for(lambda: not is_running(int(note.read_text())))


def test_a_job_that_was_told_to_outlive_the_terminal_does(tmp_path):
    program = "import os, signal; os.kill(os.getppid(), signal.SIGHUP)"
    starter = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{STARTER}"
    command = [sys.executable, "-c", starter, program, "unused"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_a_job_hands_on_its_exit_code():
    assert run_to_the_end([sys.executable, "-c", "raise SystemExit(7)"], os.environ) == 7


def test_what_a_job_says_can_go_into_a_file(tmp_path):
    program = "import sys; print('out', flush=True); sys.stderr.write('err')"
    with (tmp_path / "said").open("wb") as said:
        run_to_the_end([sys.executable, "-c", program], os.environ, said)
    assert (tmp_path / "said").read_text() == "out\nerr"


def test_signals_mean_what_they_did_before_once_a_job_has_ended():
    before = signal.getsignal(signal.SIGTERM)
    run_to_the_end([sys.executable, "-c", ""], os.environ)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--raw", "{}/none"], "expected a folder of raw objects, got nothing", id="no raw folder"),
        pytest.param(["--raw", "{}/file"], "expected a folder of raw objects, got a file", id="raw is a file"),
        pytest.param(["--raw={}", "--warehouse={}/file"], "expected a folder, got a file", id="warehouse is a file"),
        pytest.param(["--raw={}", "--warehouse={}/file/x"], "Nothing was loaded.", id="warehouse below a file"),
        pytest.param(["--raw={}", "--warehouse={}/a#b"], "got #. Nothing was loaded.", id="a sign of addresses"),
    ],
)
def test_a_load_that_cannot_start_is_one_line(tmp_path, capsys, arguments, said):
    put_raw_object(tmp_path)
    (tmp_path / "file").touch()
    assert lakehouse(["load", *(argument.format(tmp_path) for argument in arguments)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("load: ")
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", ["plain", "two words", "höuse", "유리"])
def test_a_warehouse_is_where_its_name_says_for_spark_too(tmp_path, name):
    folder = prepare_warehouse(str(tmp_path / name))
    settings = submit.warehouse_settings(folder)
    assert (folder / "catalog.db").is_file()
    assert settings["spark.sql.catalog.local.warehouse"] == f"file://{tmp_path}/{name}"


def test_a_java_from_pypi_trusts_whom_the_machine_trusts(tmp_path, monkeypatch):
    store = tmp_path / "cacerts"
    monkeypatch.setattr(submit, "TRUST_STORES", (str(tmp_path / "none"), str(store)))
    monkeypatch.setattr(submit, "OWN_FOLDER", tmp_path / ".java")
    own = {"JAVA_HOME": str(tmp_path / ".java" / "runtime"), "SPARK_SUBMIT_OPTS": "-Dx=y"}
    assert submit._trust(own) == {}
    store.touch()
    assert submit._trust(own) == {"SPARK_SUBMIT_OPTS": f"-Djavax.net.ssl.trustStore={store} -Dx=y"}
    assert submit._trust({"JAVA_HOME": "/another"}) == {}


def test_a_folder_without_raw_objects_is_one_line(tmp_path, capsys):
    assert lakehouse(["load", "--raw", str(tmp_path), "--warehouse", str(tmp_path / "warehouse")]) == 2
    assert "expected raw objects, got none" in capsys.readouterr().err


def test_a_job_that_was_killed_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(load, "submit", lambda *_told, **_named: -9)
    put_raw_object(tmp_path)
    assert lakehouse(["load", "--raw", str(tmp_path), "--warehouse", str(tmp_path / "warehouse")]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("load: the job was ended by SIGKILL.")


def test_options_of_the_job_are_passed_on(tmp_path, monkeypatch):
    submitted = []
    monkeypatch.setattr(load, "submit", lambda _job, words, *_settings, **_named: submitted.append(words) or 0)
    put_raw_object(tmp_path / "raw")
    options = ["--time-zone", "Asia/Tokyo", "--since", "2026-11-20", "--batch-mb", "8", "--replay-rejected"]
    folders = ["--raw", str(tmp_path / "raw"), "--warehouse", str(tmp_path / "warehouse")]
    assert lakehouse(["load", *folders, *options, "--retry-failed", "--json"]) == 0
    settings = parse_settings(submitted[0])
    assert (settings.since, settings.batch_bytes) == (dt.date(2026, 11, 20), 8_000_000)
    assert (settings.replay_rejected, settings.retry_failed, settings.as_json) == (True, True, True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["--since", "2026-13-01"], "--since: expected a date as YYYY-MM-DD, got '2026-13-01'", id="date"),
        pytest.param(
            ["--reload", "2026-11-03..2026-11-01"], "--reload: expected the earlier day first, got", id="days reversed"
        ),
        pytest.param(["--time-zone", "Mars/Base"], "expected a zone such as Europe/Berlin, got 'Mars/Base'", id="zone"),
    ],
)
def test_a_wrong_value_is_refused_before_java_starts(tmp_path, monkeypatch, capsys, words, expected):
    put_raw_object(tmp_path / "raw")
    # With this Java the job would end with another line.
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no_java"))
    code = lakehouse(["load", "--raw", str(tmp_path / "raw"), "--warehouse", str(tmp_path / "tables"), *words])
    [line] = capsys.readouterr().err.splitlines()
    assert code == 2
    assert expected in line
    assert line.endswith("Nothing was loaded.")
