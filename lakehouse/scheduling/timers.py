"""The timers of this machine: systemd's for a user, launchd, or cron, whichever is there."""

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lakehouse.errors import UserError

NAME = "spotify-lakehouse"
MARK = f"# {NAME}"
"""Behind our line of the crontab."""
PATIENCE = 30
MINUTE = 7
"""Not the full hour, at which everybody asks Spotify."""
HOUR = 6
"""The hour of a daily run."""


@dataclass(frozen=True)
class Timer:
    """One kind of timer."""

    name: str
    is_here: Callable[[], bool]
    install: Callable[[Sequence[str], Path, str], None]
    """Takes the command, the folder it runs in, and hourly or daily; one that is there is replaced."""
    remove: Callable[[], bool]
    """Returns whether there was one."""
    period: Callable[[], str | None]
    """Returns hourly or daily; None where nothing is installed."""


def find_timer() -> Timer:
    """Return the first timer that this machine has."""
    for timer in TIMERS:
        if timer.is_here():
            return timer
    raise UserError(
        "expected systemd for users, launchd or cron, this machine has none that answers. Nothing was changed; whatever"
        " runs `lakehouse schedule run` once an hour does the same."
    )


def _run(*command: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _require(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        output = " ".join((done.stderr or done.stdout).split()) or "nothing"
        raise UserError(f"{shlex.join(done.args)}: expected it to succeed, it said: {output}. Nothing is scheduled.")


# systemd: https://www.freedesktop.org/software/systemd/man/latest/systemd.timer.html


def _systemd_folder() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "systemd" / "user"


def _has_systemd() -> bool:
    # Without a session's bus systemctl is there and answers nobody.
    return shutil.which("systemctl") is not None and _run("systemctl", "--user", "show-environment").returncode == 0


def _install_systemd(command: Sequence[str], folder: Path, period: str) -> None:
    place = _systemd_folder()
    place.mkdir(parents=True, exist_ok=True)
    when = f"*-*-* *:{MINUTE:02}:00" if period == "hourly" else f"*-*-* {HOUR:02}:{MINUTE:02}:00"
    words = " ".join(_quote_systemd(word) for word in command)
    (place / f"{NAME}.service").write_text(
        f"[Unit]\nDescription=Fetch from Spotify and load ({NAME})\n\n[Service]\nType=oneshot\n"
        f"WorkingDirectory={_escape_systemd(str(folder))}\nExecStart={words}\n",
        encoding="utf-8",
    )
    # Persistent: a run that was missed while the machine was off comes when it is on again.
    (place / f"{NAME}.timer").write_text(
        f"[Unit]\nDescription=When to fetch from Spotify ({NAME})\n\n[Timer]\nOnCalendar={when}\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n",
        encoding="utf-8",
    )
    _require(_run("systemctl", "--user", "daemon-reload"))
    _require(_run("systemctl", "--user", "enable", "--now", f"{NAME}.timer"))


def _escape_systemd(text: str) -> str:
    return text.replace("%", "%%")


def _quote_systemd(word: str) -> str:
    escaped = _escape_systemd(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"'


def _remove_systemd() -> bool:
    files = [_systemd_folder() / f"{NAME}.{kind}" for kind in ("timer", "service")]
    if not any(path.exists() for path in files):
        return False
    _run("systemctl", "--user", "disable", "--now", f"{NAME}.timer")
    for path in files:
        path.unlink(missing_ok=True)
    _run("systemctl", "--user", "daemon-reload")
    return True


def _period_systemd() -> str | None:
    path = _systemd_folder() / f"{NAME}.timer"
    if not path.is_file():
        return None
    return "hourly" if "OnCalendar=*-*-* *:" in path.read_text(encoding="utf-8") else "daily"


# launchd: https://developer.apple.com/library/archive/documentation/MacOSX/Conceptual/BPSystemStartup/


def _launchd_file() -> Path:
    return Path("~/Library/LaunchAgents").expanduser() / f"{NAME}.plist"


def _domain() -> str:
    return f"gui/{os.getuid()}"


def _has_launchd() -> bool:
    return sys.platform == "darwin" and shutil.which("launchctl") is not None


def _install_launchd(command: Sequence[str], folder: Path, period: str) -> None:
    path = _launchd_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    when = {"Minute": MINUTE} if period == "hourly" else {"Hour": HOUR, "Minute": MINUTE}
    path.write_bytes(
        plistlib.dumps(
            {
                "Label": NAME,
                "ProgramArguments": list(command),
                "WorkingDirectory": str(folder),
                "StartCalendarInterval": when,
            }
        )
    )
    _run("launchctl", "bootout", f"{_domain()}/{NAME}")
    _require(_run("launchctl", "bootstrap", _domain(), str(path)))


def _remove_launchd() -> bool:
    if not _launchd_file().exists():
        return False
    _run("launchctl", "bootout", f"{_domain()}/{NAME}")
    _launchd_file().unlink()
    return True


def _period_launchd() -> str | None:
    if not _launchd_file().is_file():
        return None
    when = plistlib.loads(_launchd_file().read_bytes()).get("StartCalendarInterval", {})
    return "daily" if "Hour" in when else "hourly"


# cron


def _has_cron() -> bool:
    return shutil.which("crontab") is not None


def _read_crontab() -> list[str]:
    done = _run("crontab", "-l")
    # Somebody without a crontab has an empty one.
    return done.stdout.splitlines() if done.returncode == 0 else []


def _write_crontab(lines: Sequence[str]) -> None:
    _require(_run("crontab", "-", text="".join(f"{line}\n" for line in lines)))


def _install_cron(command: Sequence[str], folder: Path, period: str) -> None:
    when = f"{MINUTE} * * * *" if period == "hourly" else f"{MINUTE} {HOUR} * * *"
    # In a crontab % ends the command.
    words = f"cd {shlex.quote(str(folder))} && {shlex.join(command)}".replace("%", "\\%")
    others = [line for line in _read_crontab() if not line.endswith(MARK)]
    _write_crontab([*others, f"{when} {words} {MARK}"])


def _remove_cron() -> bool:
    lines = _read_crontab()
    others = [line for line in lines if not line.endswith(MARK)]
    if others == lines:
        return False
    _write_crontab(others)
    return True


def _period_cron() -> str | None:
    line = next((line for line in _read_crontab() if line.endswith(MARK)), None)
    return None if line is None else "hourly" if line.split()[1] == "*" else "daily"


TIMERS = (
    Timer("systemd", _has_systemd, _install_systemd, _remove_systemd, _period_systemd),
    Timer("launchd", _has_launchd, _install_launchd, _remove_launchd, _period_launchd),
    Timer("cron", _has_cron, _install_cron, _remove_cron, _period_cron),
)
