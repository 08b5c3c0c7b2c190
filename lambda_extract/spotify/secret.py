"""The secret of one account: the credentials of the app and the user."""

import datetime as dt
import json
from dataclasses import dataclass, field

from lambda_extract import errors
from lambda_extract.errors import ExtractError
from lambda_extract.raw_format import Json, JsonObject

SCOPES = (
    "playlist-read-collaborative",
    "playlist-read-private",
    "user-follow-read",
    "user-library-read",
    "user-read-recently-played",
    "user-top-read",
)
"""All that the extractor may ever read, so that a new source needs no new login."""

TEXTS = ("client_id", "client_secret")


@dataclass(frozen=True)
class Secret:
    """What the secret holds; `fields` is all of it, to be stored back as it was."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    fields: JsonObject = field(default_factory=dict, repr=False)


def parse_secret(text: str, origin: str) -> Secret:
    """Read a secret; an error names what is missing, never what is there."""
    try:
        fields: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise refuse_secret(origin, "is not valid JSON") from None
    if not isinstance(fields, dict):
        raise refuse_secret(origin, "is not a JSON object")
    wrong = [name for name in TEXTS if not _is_text(fields.get(name))]
    wrong += ["refresh_token"] if not _is_text(fields.get("refresh_token", "-")) else []
    if wrong:
        raise refuse_secret(origin, f"has no usable {', '.join(wrong)}")
    refresh_token = fields.get("refresh_token")
    return Secret(
        str(fields["client_id"]), str(fields["client_secret"]), str(refresh_token) if refresh_token else None, fields
    )


def write_rotated(secret: Secret, refresh_token: str) -> str:
    """Write the secret with the refresh token that Spotify gave in place of the old one."""
    return json.dumps({**secret.fields, "refresh_token": refresh_token})


def replace_token(text: str, before: str | None, after: str, origin: str) -> str | None:
    """Put a new refresh token into the secret as it is now; None if somebody has replaced the token since."""
    now = parse_secret(text, origin)
    return write_rotated(now, after) if now.refresh_token == before else None


def find_ages(secret: Secret, today: dt.date) -> dict[str, int]:
    """Return how many days old the login and the client secret are, as far as the secret says."""
    ages = {}
    for name in ("login_date", "client_secret_date"):
        try:
            ages[name] = (today - dt.date.fromisoformat(str(secret.fields[name]))).days
        except (KeyError, ValueError):
            continue
    return ages


def describe_age(name: str, days: int) -> str:
    """Return what an old login or client secret leads to, and what to do."""
    if name == "login_date":
        return f"the login is {days} days old and ends after six months. Log in again with `lakehouse login`."
    return (
        f"the client secret is {days} days old: make a new one in the developer dashboard, put it into the secret"
        " with its client_secret_date. The next run takes it."
    )


def refuse_secret(origin: str, reason: str) -> ExtractError:
    """Return the error for a wrong secret."""
    return ExtractError(
        f"secret {origin} {reason}: expected JSON with client_id, client_secret and, for the sources of a user,"
        " refresh_token. Nothing was fetched.",
        errors.SECRET,
    )


def _is_text(value: Json) -> bool:
    """Return whether this can be sent: Spotify's own are letters and digits; a pasted … is not."""
    return isinstance(value, str) and bool(value.strip()) and value.isascii() and value.isprintable()
