"""Calls of AWS held against the services' own models, as botocore has them: members, types, enums, patterns, lengths.

botocore itself checks types and least lengths only; the rest AWS would refuse when it is too late.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape

SERVICES = {
    "Athena": "athena", "CloudWatch": "cloudwatch", "CloudWatch Logs": "logs", "EventBridge": "events", "Glue": "glue",
    "IAM": "iam", "Lambda": "lambda", "S3": "s3", "SNS": "sns", "SQS": "sqs", "Scheduler": "scheduler",
    "Secrets Manager": "secretsmanager", "STS": "sts",
}  # fmt: skip
"""Services as the log of Terraform's provider names them, and as botocore does."""

NOT_TRANSLATED = re.compile(r"\\[pPuxQE]|\(\?<|&&")
"""What Java's patterns have and Python's have not."""


@lru_cache
def load_model(service: str) -> ServiceModel:
    """Return the model of a service."""
    return botocore.session.get_session().get_service_model(service)


def find_faults(service: str, operation: str, params: Mapping[str, Any]) -> list[str]:
    """Return what AWS's own model says against a call."""
    model: OperationModel = load_model(service).operation_model(operation)
    if model.input_shape is None:
        return []
    return [f"{service}:{operation} {fault}" for fault in _look(model.input_shape, params, "")]


def _look(shape: Shape, value: Any, where: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _look_at_structure(shape, value, where)
    elif shape.type_name == "list":
        yield from _look_at_size(shape, len(value), where)
        for number, one in enumerate(value):
            yield from _look(shape.member, one, f"{where}[{number}]")
    elif shape.type_name == "map":
        for name, one in value.items():
            yield from _look(shape.key, name, f"{where} key")
            yield from _look(shape.value, one, f"{where}[{name}]")
    elif shape.type_name == "string":
        yield from _look_at_text(shape, str(value), where)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _look_at_size(shape, float(value), where)


def _look_at_structure(shape: Shape, value: Mapping[str, Any], where: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: expected a structure, got {value!r}"
        return
    names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
    known = {names.get(name, name): one for name, one in value.items() if one is not None}
    for name in set(known) - set(shape.members):
        yield f"{where}.{name}: no such member"
    for name in set(shape.required_members) - set(known):
        yield f"{where}.{name}: missing"
    for name in set(known) & set(shape.members):
        yield from _look(shape.members[name], known[name], f"{where}.{name}")


def _look_at_text(shape: Shape, text: str, where: str) -> Iterator[str]:
    if shape.enum and text not in shape.enum:
        yield f"{where}: {text!r} is none of {', '.join(shape.enum)}"
    yield from _look_at_size(shape, len(text), where)
    pattern = shape.metadata.get("pattern")
    if pattern and not NOT_TRANSLATED.search(pattern) and not re.search(rf"\A(?:{pattern})\Z", text, re.DOTALL):
        yield f"{where}: {text!r} does not match {pattern}"


def _look_at_size(shape: Shape, size: float, where: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and size < float(least)) or (most is not None and size > float(most)):
        yield f"{where}: {size:g} is not between {least} and {most}"


def read_calls(log: str) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """Yield each call of AWS that Terraform's provider logged: service, operation, parameters; None where unreadable."""
    for line in log.splitlines():
        service, operation = _find(line, "rpc.service"), _find(line, "rpc.method")
        if "http.request.body" in line or "HTTP Request Sent" in line:
            if service in SERVICES and operation:
                yield SERVICES[service], operation, _read_params(SERVICES[service], operation, line)


def _find(line: str, name: str) -> str | None:
    found = re.search(rf'{re.escape(name)}=("(?:[^"\\]|\\.)*"|\S+)', line)
    if not found:
        return None
    text = found[1]
    return str(json.loads(text)) if text.startswith('"') else text


def _read_params(service: str, operation: str, line: str) -> dict[str, Any] | None:
    protocol, body = load_model(service).protocol, _find(line, "http.request.body")
    if body is None or body in ("", "[Redacted]"):
        return None
    if protocol == "query" or body.startswith("Action="):
        return read_form(load_model(service).operation_model(operation), body)
    if protocol in ("json", "rest-json") and body.startswith("{"):
        params: dict[str, Any] = json.loads(body)
        return params if protocol == "json" else {**read_path(service, operation, line), **params}
    return None


def read_path(service: str, operation: str, line: str) -> dict[str, Any]:
    """Return the parameters that stand in the address of a REST call."""
    template = load_model(service).operation_model(operation).http["requestUri"].split("?")[0]
    pattern = re.sub(r"\\\{(\w+)\\?\+?\\\}", r"(?P<\1>[^/?]+)", re.escape(template))
    found = re.search(pattern, _find(line, "http.url") or "")
    shape = load_model(service).operation_model(operation).input_shape
    names = {member.serialization.get("name", name): name for name, member in shape.members.items()} if shape else {}
    return {names.get(name, name): value for name, value in found.groupdict().items()} if found else {}


def read_form(operation: OperationModel, body: str) -> dict[str, Any] | None:
    """Return the parameters of a form: a.member.1.b is the b of the first a."""
    if operation.input_shape is None:
        return {}
    pairs = {name: value for name, value in parse_qsl(body, keep_blank_values=True)}
    tree: dict[str, Any] = {}
    for name, value in pairs.items():
        if name in ("Action", "Version"):
            continue
        at = tree
        *path, last = name.split(".")
        for part in path:
            at = at.setdefault(part, {})
        at[last] = value
    return _shape_form(operation.input_shape, tree)


def _shape_form(shape: Shape, tree: Any) -> Any:
    if shape.type_name == "structure":
        named = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        return {name: _shape_form(named[name], one) if name in named else one for name, one in tree.items()}
    if shape.type_name == "list":
        items = tree.get("member", tree) if isinstance(tree, dict) else {}
        return [_shape_form(shape.member, items[number]) for number in sorted(items, key=int)]
    if shape.type_name == "map":
        entries = tree.get("entry", tree)
        return {one["key"]: one["value"] for one in entries.values()}
    return tree
