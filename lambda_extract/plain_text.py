"""Text of strangers on a terminal: a playlist, a file or an error message must not steer it or forge a line."""

import unicodedata

UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories: controls (C0, DEL and C1), halves of surrogate pairs, separators of lines and paragraphs."""

TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of the text around them."""


def mask_text(text: str, keep: str = "") -> str:
    """Return text with such characters written as escapes; `keep` names those that stay, such as a line's end."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(mask_character(char) if is_unsafe(char) and char not in keep else char for char in text)


def is_unsafe(character: str) -> bool:
    """Return whether a character has an effect instead of being visible."""
    return character in TURNING or unicodedata.category(character) in UNSEEN


def mask_character(character: str) -> str:
    """Write a character as Python does: \\x1b, \\u202e."""
    return character.encode("unicode_escape").decode()
