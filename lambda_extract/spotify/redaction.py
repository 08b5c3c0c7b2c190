"""Keep the secrets of a run out of all that is landed, remembered, printed and logged.

An answer may repeat what it was sent: a proxy that echoes its request, a debug page, an error body.
"""

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from lambda_extract.raw_format import Json

MARK = "[redacted]"
SHORTEST = 8
"""Least length of a secret that is searched for; Spotify's have 32 or more, and a shorter text may occur by chance."""


class Redactor:
    """Knows the secrets of a run, and replaces them wherever they occur."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        """Start with the app's secret, also in the form in which it is sent."""
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(client_secret)
        self.add(base64.b64encode(f"{client_id}:{client_secret}".encode()).decode())

    def add(self, secret: str | None) -> None:
        """Add a secret, such as a refreshed token; the older ones stay secret."""
        if secret and len(secret) >= SHORTEST and secret not in self._forms:
            self._forms.update(_list_forms(secret))
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact_text(self, text: str) -> str:
        """Replace every secret in a text."""
        return self._pattern.sub(MARK, text) if self._pattern else text

    def has_secret(self, value: Json) -> bool:
        """Return whether a value contains a secret; one pass of compiled code over its text."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return bool(self._pattern and self._pattern.search(text))

    def redact(self, value: Json) -> Json:
        """Replace every secret in a value, in the names of fields too."""
        if isinstance(value, str):
            return self.redact_text(value)
        if isinstance(value, list):
            return [self.redact(element) for element in value]
        if isinstance(value, dict):
            return {self.redact_text(name): self.redact(element) for name, element in value.items()}
        return value


def _list_forms(secret: str) -> Iterator[str]:
    """List how a secret may be written: as it is, in an address, as JSON, as JSON inside a JSON text."""
    escaped = json.dumps(secret)[1:-1]
    yield from (secret, quote(secret, safe=""), quote_plus(secret), escaped, json.dumps(escaped)[1:-1])
