"""Numbers and ids that look random and depend on a text alone: the same in every process and version of Python."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
Item = TypeVar("Item")


def number_from(text: str, below: int) -> int:
    """Return a number from 0 to `below`, which is not reached."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % below


def pick(text: str, items: Sequence[Item]) -> Item:
    """Return one of the items."""
    return items[number_from(text, len(items))]


def base62_id(text: str) -> str:
    """Return an id as Spotify writes it: 128 bits as 22 base62 digits."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])
    digits = ""
    for _ in range(22):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits
