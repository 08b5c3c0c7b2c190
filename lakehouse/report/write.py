"""Write the page. Everything it needs is in it, and its own rules forbid it to ask the network, except for covers."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lakehouse.errors import UserError
from lakehouse.report.addresses import Addresses
from lakehouse.report.gather import gather
from lakehouse.warehouse.session import Session

HERE = Path(__file__).parent
SCRIPTS = ("vendor/d3.min.js", "vendor/plot.umd.min.js", "page.js")


def write_report(warehouse: Path, path: Path, addresses: Addresses = "links") -> None:
    """Write the page about a warehouse into a file, whole or not at all."""
    text = render_report(Session(warehouse), addresses)
    draft = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise UserError(f"--out {path}: {error.strerror or error}; expected a file to write. No report.") from error


def render_report(session: Session, addresses: Addresses = "links") -> str:
    """Return the page as text."""
    data = gather(session, addresses)
    scripts = [(HERE / name).read_text(encoding="utf-8") for name in SCRIPTS]
    loader = FileSystemLoader(HERE)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2").render(
        data=embed(data),
        has_links=addresses != "none",
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        scripts=[Markup(script) for script in scripts],
        script_hashes=Markup(" ".join(hash_of(script) for script in scripts)),
        image_hosts=Markup("".join(f" {host}" for host in image_hosts(data))),
    )


def embed(data: Mapping[str, Any]) -> Markup:
    """Return data as JSON that no name in it can break out of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def hash_of(script: str) -> str:
    """Return how a content security policy names a script that may run; no other runs."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def image_hosts(data: Mapping[str, Any]) -> list[str]:
    """Return the hosts from which covers may be shown, each as an origin."""
    return sorted({origin for url in covers_in(data) if (origin := origin_of(url)) is not None})


def covers_in(data: Mapping[str, Any]) -> Iterable[str]:
    """Yield the address of each cover."""
    for rows in data.get("names", {}).values():
        yield from (row[3] for row in rows if row[3])


def origin_of(url: str) -> str | None:
    """Return the origin of an address, if it can be written into a policy."""
    host = urlsplit(url).netloc
    is_plain = host and host.isascii() and all(sign.isalnum() or sign in ".-:" for sign in host)
    return f"https://{host}" if is_plain else None
