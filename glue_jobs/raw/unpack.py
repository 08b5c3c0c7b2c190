"""Unpack a raw object line by line, in bounded memory whatever it unpacks to.

Spark's and Python's own gzip readers stop at bytes behind the data or read a whole line whatever its length; here every
such case has a status or a reason, and the next line goes on.
"""

import hashlib
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

MEGABYTE = 1_000_000
CHUNK = 1 << 20
GZIP_START = b"\x1f\x8b"
GZIP_FORMAT = 31
"""zlib's code for data with a gzip header and checksum."""

LONGEST_LINE = 64 * MEGABYTE
"""The longest line that is decoded: a library of 18,000 tracks with all their markets."""
MOST_VALUES = 8_000_000
"""The most values in a line, counted by commas: a line of nothing but nulls takes sixty times its length."""
MOST_UNPACKED = 8_000 * MEGABYTE
LONG_START = 64 * 1024
"""How much is kept of a line that is too long."""

Read = Callable[[int], bytes]


class Unreadable(Exception):
    """A raw object that cannot be read to its end; `status` is what the ledger says of it."""

    def __init__(self, status: str, detail: str = "") -> None:
        """Keep the status and what led to it."""
        super().__init__(f"{status}: {detail}" if detail else status)
        self.status = status


@dataclass(frozen=True)
class LongLine:
    """A line that is too long to decode: its start, the whole one's length in bytes and SHA-256."""

    start: bytes
    length: int
    digest: str


@dataclass
class Unpacked:
    """The lines of one raw object; `rest` holds the first bytes behind the gzip data, once all lines are read."""

    read: Read
    rest: bytes = b""
    size: int = field(default=0)

    def lines(self) -> Iterator[bytes | LongLine]:
        """Yield the lines that are not blank. Raises Unreadable."""
        pieces: list[bytes] = []
        length = 0
        long_line: _LongLineReader | None = None
        for chunk in self._chunks():
            *ended, rest = chunk.split(b"\n")
            for part in ended:
                if long_line:
                    yield long_line.end(part)
                    long_line = None
                elif line := b"".join([*pieces, part]).strip():
                    yield _checked(line)
                pieces, length = [], 0
            if long_line:
                long_line.add(rest)
                continue
            pieces.append(rest)
            length += len(rest)
            if length > LONGEST_LINE:
                long_line = _LongLineReader(pieces)
                pieces, length = [], 0
        if long_line:
            yield long_line.end(b"")
        elif line := b"".join(pieces).strip():
            yield _checked(line)

    def _chunks(self) -> Iterator[bytes]:
        """Yield the unpacked bytes, at most CHUNK at a time."""
        packed = self._enough(b"")
        if not packed:
            raise Unreadable("empty")
        if not packed.startswith(GZIP_START):
            raise Unreadable("no_gzip")
        while packed.startswith(GZIP_START):
            packed = yield from self._member(packed)
        self.rest = self._after_zeros(packed)

    def _member(self, packed: bytes) -> Generator[bytes, None, bytes]:
        """Yield what one gzip member holds; return the bytes behind it."""
        member = zlib.decompressobj(GZIP_FORMAT)
        try:
            while not member.eof:
                packed = packed or self.read(CHUNK)
                if not packed:
                    raise Unreadable("truncated")
                chunk = member.decompress(packed, CHUNK)
                packed = member.unconsumed_tail
                self.size += len(chunk)
                if self.size > MOST_UNPACKED:
                    raise Unreadable("too_large", f"more than {MOST_UNPACKED // MEGABYTE} MB")
                yield chunk
        except zlib.error as error:
            raise Unreadable("damaged", str(error)) from error
        return self._enough(member.unused_data)

    def _enough(self, packed: bytes) -> bytes:
        """Read on until it shows whether a gzip member begins here, or nothing more comes."""
        while len(packed) < len(GZIP_START) and (more := self.read(CHUNK)):
            packed += more
        return packed

    def _after_zeros(self, packed: bytes) -> bytes:
        """Return the first bytes behind the data that are not zeros: storage and tapes pad with these."""
        while packed and not packed.strip(b"\0"):
            packed = self.read(CHUNK)
        return packed.lstrip(b"\0")[:LONG_START]


def _checked(line: bytes) -> bytes | LongLine:
    """Return a line, as a long one if it holds more values than memory is planned for."""
    if len(line) > LONGEST_LINE or (len(line) > MOST_VALUES and line.count(b",") > MOST_VALUES):
        return _LongLineReader([line]).end(b"")
    return line


class _LongLineReader:
    """Reads over a line that is too long: keeps its start, counts and hashes all of it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.start = b"".join(pieces)[:LONG_START]
        self.length = 0
        self.digest = hashlib.sha256()
        for piece in pieces:
            self.add(piece)

    def add(self, piece: bytes) -> None:
        self.length += len(piece)
        self.digest.update(piece)

    def end(self, piece: bytes) -> LongLine:
        self.add(piece)
        return LongLine(self.start, self.length, self.digest.hexdigest())
