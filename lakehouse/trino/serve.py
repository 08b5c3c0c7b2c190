"""Trino over the tables of a warehouse in a folder, for any client of this machine, until it is stopped.

Glue's emulated catalog is given where each table's newest metadata lies; Trino reads the very files of the folder, as
they are at that moment. Nobody can write to them from here.
"""

import contextlib
import json
import secrets
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import requests
from pyiceberg.catalog.glue import GlueCatalog

from lakehouse.defaults import DATABASE
from lakehouse.emulated_aws.emulated import emulated_aws
from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse
from lakehouse.output import write_rows
from lakehouse.paths import BUILD
from lakehouse.statements.statement import CATALOG, StatementError
from lakehouse.trino.front import HOST
from lakehouse.trino.server import OPEN_CATALOG, OWNER, READER, Server, running_trino
from lakehouse.trino.session import TrinoSession, seal
from lakehouse.warehouse.iceberg import Tables, Warehouse
from lambda_extract.plain_text import mask_text

PORT = 8081
RUNNING = BUILD / "trino.json"
"""What a running `lakehouse trino` says of itself, for `lakehouse query --engine trino`."""
PROMPT = "trino> "


def register_tables(source: Tables, target: GlueCatalog) -> None:
    """Let the catalog in Glue name the same tables, without touching them."""
    for name in source.tables:
        table = source.catalog.load_table((DATABASE, name))
        target.register_table((DATABASE, name), table.metadata_location)


@contextlib.contextmanager
def trino_over(folder: Path, port: int = 0) -> Iterator[Server]:
    """Run Trino over the tables of a folder, with all views."""
    warehouse = Warehouse(folder)
    with emulated_aws() as aws:
        register_tables(warehouse, GlueWarehouse().glue)
        # Nobody can say to be an owner whose name is random, in the seconds until nobody may write.
        owner = f"{OWNER}-{secrets.token_hex(16)}"
        with running_trino(aws, port, folder, owner, is_guarded=True) as server:
            TrinoSession(server.port).create_views(warehouse.time_zones, owner, f"{OPEN_CATALOG}.{DATABASE}.")
            seal(server)
            yield server


@contextlib.contextmanager
def open_trino(folder: Path) -> Iterator[TrinoSession]:
    """Ask the Trino that runs over this folder; where none does, start one for this question."""
    if port := running_port(folder):
        yield TrinoSession(port)
        return
    sys.stderr.write(f"Starting Trino for this alone; lakehouse trino --warehouse {folder} keeps one running\n")
    with trino_over(folder) as server:
        yield TrinoSession(server.port)


def running_port(folder: Path) -> int | None:
    """Return the port of a `lakehouse trino` over this folder, if there is one and it answers."""
    try:
        known = json.loads(RUNNING.read_text(encoding="utf-8"))
        if Path(known["warehouse"]) != folder.resolve():
            return None
        with requests.Session() as plain:
            plain.trust_env = False
            plain.get(f"http://{HOST}:{known['port']}/v1/info", timeout=2).raise_for_status()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return int(known["port"])


@contextlib.contextmanager
def announced(server: Server, folder: Path) -> Iterator[None]:
    """Let other commands find the server while it runs."""
    RUNNING.parent.mkdir(parents=True, exist_ok=True)
    RUNNING.write_text(json.dumps({"port": server.port, "warehouse": str(folder.resolve())}), encoding="utf-8")
    try:
        yield
    finally:
        RUNNING.unlink(missing_ok=True)


def serve(folder: Path, port: int) -> None:
    """Run until the terminal's end, answering what is typed; without a terminal, until it is stopped."""
    with trino_over(folder, port) as server, announced(server, folder):
        session = TrinoSession(server.port)
        sys.stdout.write(
            f"Trino answers at {server.address}: user {READER}, catalog {CATALOG}, schema {DATABASE}, no password.\n"
            f"{len(session.known)} tables and views of {folder}, as they are now. Nothing can be written.\n"
        )
        sys.stdout.flush()
        if sys.stdin.isatty():
            answer_prompt(session)
        else:
            threading.Event().wait()


def answer_prompt(session: TrinoSession) -> None:
    """Answer statements, each ended by a semicolon, until Ctrl-D."""
    sys.stdout.write("A statement ends with a semicolon; Ctrl-D ends Trino.\n")
    typed: list[str] = []
    while True:
        try:
            typed.append(input(PROMPT if not typed else " " * len(PROMPT)))
        except EOFError:
            return
        text = "\n".join(typed).strip()
        if text.endswith(";") or not text:
            typed = []
            answer(session, text)


def answer(session: TrinoSession, text: str) -> None:
    """Write the rows of a statement, or one line of what is wrong with it."""
    if not text.strip(";\n "):
        return
    try:
        write_rows(session.run_text(text), "table", sys.stdout)
    except StatementError as error:
        sys.stdout.write(f"error: {mask_text(str(error))}\n")
