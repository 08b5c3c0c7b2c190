"""What each command has beside its options: examples, and what remains after Ctrl-C."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Command:
    """A function that is a command: its docstring is the help, its parameters are the options."""

    run: Callable[..., Any]
    examples: tuple[str, ...]
    stopped: str

    @property
    def help(self) -> str:
        """Return the docstring with the examples below it, each on its own line."""
        lines = "\n".join(f"  {example}" for example in self.examples)
        return f"{inspect.getdoc(self.run)}\n\n\b\nExamples:\n{lines}\n"


def command(*examples: str, stopped: str = "Nothing was changed.") -> Callable[[Callable[..., Any]], Command]:
    """Turn a function into a command; it returns its exit code, or nothing for 0."""
    return lambda run: Command(run, examples, stopped)
