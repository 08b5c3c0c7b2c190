"""Cut what is nested too deep to be read, so that its neighbours in the same line are read.

Python and msgspec stop at about a thousand levels, with an error for the whole line. Spotify's answers have about ten.
"""

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from glue_jobs.spotify.lenient import TooDeep

Text = TypeVar("Text", bytes, msgspec.Raw)
Value = TypeVar("Value")

MOST_LEVELS = 200
"""Levels that are kept of a line in which something is nested too deep."""
CUT = '"\ufdd1 nested too deep"'.encode()
"""In place of what is cut: a JSON string with a code point that no text uses."""
TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)
OPENING, CLOSING = b"[{", b"]}"


def read_shallow(read: Callable[[Text], Value], text: Text) -> Value:
    """Read JSON text; where something in it is nested too deep, read it without what is below MOST_LEVELS."""
    try:
        return read(text)
    except (RecursionError, TooDeep):
        return read(type(text)(cut_deep(bytes(text))))


def cut_deep(text: bytes) -> bytes:
    """Return JSON text with a string in place of each array or object below MOST_LEVELS.

    Where such an array or object does not end, the text ends there; so it is not valid JSON, as before.
    """
    kept: list[bytes] = []
    levels = start = 0
    for token in TOKEN.finditer(text):
        character = text[token.start()]
        if character in OPENING:
            levels += 1
            if levels == MOST_LEVELS + 1:
                kept.append(text[start : token.start()])
        elif character in CLOSING:
            if levels == MOST_LEVELS + 1:
                kept.append(CUT)
                start = token.end()
            levels -= 1
    rest = text[start:] if levels <= MOST_LEVELS else b""
    return b"".join([*kept, rest])
