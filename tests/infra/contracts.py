"""Calls of AWS held against the services' own models, as botocore has them: members, types, enums, patterns, lengths.

botocore itself checks types and least lengths only; the rest AWS would refuse when it is too late.
"""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape

SERVICES = {"monitoring": "cloudwatch"}
"""Services that sign their calls with another name than botocore gives them."""

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


@dataclass
class Recorder:
    """A server between whoever calls AWS and an emulated one, which writes down each call."""

    target: str
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """Service, operation and parameters; calls of S3, whose bodies are XML and objects, are left out."""

    address: str = ""


@contextlib.contextmanager
def recording(target: str) -> Iterator[Recorder]:
    """Return a recorder that passes everything on."""
    recorder = Recorder(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = read_call(self.command, self.path, dict(self.headers), body)
            if found:
                recorder.calls.append(found)
            connection = HTTPConnection(urlsplit(target).netloc)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = pass_on

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        recorder.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield recorder
        finally:
            server.shutdown()


def read_call(
    method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, str, dict[str, Any]] | None:
    """Return a call as service, operation and parameters; None for one of S3, or of nobody's."""
    known = {name.lower(): value for name, value in headers.items()}
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", known.get("authorization", ""))
    service = SERVICES.get(scope[1], scope[1]) if scope else "s3"
    if service == "s3":
        return None
    if target := known.get("x-amz-target"):
        return service, target.rpartition(".")[2], json.loads(body or b"{}")
    if body.startswith(b"Action="):
        operation = dict(parse_qsl(body.decode()))["Action"]
        return service, operation, read_form(load_model(service).operation_model(operation), body.decode()) or {}
    return read_rest(service, method, path, body)


def read_rest(service: str, method: str, path: str, body: bytes) -> tuple[str, str, dict[str, Any]] | None:
    """Return a REST call: its operation is told by method and path."""
    model = load_model(service)
    at, _, query = path.partition("?")
    for name in sorted(model.operation_names, key=lambda one: -len(model.operation_model(one).http["requestUri"])):
        operation = model.operation_model(name)
        template, _, wanted = operation.http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{(\w+)\\?\+?\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        found = re.fullmatch(pattern, at)
        if operation.http["method"] == method and found and wanted in query:
            parts = {key: unquote(value) for key, value in found.groupdict().items()}
            asked = dict(parse_qsl(query))
            told = json.loads(body) if body.startswith(b"{") else {}
            return service, name, {**parts, **asked, **told}
    return None


def read_form(operation: OperationModel, body: str) -> dict[str, Any] | None:
    """Return the parameters of a form: a.member.1.b is the b of the first a."""
    if operation.input_shape is None:
        return {}
    pairs = dict(parse_qsl(body, keep_blank_values=True))
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
