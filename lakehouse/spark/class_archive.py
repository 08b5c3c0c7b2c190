"""Keep Spark's classes as Java has loaded and verified them, for the next start (class data sharing).

A start of Spark reads some fifteen thousand classes; from the archive that takes several seconds of processor time
less. Java checks the archive against its own version and the jars and starts without it where they differ.
Source: https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html (-XX:ArchiveClassesAtExit)
"""

import hashlib
import os
import shutil
import uuid
from pathlib import Path

from lakehouse.paths import BUILD

FOLDER = BUILD
BASE = ("classes.jsa", "classes_nocoops.jsa")
"""Java's archives of its own classes, which ours builds upon; without them Java 17 refuses to start with the option."""

ROOM = 500_000_000
"""Bytes that must be free: Java ends with an error where it cannot write the archive (160 MB)."""

TOLD_TO_JAVA = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "SPARK_SUBMIT_OPTS")
"""These may configure an agent or a recorder, with which Java 17 crashes if there is an archive."""

QUIET = "-Xlog:cds*=off"
"""Java warns of each class that it does not keep, and of an archive that does not fit."""


class ClassArchive:
    """The archive of one Java and one Spark: used where it is there, else written by the Java that starts now."""

    def __init__(self, java_home: Path, spark_home: Path) -> None:
        """Find the archive, or a place for it."""
        self.path = archive_path(java_home, spark_home)
        # Several Javas may end at once, and one may be killed while it writes: only a whole archive gets the name.
        self._own = self.path.with_suffix(f".{uuid.uuid4().hex}.part")
        self._is_used = is_possible(java_home, spark_home)

    @property
    def options(self) -> list[str]:
        """Return Java's options."""
        if not self._is_used:
            return []
        if self.path.is_file():
            return [f"-XX:SharedArchiveFile={self.path}", QUIET]
        return [f"-XX:ArchiveClassesAtExit={self._own}", QUIET]

    def finish(self, *, is_done: bool) -> None:
        """After Java has ended: keep what it wrote, if it did all its work."""
        if is_done and self._own.is_file() and not self.path.exists():
            self._own.replace(self.path)
        self._own.unlink(missing_ok=True)


def is_possible(java_home: Path, spark_home: Path) -> bool:
    """Return whether Java can use or write an archive here; where it cannot, all goes on without one."""
    if any(os.environ.get(name) for name in TOLD_TO_JAVA):
        return False
    if not all((java_home / "lib" / "server" / name).is_file() for name in BASE):
        return False
    conf = spark_home / "conf"
    if conf.is_dir() and any(conf.iterdir()):  # Java takes no folder with files on a class path that it archives
        return False
    FOLDER.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(FOLDER).free > ROOM


def archive_path(java_home: Path, spark_home: Path) -> Path:
    """Return where the archive of this Java and this Spark is kept."""
    # After a new installation the same files have another time, and Java treats them as different.
    parts = (java_home / "lib" / "server" / BASE[0], java_home / "release", spark_home / "jars")
    times = [path.stat().st_mtime_ns if path.exists() else 0 for path in parts]
    inputs = f"{java_home}\n{spark_home}\n{times}"
    return FOLDER / f"spark-classes-{hashlib.sha256(inputs.encode()).hexdigest()[:16]}.jsa"
