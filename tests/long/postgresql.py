"""A PostgreSQL of a test's own: in a temporary folder, on this machine only, gone afterwards."""

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SERVER = "postgres"
"""The user the server runs as where the tests run as root, which PostgreSQL refuses to."""


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest where there are several."""
    packaged = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    named = shutil.which("initdb")
    found = sorted(packaged, key=lambda path: float(path.parent.name))
    return found[-1] if found else Path(named).parent if named else None


@contextmanager
def run_postgresql(password: str | None = None, tls: tuple[Path, Path] | None = None) -> Iterator[int]:
    """Run a server; give its port on 127.0.0.1. Its user is postgres, with this password or without any.

    With `tls`, a certificate and its key, it takes encrypted connections too.
    """
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine; tests/long/install_postgresql installs it, as root")
    # Not below pytest's folder, which is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    data, port = folder / "data", find_port()
    if os.getuid() == 0:
        shutil.chown(folder, SERVER, pwd.getpwnam(SERVER).pw_gid)
    for path in tls or ():
        shutil.copy(path, folder)
        (folder / path.name).chmod(0o600)
        if os.getuid() == 0:
            shutil.chown(folder / path.name, SERVER)
    encrypted = (
        f"-c ssl=on -c ssl_cert_file={folder / tls[0].name} -c ssl_key_file={folder / tls[1].name}" if tls else ""
    )
    options = f"{encrypted} -c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
    try:
        told = ["-D", str(data), "-U", SERVER, "-E", "UTF8", "--locale", "C.UTF-8"]
        if password:
            (folder / "password").write_text(password)
            (folder / "password").chmod(0o644)
        access = ["-A", "scram-sha-256", "--pwfile", str(folder / "password")] if password else ["-A", "trust"]
        run([str(programs / "initdb"), *told, *access], folder)
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
        run([*control, "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            yield port
        finally:
            run([*control, "-m", "fast", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Client:
    """psql: another client than the one that is tested."""

    port: int
    password: str
    database: str = SERVER

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables by which PostgreSQL's programs find the server."""
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGDATABASE": self.database}
        return {**place, "PGUSER": SERVER, "PGPASSWORD": self.password}

    def ask(self, statement: str) -> str:
        """Run statements; return what the last one gives, as text."""
        programs = find_programs()
        assert programs
        told = [str(programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]
        known = {**os.environ, **self.variables, "PGTZ": "UTC"}
        done = subprocess.run(told, env=known, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """Return the rows of a query as JSON has them."""
        found = self.ask(f"select coalesce(json_agg(to_json(one)), '[]') from ({statement}) as one")
        return json.loads(found)


def find_port() -> int:
    """Return a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(command: Sequence[str], folder: Path) -> None:
    """Run one of PostgreSQL's programs, as its own user where we are root."""
    prefix = ["runuser", "-u", SERVER, "--"] if os.getuid() == 0 else []
    # Not piped: the server would keep the pipe open.
    with (folder / "said").open("wb") as said:
        done = subprocess.run([*prefix, *command], cwd=folder, stdout=said, stderr=said, check=False)
    assert done.returncode == 0, (folder / "said").read_text()
