"""Who may ask a server of this machine: programs of this machine, and no web page.

Such a server has no password: it listens on the loopback address only. A browser on the same machine can reach it too,
and runs the code of strangers. Headers that a page cannot choose give it away: `Origin`; `Host`, which names the page's
own host where that name was pointed at this machine (DNS rebinding); and `Sec-Fetch-Site`, because an image or a link
of a page comes without an `Origin`, and a GET changes what some servers hold.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

OWN = re.compile(r"(127(\.[0-9]{1,3}){3}|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
"""The names of this machine that no other name server can give away."""

TEXT = ("Content-Type", "text/plain; charset=utf-8")
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


FOREIGN = ("cross-site", "same-site")
"""What browsers say of a request that a page of another server made; `none` is an address that a person typed."""


def find_fault(host: str | None, origin: str | None, site: str | None = None) -> str | None:
    """Say why a request is refused; None for one that a program of this machine makes."""
    if host is None or not OWN.fullmatch(host):
        return "the Host header does not name this machine: expected 127.0.0.1 or localhost"
    if site in FOREIGN or (origin is not None and origin.lower() != f"http://{host.lower()}"):
        return "the request comes from another web page: expected one of a program of this machine"
    return None


def keep_out(application: Application, *, may_visit: bool = False) -> Application:
    """Return a WSGI application that answers programs of this machine only, and allows no page to read an answer.

    With `may_visit` a page may send its reader here, as an application does for a login.
    """

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        is_visit = may_visit and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        site = None if is_visit else environ.get("HTTP_SEC_FETCH_SITE")
        fault = find_fault(environ.get("HTTP_HOST"), environ.get("HTTP_ORIGIN"), site)
        if fault is None:
            return application(environ, without_cors(start_response))
        start_response("403 Forbidden", [TEXT])
        return [f"{fault}\n".encode()]

    return answer


def without_cors(start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Leave out what would let pages of other origins read an answer."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        kept = [(name, value) for name, value in headers if not name.lower().startswith("access-control-")]
        return start_response(status, kept, *more)

    return start
