"""Cut what is nested too deep to be read, so that its neighbours in the same line are read.

Python and msgspec stop at about a thousand levels, with an error for the whole line. Spotify's answers have about ten.
"""

import re

MOST_LEVELS = 200
"""Levels that are kept of a line in which something is nested too deep."""
CUT = '"\ufdd1 nested too deep"'.encode()
"""In place of what is cut: a JSON string with a code point that no text uses."""
TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)
OPENING, CLOSING = b"[{", b"]}"


def cut_deep(text: bytes) -> bytes:
    """Return JSON text with a string in place of each array or object below MOST_LEVELS."""
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
    return b"".join([*kept, text[start:]])
