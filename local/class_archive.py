"""Keep Spark's classes as Java has loaded and verified them, for the next start (class data sharing).

A start of Spark reads some fifteen thousand classes; from the archive that takes several seconds of processor time
less. Java checks the archive against its own version and the jars and starts without it where they differ.
Source: https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html (-XX:ArchiveClassesAtExit)
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from local.java import ROOT

FOLDER = ROOT / "build"
TOLD_TO_JAVA = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
QUIET = "-Xlog:cds*=off"
"""Java warns of each class that it does not keep, and of an archive that does not fit."""


def archive_path(java_home: Path, spark_home: Path) -> Path:
    """Return where the archive of this Java and this Spark is kept."""
    release = java_home / "release"
    version = release.read_text(encoding="utf-8") if release.is_file() else ""
    jars = spark_home / "jars"
    # Installed anew, jars of the same names have another time, and Java takes them for others.
    installed = jars.stat().st_mtime_ns if jars.is_dir() else 0
    told = f"{java_home}\n{version}\n{spark_home}\n{installed}"
    return FOLDER / f"spark-classes-{hashlib.sha256(told.encode()).hexdigest()[:16]}.jsa"


@contextlib.contextmanager
def shared_classes(java_home: Path, spark_home: Path) -> Iterator[list[str]]:
    """Give Java's options: to use the archive, or where there is none yet to write it when Java ends."""
    if any(os.environ.get(name) for name in TOLD_TO_JAVA):
        # An agent or a recorder may be told of there: Java 17 was seen to crash with one and an archive.
        yield []
        return
    archive = archive_path(java_home, spark_home)
    if archive.is_file():
        yield [f"-XX:SharedArchiveFile={archive}", QUIET]
        return
    archive.parent.mkdir(exist_ok=True)
    # Several Javas may end at once, and one may be killed while it writes: only a whole archive gets the name.
    own = archive.with_suffix(f".{os.getpid()}.part")
    try:
        yield [f"-XX:ArchiveClassesAtExit={own}", QUIET]
        if own.is_file():
            own.replace(archive)
    finally:
        own.unlink(missing_ok=True)
