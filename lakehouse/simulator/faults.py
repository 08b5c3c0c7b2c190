"""Faults to order: which calls of which endpoint go wrong, and how.

A fault is written `endpoint:kind[=value][:after=N][:times=N]`. The endpoint is a path below /v1/, or `api/token`, with
`*` for any text; a fault strikes after N calls of it and N times, by default from the first on and for ever.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from time import sleep
from typing import Any

from werkzeug.wrappers import Response

JSON_TYPE = "application/json; charset=utf-8"
LONG, SHORT = 50_000, 1
DRIPPING, DROPS = 60, 50
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
PAGE_NAMES = ("items", "tracks", "albums", "artists")


@dataclass(frozen=True)
class FaultKind:
    """What a kind of fault does: answer in its own way, or spoil the right answer."""

    text: str
    strike: Callable[[Response, float | None], Response]
    takes_value: bool = False


@dataclass
class Fault:
    """A fault that was ordered, and how often its calls came."""

    written: str
    endpoint: str
    kind: str
    value: float | None = None
    after: int = 0
    times: float = float("inf")
    calls: int = 0

    def takes(self, path: str) -> bool:
        """Count a call of this endpoint, and tell whether the fault strikes it."""
        if not fnmatchcase(path, self.endpoint):
            return False
        self.calls += 1
        return self.after < self.calls <= self.after + self.times


@dataclass
class Faults:
    """The faults that are switched on."""

    ordered: list[Fault] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def order(self, texts: list[str]) -> None:
        """Switch on these faults and no others."""
        self.ordered = [read_fault(text) for text in texts]

    def find(self, path: str) -> Fault | None:
        """Find what strikes a call; of several the first, and all of them count it."""
        with self.lock:
            striking = [fault for fault in self.ordered if fault.takes(path)]
        return striking[0] if striking else None


def read_fault(text: str) -> Fault:
    """Read a fault; fail with one line that says what is wrong."""
    endpoint, *parts = text.split(":")
    if not endpoint or not parts:
        raise ValueError(
            f"fault {text!r}: expected endpoint:kind[=value][:after=N][:times=N], e.g. me/tracks:500:times=2"
        )
    kind, _, value = parts[0].partition("=")
    if kind not in KINDS:
        raise ValueError(f"fault {text!r}: {kind!r} is not a kind; expected one of {', '.join(KINDS)}")
    if value and not (KINDS[kind].takes_value and NUMBER.fullmatch(value)):
        raise ValueError(f"fault {text!r}: {value!r} does not go with {kind}")
    fault = Fault(text, endpoint, kind, float(value) if value else None)
    for part in parts[1:]:
        name, _, number = part.partition("=")
        if name not in ("after", "times") or not number.isdigit():
            raise ValueError(f"fault {text!r}: {part!r}; expected after=N or times=N")
        setattr(fault, name, int(number))
    return fault


def strike(fault: Fault, response: Response) -> Response:
    """Return what is answered instead."""
    return KINDS[fault.kind].strike(response, fault.value)


def error(status: int, message: str, **more: Any) -> Response:
    """Return an error as the API writes it."""
    body = {"error": {"status": status, "message": message, **more}}
    return Response(json.dumps(body), status, content_type=JSON_TYPE)


def refuse(status: int, message: str, **more: Any) -> Callable[[Response, float | None], Response]:
    """Return a fault that answers an error."""
    return lambda _response, _value: error(status, message, **more)


def fail(status: int) -> Callable[[Response, float | None], Response]:
    """Return a fault that answers a failure of the service, with Retry-After where a value says so."""

    def answer(_response: Response, value: float | None) -> Response:
        failed = Response("upstream connect error", status, content_type="text/plain")
        return failed if value is None else with_retry_after(failed, value)

    return answer


def limit(_response: Response, value: float | None) -> Response:
    """Return a rate limit; without a value it does not say for how long."""
    limited = error(429, "API rate limit exceeded")
    return limited if value is None else with_retry_after(limited, value)


def use_up_quota(_response: Response, value: float | None) -> Response:
    """Return what an app hears whose calls of the day are used up."""
    return with_retry_after(error(429, "Too many requests", reason="QUOTA_EXCEEDED"), LONG if value is None else value)


def with_retry_after(response: Response, seconds: float) -> Response:
    """Say for how long to stay away."""
    response.headers["Retry-After"] = f"{seconds:.0f}"
    return response


def be_slow(response: Response, value: float | None) -> Response:
    """Answer late."""
    sleep(SHORT if value is None else value)
    return response


def drip(response: Response, value: float | None) -> Response:
    """Send the body a few bytes at a time, all of it only after so many seconds."""
    data = response.get_data()
    step = max(1, len(data) // DROPS)
    pause = (DRIPPING if value is None else value) / DROPS

    def send() -> Iterator[bytes]:
        for start in range(0, len(data), step):
            sleep(pause)
            yield data[start : start + step]

    dripping = Response(send(), response.status_code, content_type=JSON_TYPE)
    dripping.headers["Content-Length"] = str(len(data))
    return dripping


def drop(_response: Response, _value: float | None) -> Response:
    """Close the connection without an answer."""
    raise ConnectionResetError("a fault that was ordered")


def truncate(response: Response, _value: float | None) -> Response:
    """Announce the whole body and send half of it."""
    data = response.get_data()
    half = Response(data[: len(data) // 2], response.status_code, content_type=JSON_TYPE)
    half.automatically_set_content_length = False
    half.headers["Content-Length"] = str(len(data))
    half.headers["Connection"] = "close"
    return half


def cut(response: Response, _value: float | None) -> Response:
    """Send half of the body as if it were whole."""
    data = response.get_data()
    return Response(data[: len(data) // 2], response.status_code, content_type=JSON_TYPE)


def send_html(_response: Response, _value: float | None) -> Response:
    """Send a page that is not valid JSON."""
    return Response("<html>Something went wrong</html>", 200, content_type="text/html")


def send_nothing(_response: Response, _value: float | None) -> Response:
    """Send a success without a body."""
    return Response(b"", 200, content_type=JSON_TYPE)


def spoil_pages(spoil: Callable[[dict[str, Any]], None]) -> Callable[[Response, float | None], Response]:
    """Return a fault that changes the pages of an answer; an answer without any stays as it is."""

    def answer(response: Response, _value: float | None) -> Response:
        body = json.loads(response.get_data()) if response.status_code == 200 else None
        for page in find_pages(body):
            spoil(page)
        return response if body is None else Response(json.dumps(body, ensure_ascii=False), 200, content_type=JSON_TYPE)

    return answer


def find_pages(body: Any) -> list[dict[str, Any]]:
    """Return the page that an answer is, or those inside it."""
    if not isinstance(body, dict):
        return []
    if isinstance(body.get("items"), list):
        return [body]
    return [page for name in PAGE_NAMES for page in find_pages(body.get(name))]


def shift(page: dict[str, Any]) -> None:
    """Serve the page as if the list's first entry had been taken away since the page before."""
    page["items"] = page["items"][1:] if page.get("offset") else page["items"]
    page["total"] = page.get("total", 0) - 1


