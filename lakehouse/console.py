"""Lines for people on a terminal: nothing in them controls it, and a closed pipe is not a failure."""

import os
import sys
from collections.abc import Callable
from typing import IO, Any

from rich.console import Console

from lambda_extract.plain_text import mask_text


class PlainConsole(Console):
    """Prints lines as they are, but for characters that would do something."""

    def __init__(self, *, stderr: bool = False, **options: Any) -> None:
        """Take no markup and cut no line."""
        super().__init__(stderr=stderr, markup=False, highlight=False, emoji=False, **{"soft_wrap": True, **options})

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts without what would steer the terminal."""
        super().print(*(mask_text(item, keep="\n") if isinstance(item, str) else item for item in objects), **options)

    def on_broken_pipe(self) -> None:
        """Go on without a reader: what the program does besides printing is still wanted."""
        close_quietly(self.file)


def complain(line: str) -> None:
    """Write to stderr what went wrong."""
    sys.stderr.write(f"{mask_text(line, keep=chr(10))}\n")


def note_unless(quiet: bool) -> Callable[[str], None]:
    """Return what takes notes: nothing of them is shown to those who asked for quiet."""
    return (lambda _: None) if quiet else complain


def run_quietly(run: Callable[[], int]) -> int:
    """Run a program; if its reader (head, less) closes the pipe, end quietly and without failure."""
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        close_quietly(sys.stdout)
        return 0
    return code


def close_quietly(stream: IO[str]) -> None:
    """Let what is still written go nowhere; Python flushes once more as it ends, and would complain then."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
