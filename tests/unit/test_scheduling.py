"""Runs by the clock: each kind of timer is installed, replaced, removed; two runs never overlap; status says it all."""

import datetime as dt
import fcntl
import json
import os
import plistlib
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.cli import main as lakehouse
from lakehouse.scheduling import timers
from lakehouse.scheduling.run import LOCK, NOTE
from lakehouse.scheduling.status import next_run

CRONTAB = """#!/bin/sh
# Keeps a crontab in a file, as the real one does for its user.
case "$1" in
  -l) cat "$HOME/crontab" 2>/dev/null || { echo "no crontab" >&2; exit 1; } ;;
  -) cat > "$HOME/crontab" ;;
esac
"""
RECORD = '#!/bin/sh\necho "$@" >> "$HOME/called"\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home folder; on PATH are only a shell's tools and what a test puts there."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    hide(monkeypatch, "systemd", "launchd", "cron")
    return tmp_path


def hide(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Take kinds of timers away that the machine of the tests may have."""
    kept = tuple(timer for timer in timers.TIMERS if timer.name not in names)
    monkeypatch.setattr(timers, "TIMERS", kept)


def give(home: Path, monkeypatch: pytest.MonkeyPatch, name: str, tool: str, script: str) -> None:
    """Return the machine one kind of timer, with a program that stands for the system's."""
    program = home / "bin" / tool
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setattr(timers, "TIMERS", tuple(timer for timer in ALL if timer.name == name))


ALL = timers.TIMERS


def test_cron_gets_one_line_and_keeps_all_others(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give(home, monkeypatch, "cron", "crontab", CRONTAB)
    (home / "crontab").write_text("0 1 * * * backup\n# mine\n")
    assert lakehouse(["schedule", "install"]) == 0
    assert lakehouse(["schedule", "install", "--every", "daily", "--raw", "a b/100%/raw"]) == 0
    *others, line = (home / "crontab").read_text().splitlines()
    assert others == ["0 1 * * * backup", "# mine"]
    assert line.startswith("7 6 * * * ")
    assert ALL[2].period() == "daily"
    # cron turns \\% into %; the rest is a shell's.
    command = line.split(" ", 5)[5].replace("\\%", "%")
    words = shlex.split(command.partition(" && ")[2], comments=True)
    assert words[:5] == [sys.executable, "-m", "lakehouse", "schedule", "run"]
    assert words[words.index("--raw") + 1] == str(home / "a b" / "100%" / "raw")
    assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0
    assert lakehouse(["schedule", "remove"]) == 0
    assert (home / "crontab").read_text() == "0 1 * * * backup\n# mine\n"


def test_systemd_gets_a_service_and_a_timer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give(home, monkeypatch, "systemd", "systemctl", RECORD)
    assert lakehouse(["schedule", "install", "--raw", 'odd $%"\\ name/raw']) == 0
    folder = home / ".config" / "systemd" / "user"
    service = (folder / "spotify-lakehouse.service").read_text()
    assert r'odd $$%%\"\\ name/raw"' in service
    assert "OnCalendar=*-*-* *:07:00\nPersistent=true" in (folder / "spotify-lakehouse.timer").read_text()
    assert ALL[0].period() == "hourly"
    assert lakehouse(["schedule", "remove"]) == 0
    assert list(folder.iterdir()) == []
    called = (home / "called").read_text().splitlines()
    assert "--user enable --now spotify-lakehouse.timer" in called
    assert called[-2:] == ["--user disable --now spotify-lakehouse.timer", "--user daemon-reload"]


def test_launchd_gets_an_agent(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    give(home, monkeypatch, "launchd", "launchctl", RECORD)
    assert lakehouse(["schedule", "install", "--every", "daily"]) == 0
    agent = plistlib.loads((home / "Library" / "LaunchAgents" / "spotify-lakehouse.plist").read_bytes())
    assert agent["StartCalendarInterval"] == {"Hour": 6, "Minute": 7}
    assert agent["ProgramArguments"][:5] == [sys.executable, "-m", "lakehouse", "schedule", "run"]
    assert ALL[1].period() == "daily"
    assert lakehouse(["schedule", "remove"]) == 0
    assert ALL[1].period() is None


def test_a_timer_that_refuses_is_one_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(home, monkeypatch, "cron", "crontab", "#!/bin/sh\necho 'you may not use this' >&2; exit 1\n")
    assert lakehouse(["schedule", "install"]) == 2
    said = capsys.readouterr().err
    assert "crontab -: expected it to succeed, it said: you may not use this. Nothing is scheduled." in said
    assert said.count("\n") == 1


def test_a_machine_without_any_timer_is_told_what_does_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lakehouse(["schedule", "install"]) == 2
    assert "whatever runs `lakehouse schedule run` once an hour" in capsys.readouterr().err
    assert lakehouse(["schedule", "remove"]) == 0
    assert capsys.readouterr().err == "there was none\n"


def test_a_run_leaves_with_one_line_where_another_is_under_way(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "data").mkdir()
    with (home / "data" / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert lakehouse(["schedule", "run"]) == 0
        assert capsys.readouterr().err.count("\n") == 1
        assert not (home / "data" / NOTE).exists()
        assert lakehouse(["schedule", "status"]) == 0
        assert "run       one is under way" in capsys.readouterr().out


def test_a_run_without_a_login_asks_nobody_and_status_says_why(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith(("SPOTIFY_", "SPOTIPY_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "i" * 32)
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", "s" * 32)
    assert lakehouse(["schedule", "run"]) == 2
    assert "holds no login; `lakehouse login` makes one, once." in capsys.readouterr().err
    assert json.loads((home / "data" / NOTE).read_text())["exit_code"] == 2
    assert lakehouse(["schedule", "status"]) == 0
    said = capsys.readouterr().out
    assert "exit code 2: .secrets/spotify.json holds no login" in said
    assert "login     none in .secrets/spotify.json" in said
    assert "history   no tables in data/warehouse yet" in said
    assert "note      expected systemd for users, launchd or cron" in said


def test_status_hands_no_escape_sequence_on_to_the_terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "data").mkdir()
    moment = "2026-11-28T06:00:00+00:00"
    note = {"started": moment, "ended": moment, "exit_code": 1, "said": "a playlist called \x1b[2J\nlast run  well"}
    (home / "data" / NOTE).write_text(json.dumps(note))
    assert lakehouse(["schedule", "status"]) == 0
    said = capsys.readouterr().out
    assert "exit code 1: a playlist called \\x1b[2J\\nlast run  well\n" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "note", ["", "{}", "[]", "7", '{"started": 7}', "[" * 10**5, '{"started": "2026-11-28", "ended": "x"}', "\x00"]
)
def test_a_spoilt_note_of_the_last_run_is_none(home: Path, note: str, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "data").mkdir()
    (home / "data" / NOTE).write_text(note)
    assert lakehouse(["schedule", "status"]) == 0
    assert "last run  none yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("period", "hour", "minute", "expected"),
    [
        ("hourly", 10, 6, (28, 10, 7)),
        ("hourly", 23, 7, (29, 0, 7)),
        ("daily", 6, 6, (28, 6, 7)),
        ("daily", 6, 7, (29, 6, 7)),
    ],
)
def test_the_next_run_is_the_next_time_on_this_clock(
    period: str, hour: int, minute: int, expected: tuple[int, int, int]
) -> None:
    at = next_run(period, dt.datetime(2026, 11, 28, hour, minute).astimezone())
    assert (at.day, at.hour, at.minute) == expected
