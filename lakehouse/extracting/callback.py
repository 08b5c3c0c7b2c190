"""The browser's return from Spotify's login: to a server of this machine or, where the browser runs on another, pasted.

The page that the browser shows at the end says what became of the login, so it waits for it.
"""

import contextlib
import html
import os
import secrets
import select
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lakehouse.console import complain
from lakehouse.doorkeeper import find_fault
from lakehouse.errors import UserError
from lambda_extract.spotify.client import shorten

PATH = "/callback"
LOOK = 0.2
"""Seconds between two looks for what came."""

EXCHANGE = 90.0
"""Seconds in which a code becomes a login that is kept; the browser waits so long."""

PAGE = "<!doctype html><meta charset=utf-8><title>Spotify lakehouse</title><p>{text} You can close this window."
FOREIGN = "This does not belong to the login that is waiting."


@dataclass(frozen=True)
class Return:
    """What the browser brought: a code, or why there is none."""

    code: str | None
    refusal: str = ""


def name_redirect(port: int) -> str:
    """Name the address that Spotify sends the browser back to; it must be registered exactly so."""
    return f"http://127.0.0.1:{port}{PATH}"


def read_return(address: str, state: str) -> Return | None:
    """Read an address that the browser was sent back to; None where it does not belong to this login."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    is_ours = secrets.compare_digest(query.get("state", "").encode(errors="replace"), state.encode())
    if parts.path != PATH or not is_ours:
        return None
    return Return(query.get("code"), shorten(query.get("error", "no code came")))


class _Handler(BaseHTTPRequestHandler):
    """Takes the browser's return from Spotify."""

    server: "CallbackServer"
    timeout = 5

    def do_GET(self) -> None:
        """Take what belongs to this login and answer when it is done; all else is turned away at once."""
        fault = find_fault(self.headers.get("Host"), self.headers.get("Origin"))
        returned = read_return(self.path, self.server.state)
        if fault:
            self._say(403, fault)
        elif urlsplit(self.path).path != PATH:
            self._say(404, "There is nothing here.")
        elif returned is None:
            self._say(400, FOREIGN)
        else:
            self.server.take(returned)
            self.server.is_done.wait(EXCHANGE)
            self._say(200, self.server.outcome)
            self.server.is_told.set()

    def _say(self, status: int, text: str) -> None:
        body = PAGE.format(text=html.escape(text)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the line would show the code."""


class CallbackServer(ThreadingHTTPServer):
    """Waits on this machine for the browser's return; a slow client holds up no other."""

    daemon_threads = True

    def __init__(self, port: int, state: str) -> None:
        """Take the port, before the browser is opened."""
        self.state, self.came = state, SimpleQueue[Return]()
        self.is_done, self.is_told, self.has_browser = Event(), Event(), False
        self.outcome = "The login is not done yet: look at the terminal."
        super().__init__(("127.0.0.1", port), _Handler)

    def take(self, returned: Return) -> None:
        """Note that a browser brought something, and waits for the outcome."""
        self.has_browser = True
        self.came.put(returned)

    def wait(self, patience: float) -> str:
        """Wait for the code, by the browser or pasted."""
        end, typed = monotonic() + patience, find_typed()
        while monotonic() <= end:
            if typed is not None and select.select([typed], [], [], 0)[0]:
                typed = self.read_pasted(typed)
            with contextlib.suppress(Empty):
                return require_code(self.came.get(timeout=LOOK))
        raise UserError(f"no login within {patience:.0f} s: expected the browser to come back. Nothing was kept.")

    def read_pasted(self, typed: int) -> int | None:
        """Take what was pasted; None where nothing can come any more."""
        text = os.read(typed, 65536).decode(errors="replace")
        if text.strip():
            returned = read_return(text, self.state)
            if returned:
                self.came.put(returned)
            else:
                expected = f"{name_redirect(self.server_port)}?code=…"
                complain(f"That address does not belong to this login: expected the whole of one like {expected}")
        return typed if text else None

    def tell(self, outcome: str) -> None:
        """Let the browser show what became of the login, and wait a moment until it does."""
        self.outcome = outcome
        self.is_done.set()
        if self.has_browser:
            self.is_told.wait(2)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""


def find_typed() -> int | None:
    """Find where what is typed comes in."""
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def require_code(returned: Return) -> str:
    """Return the code, or refuse a return without one."""
    if returned.code is None:
        raise UserError(f"Spotify says {returned.refusal}: expected a login. Nothing was kept.")
    return returned.code


@contextlib.contextmanager
def listen(port: int, state: str) -> Iterator[CallbackServer]:
    """Listen on the port, and let the browser show how the block failed; a port that is taken has a way out."""
    try:
        server = CallbackServer(port, state)
    except OSError as error:
        raise UserError(
            f"port {port}: {error.strerror}; expected it to be free. Take another with --port, and register"
            " http://127.0.0.1:<port>/callback in the dashboard."
        ) from error
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    except UserError as error:
        server.tell(f"Not logged in: {error}")
        raise
    finally:
        server.is_done.set()
        server.shutdown()
        server.server_close()
