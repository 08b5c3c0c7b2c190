"""Lines for people on stderr, and a reader of stdout that has seen enough."""

import os
import sys
from collections.abc import Callable
from typing import IO


def complain(line: str) -> None:
    """Write one line to stderr."""
    sys.stderr.write(f"{line}\n")


def close_quietly(stream: IO[str]) -> None:
    """Let what is still written go nowhere; Python flushes once more as it ends, and would complain then."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def note_unless(quiet: bool) -> Callable[[str], None]:
    """Return what takes notes: nothing of them is shown to those who asked for quiet."""
    return (lambda _: None) if quiet else complain
