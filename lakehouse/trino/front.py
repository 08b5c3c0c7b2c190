"""A proxy in front of Trino: it passes on what programs of this machine ask, and nothing that a web page asks.

Trino looks at neither Host nor Origin. What may be read and written is Trino's own to decide (server.py).

Trino itself listens on an address of this machine that is drawn each time (127.x.y.z, where the system has them),
so that a web page can no more guess it than a password.
"""

import contextlib
import platform
import secrets
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from lakehouse.doorkeeper import find_fault

HOST = "127.0.0.1"
LARGEST = 16 * 1024 * 1024
"""Bytes of a request: a statement has a million characters at most."""

PATIENCE = 600
"""Seconds that an answer, or a client that stays connected, may take."""

OF_THIS_STRETCH = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
"""Headers that concern a connection and not what is asked."""


def draw_host() -> str:
    """Return an address of this machine that nobody can guess; elsewhere than on Linux there is only one."""
    if platform.system() != "Linux":
        return HOST
    return f"127.{secrets.randbelow(254) + 1}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"


class _Front(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, host: str, inner_port: int) -> None:
        self.inner = (host, inner_port)
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""


class _Handler(BaseHTTPRequestHandler):
    server: _Front
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def pass_on(self) -> None:
        """Pass a request on and its answer back."""
        hosts = self.headers.get_all("Host", [])
        host, site = hosts[0] if len(hosts) == 1 else None, self.headers.get("Sec-Fetch-Site")
        fault = find_fault(host, self.headers.get("Origin"), site)
        size = self.headers.get("Content-Length", "0")
        if fault:
            return self.refuse(403, fault)
        if "Transfer-Encoding" in self.headers or not (size.isascii() and size.isdigit()):
            return self.refuse(411, "the request does not say its size: expected Content-Length")
        if int(size) > LARGEST:
            return self.refuse(413, f"the request has {size} bytes: expected {LARGEST} at most")
        body = self.rfile.read(int(size))
        try:
            with contextlib.closing(HTTPConnection(*self.server.inner, timeout=PATIENCE)) as connection:
                connection.request(self.command, self.path, body, list_headers(self.headers.items()))
                self.give(connection.getresponse())
        except (OSError, HTTPException):
            self.refuse(502, "Trino does not answer")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = pass_on

    def give(self, answer: HTTPResponse) -> None:
        """Give Trino's answer back."""
        body = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in list_headers(answer.getheaders()).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status: int, fault: str) -> None:
        """Say what is wrong, and end the connection."""
        self.close_connection = True
        body = f"{fault}\n".encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


def list_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """List what is passed on; one that comes again is joined to the first, as the protocol allows."""
    kept: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower not in OF_THIS_STRETCH and not lower.startswith(("x-forwarded-", "access-control-")):
            kept[name] = f"{kept[name]}, {value}" if name in kept else value
    return kept


@contextlib.contextmanager
def running_front(port: int, host: str, inner_port: int) -> Iterator[None]:
    """Listen on a port of this machine for what Trino listens for at its own address."""
    front = _Front(port, host, inner_port)
    thread = Thread(target=front.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        front.shutdown()
        front.server_close()
        thread.join()
