"""What the extractor's tests share: a Spotify of ten lines that says what it is told to, and a client for it."""

import datetime as dt
import gzip
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import boto3
import requests

from lakehouse.emulated_aws.start import running_server
from lambda_extract.settings import Service
from lambda_extract.spotify.client import Client
from lambda_extract.spotify.limits import Limits
from lambda_extract.spotify.secret import Secret, parse_secret
from lambda_extract.spotify.throttle import Throttle

NOW = dt.datetime(2026, 11, 5, 6, 0, tzinfo=dt.UTC)
TOKEN = {"access_token": "hidden-access-1", "token_type": "Bearer", "expires_in": 3600}
USER_SECRET = {"client_id": "app-101", "client_secret": "hidden-secret-1", "refresh_token": "hidden-refresh-1"}
APP_SECRET = {"client_id": "app-101", "client_secret": "hidden-secret-1"}
HIDDEN = ("hidden-access", "hidden-secret", "hidden-refresh", "Bearer ", "Basic ")


class FakeSpotify(ThreadingHTTPServer):
    """Answers a path with what is given for it, one reply after the other, the last one for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FakeHandler)
        self.replies: dict[str, list[Any]] = {"/api/token": [TOKEN], "/v1/me/": [{"id": "user-201"}]}
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.pauses: list[float] = []

    @property
    def service(self) -> Service:
        base = f"http://127.0.0.1:{self.server_port}/"
        return Service(f"{base}v1/", base)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked if path not in ("/api/token", "/v1/me/")]


class FakeHandler(BaseHTTPRequestHandler):
    server: FakeSpotify

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        self.server.asked.append((parts.path, parts.query))
        self.server.headers.append(dict(self.headers))
        if self.server.pauses and parts.path != "/api/token":
            sleep(self.server.pauses.pop())
        waiting = self.server.replies.get(parts.path, [error(404, "Resource not found")])
        reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        status, body, *headers = reply if isinstance(reply, tuple) else (200, reply)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", data.decode())
        for name, value in headers[0].items() if headers else ():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


def error(status: int, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"status": status, "message": message}}


@contextmanager
def running_fake() -> Iterator[FakeSpotify]:
    server = FakeSpotify()
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running_aws() -> Iterator[tuple[str, dict[str, str]]]:
    """Run an emulated AWS with nothing in it; give its address and the variables that lead there."""
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")
    with running_server() as server:
        url = server.endpoint
        yield url, {**keys, "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ENDPOINT_URL": url, "AWS_CONFIG_FILE": os.devnull}


def connect_aws(url: str, service: str) -> Any:
    """Return a client of a test's own."""
    return boto3.session.Session("testing", "testing", region_name="eu-west-1").client(service, endpoint_url=url)


class FakeTime:
    """A clock that goes on only where somebody waits, and a moment at which the function would be ended."""

    def __init__(self, left: float = float("inf")) -> None:
        self.now = NOW
        self.left = left
        self.waits: list[float] = []

    def __call__(self) -> dt.datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)
        self.left -= seconds


def make_throttle(time: FakeTime | None = None, **given: Any) -> Throttle:
    time = time or FakeTime()
    told = {"limits": Limits(), "pace": 10_000, "time_left": lambda: time.left, "wait": time.wait}
    return Throttle(time, **{**told, **given})


def make_client(
    service: Service,
    secret: dict[str, Any] = USER_SECRET,
    keep: Callable[[str], None] = lambda _: None,
    throttle: Throttle | None = None,
) -> Client:
    return Client(make_secret(secret), service, throttle or make_throttle(), keep)


def make_secret(fields: dict[str, Any]) -> Secret:
    return parse_secret(json.dumps(fields), "test")


def read_lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_the_fake_says_what_it_is_told_in_order():
    with running_fake() as fake:
        fake.replies["/v1/x"] = [{"n": 1}, error(403, "Forbidden")]
        said = [requests.get(f"{fake.service.api_url}x", timeout=5) for _ in range(3)]
    assert [(reply.status_code, reply.json().get("n")) for reply in said] == [(200, 1), (403, None), (403, None)]