def lie(page: dict[str, Any]) -> None:
    """Announce more than there is."""
    page["total"] = page.get("total", 0) + 1000


def end_early(page: dict[str, Any]) -> None:
    """Announce no further page where there is one."""
    page["next"] = None


def point_back(page: dict[str, Any]) -> None:
    """Let the next link lead to this page again."""
    page["next"] = page.get("href")


def point_elsewhere(page: dict[str, Any]) -> None:
    """Let the next link lead to another host, which no token may be sent to."""
    page["next"] = "https://elsewhere.example/v1/me/tracks?offset=50&limit=50"


KINDS: dict[str, FaultKind] = {
    **{
        str(status): FaultKind(f"{status}, with =N a Retry-After", fail(status), True)
        for status in (500, 502, 503, 504)
    },
    "400": FaultKind("400 Invalid limit", refuse(400, "Invalid limit")),
    "401": FaultKind("401 The access token expired", refuse(401, "The access token expired")),
    "403": FaultKind("403 Forbidden", refuse(403, "Forbidden")),
    "scope": FaultKind("403 Insufficient client scope", refuse(403, "Insufficient client scope")),
    "premium": FaultKind(
        "403, the owner lacks Premium", refuse(403, "Active premium subscription required for the owner of the app")
    ),
    "user": FaultKind(
        "403, the user is not on the app's list", refuse(403, "User not registered in the Developer Dashboard")
    ),
    "404": FaultKind("404 Resource not found", refuse(404, "Resource not found")),
    "429": FaultKind("429 rate limit, with =N a Retry-After", limit, True),
    "quota": FaultKind("429 QUOTA_EXCEEDED, Retry-After N", use_up_quota, True),
    "slow": FaultKind("answers N seconds late", be_slow, True),
    "drip": FaultKind("sends its body in drops, N seconds long", drip, True),
    "drop": FaultKind("closes the connection", drop),
    "truncated": FaultKind("announces the body, sends half", truncate),
    "cut": FaultKind("sends half a JSON", cut),
    "html": FaultKind("200 with HTML", send_html),
    "empty": FaultKind("200 with nothing", send_nothing),
    "shift": FaultKind("the list lost its first entry since the page before", spoil_pages(shift)),
    "total": FaultKind("total is 1000 too high", spoil_pages(lie)),
    "end": FaultKind("no next link where there is a page", spoil_pages(end_early)),
    "back": FaultKind("the next link leads back", spoil_pages(point_back)),
    "elsewhere": FaultKind("the next link leads to another host", spoil_pages(point_elsewhere)),
}
