"""Errors from below (Spark, Java, the catalog, the disk) as one line that a person can act on."""

import logging
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

from py4j.protocol import Py4JJavaError

log = logging.getLogger(__name__)

KNOWN = (
    ("No space left on device", "expected room to write, got a full disk"),
    ("Disk quota exceeded", "expected room to write, got a full quota"),
    ("Read-only file system", "expected to write, got a read-only file system"),
    ("SQLITE_BUSY", "expected the catalog to be free, got one that another program keeps locked"),
    ("SQLITE_CORRUPT", "expected an SQLite database as the catalog, got a broken file"),
    ("SQLITE_NOTADB", "expected an SQLite database as the catalog, got another file"),
    ("SQLITE_READONLY", "expected to write into the catalog, got a read-only file"),
    ("SQLITE_CANTOPEN", "expected to open the catalog, got no access to its file"),
    ("is not a Parquet file", "expected a data file of the table, got a broken file"),
    ("NotFoundException", "expected a file of the table, got none (was the warehouse moved, or a file removed?)"),
    ("FileNotFoundException", "expected a file of the table, got none (was the warehouse moved, or a file removed?)"),
    ("NoSuchFileException", "expected a file of the table, got none (was the warehouse moved, or a file removed?)"),
    ("AccessDenied", "expected permission, got AccessDenied"),
    ("Permission denied", "expected permission, got none"),
    ("OutOfMemoryError", "expected enough memory, got too little; SPARK_DRIVER_MEMORY=4g gives more"),
    ("Python worker exited unexpectedly", "expected a Python worker to read the objects, got one that was killed"),
    ("UnknownHostException", "expected to reach the service, got an unknown host"),
    ("Connect to", "expected to reach the service, got no connection"),
    ("Unable to load credentials", "expected AWS credentials, got none"),
)
"""What the text of an error holds, and what it means; the first that fits is taken."""


def explain(error: BaseException, outcome: str) -> str:
    """Return an error as one line: what was expected, what was got, and what became of the data."""
    texts = list(_causes(error))
    whole = "\n".join(texts)
    meaning = next((meaning for sign, meaning in KNOWN if sign in whole), None)
    detail = _detail(texts, next((sign for sign, _ in KNOWN if sign in whole), ""))
    return f"{meaning}: {detail}. {outcome}" if meaning else f"expected to go on, got {detail}. {outcome}"


def _causes(error: BaseException) -> Iterator[str]:
    """Yield the texts of an error and of what caused it, Java's causes too, the outermost first."""
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, Py4JJavaError):
            java = current.java_exception
            while java is not None:
                yield f"{java.getClass().getName()}: {java.getMessage() or ''}"
                java = java.getCause()
        else:
            yield f"{type(current).__name__}: {current}"
        current = current.__cause__ or current.__context__


def _detail(texts: list[str], sign: str) -> str:
    """Return the line that tells most: the one with the sign, else the innermost cause."""
    lines = [line.strip() for text in reversed(texts) for line in text.splitlines() if line.strip()]
    line = next((line for line in lines if sign and sign in line), lines[0] if lines else "an error without a text")
    return " ".join(line.split())[:300].rstrip(".")


def keep_trace(error: BaseException, log_file: str | None) -> str:
    """Write an error's stack trace into a log file; return its name. Without one, a file in the temporary folder."""
    if log_file is None:
        log_file = str(Path(tempfile.gettempdir()) / "spotify-lakehouse-job.log")
    try:
        with open(log_file, "a", encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        traceback.print_exception(error, file=sys.stderr)
        return "standard error"
    return log_file
