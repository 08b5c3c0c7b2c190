"""Unpacking a raw object: every way in which its bytes can be odd has a status or a reason, in bounded memory."""

import gzip
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glue_jobs.raw import unpack
from glue_jobs.raw.unpack import LongLine, Unpacked, Unreadable
from tests.unit.reading import reader_of

ROOT = Path(__file__).resolve().parent.parent.parent
LINES = b'{"a":1}\n{"b":2}\n'
PACKED = gzip.compress(LINES)


def lines_of(content: bytes) -> list[bytes | LongLine]:
    """Return the lines of a raw object."""
    return list(Unpacked(reader_of(content)).lines())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PACKED, id="one member"),
        pytest.param(gzip.compress(LINES[:10]) + gzip.compress(LINES[10:]), id="two members, a line across them"),
        pytest.param(PACKED + bytes(1000), id="zeros behind the data"),
        pytest.param(gzip.compress(LINES[:-1]), id="no line break at the end"),
        pytest.param(gzip.compress(b"\n  \n" + LINES + b"\r\n\t\n"), id="blank lines"),
        pytest.param(gzip.compress(LINES.replace(b"\n", b"\r\n")), id="Windows line breaks"),
    ],
)
def test_the_lines_are_read(content: bytes) -> None:
    assert lines_of(content) == [b'{"a":1}', b'{"b":2}']


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"", "empty", id="nothing at all is empty"),
        pytest.param(b"plain text", "no_gzip", id="text is not gzip"),
        pytest.param(PACKED[:-9], "truncated", id="a cut one is truncated"),
        pytest.param(PACKED[:3], "truncated", id="one that ends in its header is truncated"),
        pytest.param(PACKED + PACKED[:-9], "truncated", id="a second member that is cut is truncated"),
        pytest.param(PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "damaged", id="a wrong checksum is damaged"),
        pytest.param(PACKED[:-4] + b"\0\0\0\0", "damaged", id="a wrong length is damaged"),
        pytest.param(PACKED[:12] + b"\xff\xff\xff\xff" + PACKED[16:], "damaged", id="spoilt data are damaged"),
    ],
)
def test_what_cannot_be_read_to_its_end_has_a_status(content: bytes, status: str) -> None:
    with pytest.raises(Unreadable) as refused:
        lines_of(content)
    assert refused.value.status == status


def test_bytes_behind_the_data_are_noted_and_the_lines_are_read() -> None:
    unpacked = Unpacked(reader_of(PACKED + bytes(10) + b"and more"))
    assert list(unpacked.lines()) == [b'{"a":1}', b'{"b":2}']
    assert unpacked.rest == b"and more"


def in_pieces(content: bytes, size: int) -> Callable[[int], bytes]:
    """Return what reads a few bytes at a time, as a network does."""
    pieces: Iterator[bytes] = (content[start : start + size] for start in range(0, len(content), size))
    return lambda _: next(pieces, b"")


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_it_does_not_matter_in_which_pieces_the_bytes_come(size: int) -> None:
    content = gzip.compress(LINES[:5]) + gzip.compress(LINES[5:]) + bytes(5) + b"x"
    unpacked = Unpacked(in_pieces(content, size))
    assert list(unpacked.lines()) == [b'{"a":1}', b'{"b":2}']
    assert unpacked.rest[:1] == b"x"


def test_a_line_that_is_too_long_is_counted_and_hashed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpack, "LONGEST_LINE", 3_000_000)
    for length in (3_000_001, 3_000_000, 10_000_000):
        long = b"x" * length
        first, second, third = lines_of(gzip.compress(b"first\n" + long + b"\nthird\n"))
        assert (first, third) == (b"first", b"third")
        if length == 3_000_000:
            assert second == long
        else:
            expected = LongLine(long[: unpack.LONG_START], length, hashlib.sha256(long).hexdigest())
            assert second == expected


def test_a_long_last_line_without_a_line_break_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "LONGEST_LINE", 2_000_000)
    _, last = lines_of(gzip.compress(b"first\n" + b"y" * 5_000_000))
    assert isinstance(last, LongLine)
    assert last.length == 5_000_000


def test_a_line_of_too_many_values_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_VALUES", 1_000)
    (line,) = lines_of(gzip.compress(b"[" + b"0," * 1_001 + b"0]"))
    assert isinstance(line, LongLine)
    assert lines_of(gzip.compress(b"[" + b"0," * 999 + b"0]")) == [b"[" + b"0," * 999 + b"0]"]


def test_an_object_that_unpacks_to_more_than_it_may_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_UNPACKED", 10_000_000)
    assert len(lines_of(gzip.compress(LINES * 600_000))) == 1_200_000
    with pytest.raises(Unreadable) as refused:
        lines_of(gzip.compress(LINES * 700_000))
    assert refused.value.status == "too_large"


BOMB = f"""
import resource, sys, zlib
sys.path.insert(0, {str(ROOT)!r})
from glue_jobs.raw.unpack import Unpacked
packer = zlib.compressobj(9, zlib.DEFLATED, 31)
content = b"".join([packer.compress(bytes(1 << 20)) for _ in range(600)]) + packer.flush()
place = 0
def read(size):
    global place
    place += size
    return content[place - size : place]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
(line,) = Unpacked(read).lines()
assert line.length == 600 << 20
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_a_bomb_of_zeros_takes_little_memory() -> None:
    """600 MB of zeros without a line break, in 600 KB of gzip."""
    done = subprocess.run([sys.executable, "-c", BOMB], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 250
