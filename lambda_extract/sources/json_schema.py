"""The part of JSON Schema that our schema uses, with every fault told and no compiled code in the zip.

Keywords it does not know are refused when the schema is read; the tests compare it with the library jsonschema.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lambda_extract.raw_format import Json

Place = tuple[str | int, ...]
SAID = frozenset({"$schema", "title", "description", "default", "errorMessage"})
"""Keywords for people and editors."""

TYPES: dict[str, Callable[[Json], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0,
}


@dataclass(frozen=True)
class Fault:
    """What a schema refuses: where, by which keyword, and what stands there."""

    place: Place
    keyword: str
    schema: Mapping[str, Any]
    instance: Json


def find_faults(schema: Mapping[str, Any], value: Json, place: Place = ()) -> Iterator[Fault]:
    """Yield every fault of a value."""
    for keyword, told in schema.items():
        if keyword in INSIDE:
            yield from INSIDE[keyword](schema, told, value, place)
        elif keyword not in SAID and not HOLDS[keyword](told, value, schema):
            yield Fault(place, keyword, schema, value)


def is_valid(schema: Mapping[str, Any], value: Json) -> bool:
    """Say whether a value has no fault."""
    return next(find_faults(schema, value), None) is None


def require_known(schema: Mapping[str, Any]) -> None:
    """Refuse a schema with keywords that would count for nothing here."""
    unknown = set(schema) - set(HOLDS) - set(INSIDE) - SAID
    if unknown:
        raise ValueError(f"schema: {', '.join(sorted(unknown))} unknown; expected {', '.join([*HOLDS, *INSIDE])}")
    for inner in (*schema.get("properties", {}).values(), *schema.get("patternProperties", {}).values()):
        require_known(inner)
    for inner in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        require_known(inner)


def _find_in_properties(schema: Mapping[str, Any], told: Any, value: Json, place: Place) -> Iterator[Fault]:
    for name, inner in told.items():
        if isinstance(value, dict) and name in value:
            yield from find_faults(inner, value[name], (*place, name))


def _find_in_patterns(schema: Mapping[str, Any], told: Any, value: Json, place: Place) -> Iterator[Fault]:
    for pattern, inner in told.items():
        for name, held in value.items() if isinstance(value, dict) else ():
            if re.search(pattern, name):
                yield from find_faults(inner, held, (*place, name))


def _find_in_items(schema: Mapping[str, Any], told: Any, value: Json, place: Place) -> Iterator[Fault]:
    for index, element in enumerate(value if isinstance(value, list) else ()):
        yield from find_faults(told, element, (*place, index))


INSIDE: dict[str, Callable[[Mapping[str, Any], Any, Json, Place], Iterator[Fault]]] = {
    "properties": _find_in_properties,
    "patternProperties": _find_in_patterns,
    "items": _find_in_items,
}


def list_extra(schema: Mapping[str, Any], value: Json) -> list[str]:
    """List the names of an object that its schema does not know."""
    patterns, known = schema.get("patternProperties", {}), schema.get("properties", {})
    names = value if isinstance(value, dict) else {}
    return [name for name in names if name not in known and not any(re.search(one, name) for one in patterns)]


def _is_unique(value: list[Json]) -> bool:
    return all(one not in value[:index] for index, one in enumerate(value))


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


HOLDS: dict[str, Callable[[Any, Any, Mapping[str, Any]], bool]] = {
    "type": lambda told, value, schema: TYPES[told](value),
    "enum": lambda told, value, schema: value in told,
    "const": lambda told, value, schema: type(value) is type(told) and value == told,
    "pattern": lambda told, value, schema: not isinstance(value, str) or re.search(told, value) is not None,
    "minLength": lambda told, value, schema: not isinstance(value, str) or len(value) >= told,
    "maxLength": lambda told, value, schema: not isinstance(value, str) or len(value) <= told,
    "minItems": lambda told, value, schema: not isinstance(value, list) or len(value) >= told,
    "uniqueItems": lambda told, value, schema: not isinstance(value, list) or _is_unique(value),
    "minimum": lambda told, value, schema: not _is_number(value) or value >= told,
    "maximum": lambda told, value, schema: not _is_number(value) or value <= told,
    "required": lambda told, value, schema: not isinstance(value, dict) or set(told) <= set(value),
    "additionalProperties": lambda told, value, schema: not list_extra(schema, value),
    "anyOf": lambda told, value, schema: any(is_valid(one, value) for one in told),
}
