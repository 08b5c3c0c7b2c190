"""Bound the whole of an answer, in time and in size.

By itself a read timeout begins again with each byte that comes, and a small compressed body may unpack to gigabytes.
"""

import io
import socket
from http.client import HTTPResponse
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

LARGEST = 16 * 1024 * 1024
"""Most bytes of an unpacked body. Spotify's largest page, 50 saved albums with all markets, has 6 MB."""

MOST_VALUES = 1_500_000
"""Most JSON values in a body, each of which takes up to 200 bytes; that same page has about 500,000."""

CHUNK = 64 * 1024


class AnswerTooLargeError(requests.RequestException):
    """An answer that is larger than any of Spotify's; the message says what was expected and what it got."""


def read_body(response: requests.Response) -> requests.Response:
    """Read the body of an answer that was asked for as a stream, unpacked, up to the limits."""
    body = bytearray()
    try:
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > LARGEST:
                raise AnswerTooLargeError(f"the body is over {LARGEST // 2**20} MB unpacked: expected less")
    finally:
        response.close()
    if body.count(b",") + body.count(b"{") + body.count(b"[") > MOST_VALUES:
        raise AnswerTooLargeError(f"the body has over {MOST_VALUES:,} values: expected fewer")
    response._content = bytes(body)
    return response


class _Answer(HTTPResponse):
    """An answer that has the socket's timeout for all of it: status, headers and body."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_BoundedReader(self.fp.detach(), sock))


class _BoundedReader(io.RawIOBase):
    """Reads a socket until its timeout, counted from now, has passed."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        timeout = sock.gettimeout()
        self._end = None if timeout is None else monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """Wait for bytes, but not beyond the deadline."""
        if self._end is not None:
            left = self._end - monotonic()
            if left <= 0:
                raise TimeoutError("the answer is not whole in time")
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecureConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS = {"http": _Pool, "https": _SecurePool}


class WholeAnswerAdapter(HTTPAdapter):
    """Sends requests whose read timeout is that of the whole answer, by a proxy as well."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Let the pools make connections that bound their answers."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Do the same for connections through a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager
