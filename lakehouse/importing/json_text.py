"""Read bytes as JSON values, keeping as text whatever is none."""

import json
import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lakehouse.importing.dump_folder import DumpFileError, unpack_gzip
from lambda_extract.raw_format import Json

GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = "\ufeff"
# What may separate values: JSON's white space, commas, the record separator of RFC 7464, a mark of a joined file.
BETWEEN = re.compile(r"[ \t\r\n,\x1e\ufeff]*")
LINE_OF_VALUE = re.compile(r"^[{\[]", re.MULTILINE)


@dataclass(frozen=True)
class Piece:
    """One top-level value of a file, or a stretch that is not valid JSON, kept as text."""

    line: int
    text: str
    value: Json = None
    is_json: bool = True


@dataclass(frozen=True)
class Content:
    """What a file holds: its pieces in order, and what had to be done to read them."""

    pieces: list[Piece]
    encoding: str
    nan_count: int = 0

    @property
    def is_json(self) -> bool:
        """Return whether anything in the file is JSON."""
        return any(piece.is_json for piece in self.pieces)


def unpack(data: bytes) -> tuple[bytes, bool]:
    """Decompress gzip; False tells that it is damaged and the bytes are given back as they came."""
    if not data.startswith(GZIP_MAGIC):
        return data, True
    try:
        return unpack_gzip(data), True
    except DumpFileError:
        raise
    except (OSError, EOFError, zlib.error):
        return data, False


def decode(data: bytes) -> tuple[str, str]:
    """Decode as UTF-8 or, by its mark or its first bytes, UTF-16 or 32; else as latin-1, which loses no byte."""
    encoding = json.detect_encoding(data).removesuffix("-sig")
    try:
        return data.decode(encoding).removeprefix(BYTE_ORDER_MARK), encoding
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def read_content(data: bytes) -> Content:
    """Read one value, JSON lines or values one after another."""
    text, encoding = decode(data)
    if not text.strip():
        return Content([Piece(1, "", is_json=False)], encoding)
    reader = _Reader()
    start = _skip(text, 0)
    if text[start : start + 1] in ("{", "["):
        pieces = _number_lines(text, list(reader.read_stretches(text, start)))
    else:
        pieces = [reader.read_single(text, start)]
    return Content(pieces, encoding, reader.nan_count)


@dataclass(frozen=True)
class _Stretch:
    """A part of the text, from start to end, with the value it holds."""

    start: int
    end: int
    value: Json
    is_json: bool


@dataclass
class _Reader:
    """Decode values, counting the numbers that JSON does not have."""

    nan_count: int = 0
    decoder: json.JSONDecoder = field(init=False)

    def __post_init__(self) -> None:
        """Make the decoder call back for every number that may be none."""
        self.decoder = json.JSONDecoder(parse_constant=self._count_as_null, parse_float=self._parse_float)

    def read_stretches(self, text: str, start: int) -> Iterator[_Stretch]:
        """Yield the values and, between them, the text that is not valid JSON, each broken stretch as one."""
        broken_from: int | None = None
        while start < len(text):
            stretch = self._read_value(text, start) or self._read_elements(text, start)
            if stretch is None:
                broken_from = start if broken_from is None else broken_from
                start = _find_next_value_line(text, start)
                continue
            if broken_from is not None:
                yield _Stretch(broken_from, stretch.start, None, is_json=False)
                broken_from = None
            yield stretch
            start = _skip(text, stretch.end)
        if broken_from is not None:
            yield _Stretch(broken_from, len(text), None, is_json=False)

    def read_single(self, text: str, start: int) -> Piece:
        """Read a text that does not start like an object or a list: one whole value, or no JSON at all."""
        stretch = self._read_value(text, start)
        if stretch is None or _skip(text, stretch.end) < len(text):
            self.nan_count = 0
            return Piece(1, text, is_json=False)
        return Piece(1, text, stretch.value)

    def _read_value(self, text: str, start: int) -> _Stretch | None:
        """Read the value that starts here, or none."""
        count_before = self.nan_count
        try:
            value, end = self.decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            self.nan_count = count_before
            return None
        return _Stretch(start, end, value, is_json=True)

    def _read_elements(self, text: str, start: int) -> _Stretch | None:
        """Read the elements of a list that is cut off or broken, up to the first that is broken; or none."""
        if text[start] != "[":
            return None
        elements: list[Json] = []
        end = start + 1
        while (next_start := _skip(text, end)) < len(text):
            if text[next_start] == "]":
                end = next_start + 1
                break
            element = self._read_value(text, next_start)
            if element is None:
                break
            elements.append(element.value)
            end = element.end
        return _Stretch(start, end, elements, is_json=True) if elements else None

    def _count_as_null(self, _constant: str) -> None:
        """Take NaN and the infinities, which JSON does not have, as null."""
        self.nan_count += 1

    def _parse_float(self, digits: str) -> float | None:
        """Read a number; one too great for a float could only be written back as Infinity."""
        number = float(digits)
        if math.isfinite(number):
            return number
        self._count_as_null(digits)
        return None


def _skip(text: str, start: int) -> int:
    """Skip what may separate two values."""
    match = BETWEEN.match(text, start)
    return match.end() if match else start


def _find_next_value_line(text: str, start: int) -> int:
    """Find the next line that starts like a value, or the end."""
    match = LINE_OF_VALUE.search(text, start + 1)
    return match.start() if match else len(text)


def _number_lines(text: str, stretches: list[_Stretch]) -> list[Piece]:
    """Turn stretches into pieces that know the line they start in."""
    pieces, line, counted = [], 1, 0
    for stretch in stretches:
        line += text.count("\n", counted, stretch.start)
        counted = stretch.start
        pieces.append(Piece(line, text[stretch.start : stretch.end], stretch.value, stretch.is_json))
    return pieces
