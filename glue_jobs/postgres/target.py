"""Where the PostgreSQL is and who we are there: from the environment, or from the secret that RDS keeps.

The names are those of PostgreSQL's own programs: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE and
PGSSLROOTCERT; or POSTGRES_URL, postgresql://user:password@host:port/database?sslmode=require. Beyond this machine the
connection is encrypted, always; with certificates to verify by, the server has to be the one that was named.
"""

import contextlib
import ipaddress
import json
import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from glue_jobs.errors import LoadError
from glue_jobs.postgres.arguments import PORT, PublishSettings

NOTHING_PUBLISHED = "Nothing was published."
S3 = "s3://"
UNENCRYPTED = ("disable", "allow", "prefer")
MODES = (*UNENCRYPTED, "require", "verify-ca", "verify-full")
PATIENCE = 15
"""Seconds to wait for a server that does not answer."""


@dataclass(frozen=True)
class Target:
    """A database on a server, and who we are there; the password is in no text of it."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    tls: str
    tls_ca: str | None = None

    def __str__(self) -> str:
        """Name the place as people do."""
        return f"{self.host}:{self.port}/{self.database}"

    @property
    def properties(self) -> dict[str, str]:
        """Return the driver's properties."""
        verified = {"sslrootcert": self.tls_ca} if self.tls_ca else {}
        login = {"user": self.user, "password": self.password, "sslmode": self.tls, **verified}
        patience = {"connectTimeout": str(PATIENCE), "loginTimeout": str(2 * PATIENCE), "tcpKeepAlive": "true"}
        return {**login, **patience, "ApplicationName": "publish_rds"}


def find_target(settings: PublishSettings, environment: Mapping[str, str] | None = None) -> Target:
    """Return the target that the arguments name, else that of the environment."""
    if settings.host and settings.secret:
        target_parts = _read_secret(settings.secret)
        return make_target(
            settings.host,
            settings.port,
            settings.dbname,
            target_parts["username"],
            target_parts["password"],
            None,
            settings.tls_ca,
        )
    target = read_environment(os.environ if environment is None else environment)
    # A certificate that is named is to be verified by.
    return replace(target, tls="verify-full", tls_ca=settings.tls_ca) if settings.tls_ca else target


def read_environment(environment: Mapping[str, str]) -> Target:
    """Read PGHOST and its kin, over what POSTGRES_URL says; one error names all that is missing."""
    url = environment.get("POSTGRES_URL", "")
    settings = {**(_read_url(url) if url else {}), **{name: value for name, value in environment.items() if value}}
    if missing := [name for name in ("PGHOST", "PGUSER", "PGDATABASE") if not settings.get(name)]:
        raise LoadError(
            f"environment: {', '.join(missing)} not set; expected where the PostgreSQL is, by PGHOST, PGUSER,"
            f" PGPASSWORD and PGDATABASE or by POSTGRES_URL=postgresql://user:password@host:5432/database."
            f" {NOTHING_PUBLISHED}"
        )
    port = settings.get("PGPORT", str(PORT))
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise LoadError(f"PGPORT: expected a port from 1 to 65535, got {port!r}. {NOTHING_PUBLISHED}")
    return make_target(
        settings["PGHOST"], int(port), settings["PGDATABASE"], settings["PGUSER"], settings.get("PGPASSWORD", ""),
        settings.get("PGSSLMODE"), settings.get("PGSSLROOTCERT"),
    )  # fmt: skip


def make_target(
    host: str, port: int, database: str, user: str, password: str, mode: str | None, tls_ca: str | None
) -> Target:
    """Decide on encryption: never without beyond this machine, verified where there are certificates to verify by."""
    if host.startswith("/"):
        raise LoadError(f"host {host}: expected a name or an address, got a socket's folder. {NOTHING_PUBLISHED}")
    if mode is not None and mode not in MODES:
        raise LoadError(f"sslmode {mode}: expected one of {', '.join(MODES)}. {NOTHING_PUBLISHED}")
    if is_loopback(host):
        tls = mode or "prefer"
    elif mode in UNENCRYPTED:
        raise LoadError(
            f"{host}: expected sslmode require or stricter for a server beyond this machine, got {mode}."
            f" {NOTHING_PUBLISHED}"
        )
    else:
        tls = mode or ("verify-full" if tls_ca else "require")
    return Target(host, port, database, user, password, tls, tls_ca)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its very name."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def require_server(target: Target) -> None:
    """Knock at the server's door, so that a wrong address is said before Spark starts."""
    try:
        socket.create_connection((target.host, target.port), PATIENCE).close()
    except OSError as error:
        why = error.strerror or str(error)
        raise LoadError(
            f"{target.host}:{target.port}: {why}; expected a PostgreSQL that listens there. {NOTHING_PUBLISHED}"
        ) from error


def fetch_certificates(target: Target) -> Target:
    """Have the certificates in a file, as the driver wants them."""
    if not target.tls_ca or not target.tls_ca.startswith(S3):
        if target.tls_ca and not Path(target.tls_ca).is_file():
            raise LoadError(f"{target.tls_ca}: expected a file of certificates, got none. {NOTHING_PUBLISHED}")
        return target
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, key = target.tls_ca.removeprefix(S3).partition("/")
    try:
        content = boto3.session.Session().client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise LoadError(f"{target.tls_ca}: {error}; expected certificates (PEM). {NOTHING_PUBLISHED}") from error
    with tempfile.NamedTemporaryFile(suffix=".pem", delete=False) as file:
        file.write(content)
    return replace(target, tls_ca=file.name)


def _read_url(url: str) -> dict[str, str]:
    """Read a connection URL; what is wrong with it is said without a word of it, as it may hold a password."""
    expected = "expected postgresql://user:password@host:5432/database, a / or @ in the password written %2F or %40"
    try:
        parts = urlsplit(url)
        port = str(parts.port) if parts.port else ""
    except ValueError:
        raise LoadError(f"POSTGRES_URL: no URL; {expected}. {NOTHING_PUBLISHED}") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise LoadError(f"POSTGRES_URL: another kind of URL; {expected}. {NOTHING_PUBLISHED}")
    query = dict(parse_qsl(parts.query))
    url_parts = {
        "PGHOST": parts.hostname or "",
        "PGPORT": port,
        "PGDATABASE": unquote(parts.path.removeprefix("/")),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGSSLMODE": query.get("sslmode", ""),
        "PGSSLROOTCERT": query.get("sslrootcert", ""),
    }
    return {name: value for name, value in url_parts.items() if value}


def _read_secret(name: str) -> dict[str, str]:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        text = boto3.session.Session().client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    except (BotoCoreError, ClientError, KeyError) as error:
        raise LoadError(f"secret {name}: {error}; expected username and password. {NOTHING_PUBLISHED}") from error
    secret: Any = None
    with contextlib.suppress(ValueError):
        secret = json.loads(text)
    wanted = ("username", "password")
    if not isinstance(secret, dict) or any(not isinstance(secret.get(key), str) for key in wanted):
        raise LoadError(f"secret {name}: expected JSON with username and password. {NOTHING_PUBLISHED}")
    return {key: secret[key] for key in wanted}
