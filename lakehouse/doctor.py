"""What this machine has, what will be used, what is fetched later; this module works before anything is installed."""

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from lakehouse.paths import IS_CLONE, JAVA, ROOT, shorten
from lakehouse.spark.java import JAVA_SIZE, WANTED, find_java, look_around
from lakehouse.spark.submit import AWS_JARS, FOLDER_JARS, driver_memory, jar_folder, jar_paths
from lakehouse.trino import jars as trino

VENV = Path(".venv")
LEAST_PYTHON = (3, 11)
GIGABYTE = 1_000_000_000
SPACE_TO_INSTALL = 2.0
SPACE_TO_RUN = 0.2
LEAST_MEMORY = 3.0
JAVA_OF_TRINO = 25
BROWSER = "chromium"
OK, LATER, WARNING, WRONG = "ok", "later", "warning", "wrong"
STYLES = {OK: "green", LATER: "cyan", WARNING: "yellow", WRONG: "bold red"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: ok, still to come (later), doubtful (warning), or in the way (wrong)."""

    what: str
    state: str
    text: str


def look_at_everything() -> list[Finding]:
    """Return all findings, in the order in which things are needed."""
    needed = (look_at_python, look_at_packages, look_at_java, look_at_jars, look_at_machine)
    return [finding for look in (*needed, look_at_trino, look_at_browser) for finding in look()]


def look_at_python() -> Iterator[Finding]:
    """Yield the Python that runs everything, and its pip."""
    state = OK if sys.version_info >= LEAST_PYTHON else WRONG
    where = "this project's own" if is_own() else "makes .venv" if IS_CLONE else "runs the installed command"
    yield Finding("Python", state, f"{platform.python_version()} at {sys.executable} ({where})")
    try:
        yield Finding("pip", OK, metadata.version("pip"))
    except metadata.PackageNotFoundError:
        is_later = IS_CLONE and not is_own()
        yield Finding("pip", LATER if is_later else WRONG, "none here; .venv gets its own when it is made")


def is_own() -> bool:
    """Return whether this Python is the one in .venv."""
    return Path(sys.prefix).resolve() == (ROOT / VENV).resolve()


def look_at_packages() -> Iterator[Finding]:
    """Yield whether the locked packages are installed."""
    if not IS_CLONE:
        yield Finding("packages", OK, f"spotify-lakehouse {metadata.version('spotify-lakehouse')} in {sys.prefix}")
        return
    for name, used_by in (("run", "bin/lakehouse"), ("dev", "make check and make test")):
        lock, stamp = ROOT / "requirements" / f"{name}.txt", ROOT / VENV / f".{name}-installed"
        if not stamp.exists():
            finding = Finding("packages", LATER, f"requirements/{name}.txt: {used_by} installs them into .venv")
        elif stamp.stat().st_mtime < lock.stat().st_mtime:
            finding = Finding(
                "packages", LATER, f"requirements/{name}.txt is newer than .venv: {used_by} installs again"
            )
        else:
            finding = Finding("packages", OK, f"requirements/{name}.txt is installed in .venv")
        yield finding


def look_at_java() -> Iterator[Finding]:
    """Yield each Java and what becomes of it; the first fitting one is used."""
    is_found = False
    for java in look_around():
        is_used = java.is_wanted and not is_found
        is_found = is_found or is_used
        fate = "used" if is_used else "not needed" if java.is_wanted else f"passed over: Spark here runs on {WANTED}"
        yield Finding("Java", OK, f"{java.version} at {java.home} (from {java.found}): {fate}")
    if not is_found:
        text = f"no Java {WANTED} in JAVA_HOME, on PATH or in {shorten(JAVA)}/: the first load gets one from PyPI"
        yield Finding("Java", LATER, f"{text} into {shorten(JAVA)}/ ({JAVA_SIZE})")


def look_at_jars() -> Iterator[Finding]:
    """Yield whether the jars of each kind of warehouse are there, or can be put there."""
    for jars, used_by in ((FOLDER_JARS, "lakehouse load"), (AWS_JARS, "lakehouse demo")):
        missing = [path for path in jar_paths(jars) if not path.exists()]
        nearest = next(folder for folder in (jar_folder(), *jar_folder().parents) if folder.exists())
        if not missing:
            yield Finding("jars", OK, f"{jars.what}, for {used_by}: {len(jars.packages)} in {jar_folder() / 'jars'}")
        elif nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
            text = f"{jars.what}, not in {jar_folder()} yet: {used_by} fetches them ({jars.size})"
            yield Finding("jars", LATER, text)
        else:
            hint = "LAKEHOUSE_CACHE names another folder"
            text = f"{jars.what}, not in {jar_folder()}, and {nearest} cannot be written to; {hint}"
            yield Finding("jars", WRONG, text)


def look_at_trino() -> Iterator[Finding]:
    """Yield whether what Trino needs is there; only who asks it waits for that."""
    asked = "lakehouse trino, --engine trino and make test"
    known, missing = len(trino.read_list()), len(trino.missing_jars())
    if missing:
        text = f"{missing} of {known} jars not in {trino.trino_folder()} yet: {asked} fetch them ({trino.SIZE} in all)"
        yield Finding("Trino", LATER, text)
    else:
        yield Finding("Trino", OK, f"{trino.VERSION}, for {asked}: {known} jars in {trino.trino_folder()}")
    if java := find_java(JAVA_OF_TRINO):
        yield Finding("Trino", OK, f"Java {java.version} at {java.home} (from {java.found})")
    else:
        folder = f"{shorten(JAVA)}/{JAVA_OF_TRINO}/"
        text = f"no Java {JAVA_OF_TRINO}: the first start of Trino gets one from PyPI into {folder}"
        yield Finding("Trino", LATER, f"{text} ({JAVA_SIZE})")


def look_at_browser() -> Iterator[Finding]:
    """Yield whether the browser is there that looks at the report in the tests; the report itself needs none."""
    if path := shutil.which(BROWSER):
        yield Finding("Chromium", OK, f"{path}, for the report's tests")
    else:
        text = f"no {BROWSER} on PATH: make test skips the report's tests; .ci/chromium fetches one (100 MB)"
        yield Finding("Chromium", WARNING, text)


def look_at_machine() -> Iterator[Finding]:
    """Yield disk, cores and memory."""
    folder = ROOT if IS_CLONE else Path.cwd()
    free = shutil.disk_usage(folder).free / GIGABYTE
    needed = SPACE_TO_INSTALL if IS_CLONE and not (ROOT / VENV / ".run-installed").exists() else SPACE_TO_RUN
    yield Finding("disk", OK if free >= needed else WRONG, f"{free:.1f} GB free here, {needed:.1f} GB needed")
    writable = os.access(folder, os.W_OK | os.X_OK)
    yield Finding("folder", OK if writable else WRONG, f"{folder} {'can' if writable else 'cannot'} be written to")
    yield Finding("cores", OK, str(os.cpu_count() or "unknown"))
    memory = memory_size()
    if memory is not None:
        text = f"{memory:.1f} GB; Spark takes up to {driver_memory()} (SPARK_DRIVER_MEMORY)"
        yield Finding("memory", OK if memory >= LEAST_MEMORY else WARNING, text)


def memory_size() -> float | None:
    """Return the machine's memory in gigabytes, where the system says."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGABYTE
    except (ValueError, OSError, AttributeError):
        return None


def verdict(findings: list[Finding]) -> Finding:
    """Return whether the demo can run."""
    if wrong := [finding.what for finding in findings if finding.state == WRONG]:
        return Finding("", WRONG, f"lakehouse demo cannot run because of {', '.join(dict.fromkeys(wrong))}")
    later = any(finding.state == LATER for finding in findings)
    return Finding("", OK, f"lakehouse demo can run{'; what is missing is fetched when it is needed' if later else ''}")


def show(findings: list[Finding], last: Finding) -> None:
    """Print the findings as a table, or as plain lines where rich is not installed yet."""
    if importlib.util.find_spec("rich") is None:
        for finding in findings:
            sys.stdout.write(f"{finding.what:<10}{finding.state:<9}{finding.text}\n")
        sys.stdout.write(f"{last.text}\n")
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("what", "state", "found", box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for finding in findings:
        table.add_row(finding.what, Text(finding.state, style=STYLES[finding.state]), Text(finding.text))
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 1000
    with console.capture() as captured:
        console.print(table)
        console.print(Text(last.text, style=STYLES[last.state]))
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def main() -> int:
    """Look, show, and return 0 when the demo can run."""
    findings = look_at_everything()
    last = verdict(findings)
    show(findings, last)
    return exit_code(last)


def exit_code(last: Finding) -> int:
    """Return 1 when something is in the way."""
    return 1 if last.state == WRONG else 0


if __name__ == "__main__":
    sys.exit(main())
