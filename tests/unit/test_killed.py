"""A program that is killed and can do nothing any more leaves no process and, after the next run, no file."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lakehouse import temporary
from lakehouse.errors import UserError
from lakehouse.spark.submit import running
from lakehouse.temporary import run_folder

ROOT = Path(__file__).parents[2]
HOLDING = """
import os, subprocess, sys, time
from lakehouse.spark.submit import running
child = [sys.executable, "-c", "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"]
with running(child, os.environ) as process:
    print(process.pid, flush=True)
    time.sleep(60)
"""
WRITING = """
import time
from lakehouse.temporary import run_folder
with run_folder() as folder:
    (folder / "left").write_text("x")
    print(folder, flush=True)
    time.sleep(60)
"""


def start(code, **more):
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, **more)


def is_alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def has_processes(group):
    """Return whether a group has processes that have not ended; one that only waits to be noticed has."""
    found = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return any(line.split()[0] == str(group) and "Z" not in line.split()[1] for line in found.splitlines())


def test_what_a_killed_program_started_ends_with_it():
    program = start(HOLDING)
    group = int(program.stdout.readline())
    assert is_alive(group)
    program.kill()
    program.wait()
    patience = time.monotonic() + 15
    while has_processes(group) and time.monotonic() < patience:
        time.sleep(0.1)
    assert not has_processes(group)


def test_nothing_watches_after_a_program_has_ended():
    with running([sys.executable, "-c", ""], os.environ) as process:
        assert process.wait() == 0
    found = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert f'kill -s KILL -- "-$0" {process.pid}' not in found


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.setattr(temporary.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path / f"spotify-lakehouse-{os.getuid()}"


def test_a_run_leaves_no_folder(base):
    with run_folder() as folder:
        assert folder.parent == base
        assert folder.stat().st_mode & 0o077 == 0
    assert list(base.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next_and_what_is_in_use_stays(base):
    environment = {**os.environ, "TMPDIR": str(base.parent)}
    killed, going_on = start(WRITING, env=environment), start(WRITING, env=environment)
    left, used = (Path(program.stdout.readline().strip()) for program in (killed, going_on))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    with run_folder():
        assert not left.exists()
        assert (used / "left").exists()
    going_on.kill()
    going_on.wait()


def test_a_folder_that_others_made_is_refused(base):
    base.mkdir(mode=0o755)
    base.chmod(0o755)
    with pytest.raises(UserError, match="expected a folder of yours"), run_folder():
        pass
    base.rmdir()
    base.symlink_to(base.parent)
    with pytest.raises(UserError, match="expected a folder of yours"), run_folder():
        pass
