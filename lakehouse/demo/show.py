"""The demo on a terminal or in a pipe: numbered steps as they happen, with their times."""

import contextlib
import io
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any

from rich.console import Console
from rich.text import Text

from lakehouse.output import write_table


class Show:
    """Prints the steps; `console` says where."""

    def __init__(self, console: Console | None = None) -> None:
        """Start the clock."""
        self.console = console or Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
        self.start = monotonic()
        self.number = 0

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return monotonic() - self.start

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Head a step, and close it with its time."""
        self.number += 1
        begin = monotonic()
        self.head(f"\n{self.number}  {title}")
        yield
        self.tell(f"({monotonic() - begin:.1f} s)", style="dim")

    def head(self, text: str) -> None:
        """Print a line in bold."""
        self.console.print(Text(text, style="bold"))

    def tell(self, text: str, style: str = "") -> None:
        """Print lines, set in below the step's title."""
        for line in text.splitlines():
            self.console.print(Text(f"   {line}", style=style))

    def tell_rows(self, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Print rows as a table."""
        table = io.StringIO()
        write_table(names, rows, table)
        self.tell(table.getvalue())

    @contextlib.contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Show that something is going on, where somebody watches."""
        with self.console.status(text) if self.console.is_terminal else contextlib.nullcontext():
            yield
