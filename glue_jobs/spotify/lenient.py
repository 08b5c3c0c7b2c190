"""Read JSON into the classes of objects.py: strictly where it fits, leniently where a value has another type.

The strict way is msgspec's typed decoding, which nearly every element takes. One that it refuses is decoded as plain
Python and built field by field by the rules of values.py; what cannot be read is None, and its fault is noted. Both
ways give the same object for the same JSON: tests/unit/test_lenient.py shows it for every field and every wrong type.
"""

import json
import re
import types
import typing
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

import msgspec

from glue_jobs.spotify import values

Struct = TypeVar("Struct", bound=msgspec.Struct)

BAD_VALUE = "bad_value"
UNEXPECTED_TYPE = "unexpected_type"
NOT_UTF8 = "not_utf8"

SPOILT = "\ufdd0"
"""In place of bytes that are not UTF-8, until their element is rejected: a code point that no text uses."""
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
MOST_DIGITS = 400
"""A number with more digits is kept as text: Python itself refuses to read thousands of them."""

MALFORMED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)
"""What msgspec raises for JSON it refuses; a ValidationError is a DecodeError."""


class Fault(NamedTuple):
    """What could not be read: why, and where inside the object (`album.popularity`)."""

    why: str
    path: str


Faults = list[Fault]
Reader = Callable[[Any, str, Faults], Any]


class NotJson(ValueError):
    """The bytes are not JSON, however leniently they are read."""


class TooDeep(NotJson):
    """The JSON is nested deeper than Python reads."""


def decode(raw: bytes | msgspec.Raw, kind: type[Struct]) -> tuple[Struct | None, Faults]:
    """Read one JSON value as an object of a class; None if it is null or not an object. Raises NotJson."""
    try:
        return _decoder(kind).decode(raw), []
    except MALFORMED:
        return build(decode_plain(bytes(raw)), kind)


def build(value: Any, kind: type[Struct]) -> tuple[Struct | None, Faults]:
    """Build an object of a class from plain Python: the general way, for any JSON."""
    faults: Faults = []
    if not isinstance(value, dict):
        return None, faults
    return _build(value, kind, "", faults), faults


@cache
def _decoder(kind: type[Struct]) -> msgspec.json.Decoder[Struct | None]:
    return msgspec.json.Decoder(typing.Optional[kind])  # noqa: UP045


def decode_plain(raw: bytes) -> Any:
    """Return JSON as plain Python, also JSON that Python's own reader alone accepts (NaN, control characters)."""
    try:
        return msgspec.json.decode(raw)
    except RecursionError as error:
        raise TooDeep from error
    except MALFORMED:
        pass
    text = raw.decode("utf-8", errors=_SPOIL)
    try:
        value = json.loads(text, strict=False, parse_int=_parse_int, parse_constant=str)
    except RecursionError as error:
        raise TooDeep from error
    except ValueError as error:
        raise NotJson(str(error)) from error
    return value


def _parse_int(digits: str) -> int | str:
    return int(digits) if len(digits) <= MOST_DIGITS else digits


def _spoil(error: UnicodeError) -> tuple[str, int]:
    return SPOILT, error.end if isinstance(error, UnicodeDecodeError) else len(SPOILT)


_SPOIL = "spotify_lakehouse.spoilt"
__import__("codecs").register_error(_SPOIL, _spoil)


def _build(value: dict[str, Any], kind: type[Struct], path: str, faults: Faults) -> Struct:
    fields = {}
    for name, read in _readers(kind):
        given = value.get(name)
        if given is not None:
            fields[name] = read(given, f"{path}{name}", faults)
    return kind(**fields)


@cache
def _readers(kind: type[msgspec.Struct]) -> Sequence[tuple[str, Reader]]:
    hints = typing.get_type_hints(kind)
    return [(name, _reader_of(hints[name])) for name in kind.__struct_fields__]


def _reader_of(hint: Any) -> Reader:
    """Return how a field with this annotation is read."""
    if hint is msgspec.Raw:
        return lambda value, _path, _faults: msgspec.Raw(_encode(value))
    options = [option for option in typing.get_args(hint) if option is not types.NoneType]
    if bool in options and len(options) > 1:
        read_object = _reader_of(typing.Optional[next(option for option in options if option is not bool)])  # noqa: UP045
        return lambda value, path, faults: value if isinstance(value, bool) else read_object(value, path, faults)
    (option,) = options
    if typing.get_origin(option) is list:
        return _list_reader(typing.get_args(option)[0])
    return _SCALARS[option] if option in _SCALARS else _object_reader(option)


def _encode(value: Any) -> bytes:
    """Write plain Python as JSON again; an unpaired surrogate, which UTF-8 cannot hold, as an escape."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _read_text(value: Any, path: str, faults: Faults) -> str | None:
    text = values.as_text(value)
    if text is not None and not text.isascii():
        if SPOILT in text:
            faults.append(Fault(NOT_UTF8, path))
        text = LONE_SURROGATE.sub("\ufffd", text.replace(SPOILT, "\ufffd"))
    return text


def _read_number(value: Any, path: str, faults: Faults) -> int | None:
    number = values.whole_number(value)
    if number is None:
        faults.append(Fault(BAD_VALUE, path))
    return number


def _read_truth(value: Any, path: str, faults: Faults) -> bool | None:
    answer = values.truth(value)
    if answer is None:
        faults.append(Fault(BAD_VALUE, path))
    return answer


_SCALARS: dict[Any, Reader] = {str: _read_text, int: _read_number, bool: _read_truth}


def _object_reader(kind: type[msgspec.Struct]) -> Reader:
    def read(value: Any, path: str, faults: Faults) -> msgspec.Struct | None:
        if isinstance(value, dict):
            return _build(value, kind, f"{path}.", faults)
        faults.append(Fault(UNEXPECTED_TYPE, path))
        return None

    return read


def _list_reader(element: Any) -> Reader:
    """Return how a list is read; an element of another type than expected is None, and not a fault of the list."""
    read_element = _reader_of(element)

    def read(value: Any, path: str, faults: Faults) -> list[Any] | None:
        if not isinstance(value, list):
            faults.append(Fault(UNEXPECTED_TYPE, path))
            return None
        inside: Faults = []
        elements = [None if given is None else read_element(given, path, inside) for given in value]
        faults.extend(fault for fault in inside if fault.why == NOT_UTF8)
        return elements

    return read
