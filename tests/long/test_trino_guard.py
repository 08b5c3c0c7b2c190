"""`lakehouse trino` is read only for every user that a client may say it is, and answers no web page."""

import hashlib
import http.client
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from lakehouse.defaults import DATABASE
from lakehouse.output import to_rows
from lakehouse.statements.statement import CATALOG, StatementError
from lakehouse.trino.jars import missing_jars
from lakehouse.trino.serve import trino_over
from lakehouse.trino.server import OPEN_CATALOG, OWNER, READER, Server
from lakehouse.trino.session import TrinoSession
from tests.sql.conftest import empty_tables, schemas, write_warehouse

__all__ = ["empty_tables", "schemas", "write_warehouse"]

WRITING = (
    "drop table song",
    "drop view song_latest",
    "create view mine as select 1 as n",
    "create schema mine",
    "create table mine as select 1 as n",
    "create table mine (n bigint) with (location = 'file:///tmp/trino-guard')",
    "create table mine (n bigint) with (location = 's3://music-lake/mine')",
    "insert into song select * from song",
    "delete from song where true",
    "update song set name = 'x'",
    "truncate table song",
    "alter table song add column n bigint",
    "alter table song rename to mine",
    "alter table song execute optimize",
    "alter table song execute expire_snapshots(retention_threshold => '7d')",
    "alter table song execute remove_orphan_files(retention_threshold => '7d')",
    "comment on table song is 'x'",
    "analyze song",
    "call awsdatacatalog.system.register_table('music', 'mine', 'file:///tmp/trino-guard')",
    "call awsdatacatalog.system.unregister_table('music', 'song')",
    "execute immediate 'alter table song execute optimize'",
    "execute immediate U&'\\0061lter table song execute optimize'",
    "/* */ ALTER /* x */ TABLE song -- y\n EXECUTE optimize",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, write_warehouse: Callable[..., object]) -> Path:
    """Write a warehouse whose songs have one row."""
    folder = tmp_path_factory.mktemp("guarded")
    write_warehouse(folder)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """Run what `lakehouse trino` runs."""
    if missing_jars():
        pytest.skip("Trino's jars (195 MB) are not cached; lakehouse trino fetches them")
    with trino_over(folder) as server:
        yield server


def hash_files(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_every_user_may_read_tables_and_views(server: Server) -> None:
    for user in (READER, OWNER, server.owner, "anybody"):
        session = TrinoSession(server.port, user=user)
        assert to_rows(session.run_text("select count(*) from song")) == [(0,)]
        assert session.run_text("select * from song_latest").num_rows == 0


@pytest.mark.parametrize("user", [READER, OWNER, "the drawn owner", "root"])
def test_no_user_may_write(server: Server, folder: Path, user: str) -> None:
    session = TrinoSession(server.port, user=server.owner if user == "the drawn owner" else user)
    before, let_through = hash_files(folder), []
    for text in WRITING:
        try:
            session.run_text(text)
            let_through.append(text)
        except StatementError as error:
            if "Access Denied" not in str(error):
                let_through.append(f"{text}: {error}")
    assert let_through == []
    assert hash_files(folder) == before
    assert not Path("/tmp/trino-guard").exists()


def test_files_outside_the_warehouse_are_not_seen(server: Server, folder: Path) -> None:
    root = server.work / "root"
    assert [path for path in root.rglob("*") if not path.is_dir()] == []
    assert (root / folder.relative_to("/") / "catalog.db").is_file()
    assert not (root / "etc").exists()


def ask_all(server: Server, text: str, **headers: str) -> str:
    """Return the error that Trino ends a statement with, told by the protocol itself."""
    known = {"X-Trino-User": server.owner, "X-Trino-Catalog": CATALOG, "X-Trino-Schema": DATABASE, **headers}
    answer = requests.post(f"{server.address}/v1/statement", text, headers=known, timeout=20).json()
    while "nextUri" in answer:
        answer = requests.get(answer["nextUri"], headers=known, timeout=20).json()
    return str(answer.get("error", {}).get("message", ""))


def test_trino_itself_refuses_a_prepared_statement_that_writes(server: Server, folder: Path) -> None:
    before = hash_files(folder)
    prepared = {"X-Trino-Prepared-Statement": "x=%61lter+table+song+execute+optimize"}
    assert "Access Denied" in ask_all(server, "execute x", **prepared)
    assert hash_files(folder) == before


def test_words_of_a_text_are_no_statement(server: Server) -> None:
    assert ask_all(server, "select 'alter table song execute optimize' as n") == ""


@pytest.mark.parametrize("name", [OPEN_CATALOG, f'"{OPEN_CATALOG}"', OPEN_CATALOG.upper()])
def test_the_catalog_in_which_views_were_created_is_closed_to_all(server: Server, name: str) -> None:
    for text in (f"select 1 from {name}.music.song", f"alter table {name}.music.song execute optimize"):
        assert "Access Denied" in ask_all(server, text), text


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "127.0.0.1.evil:1"}],
)
def test_a_web_page_is_not_answered(server: Server, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("POST", "/v1/statement", "select 1", {"X-Trino-User": READER, **headers})
    assert connection.getresponse().status == 403


def test_trino_itself_listens_at_an_address_that_is_drawn(server: Server) -> None:
    assert server.host != "127.0.0.1"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{server.inner_port}/v1/info", timeout=5)


def test_the_pages_for_people_are_off_and_queries_of_others_are_not_shown(server: Server) -> None:
    assert requests.get(f"{server.address}/ui/api/query", timeout=20).status_code in (401, 403, 404)
    TrinoSession(server.port, user="one").run_text("select 'of one' as n")
    seen = TrinoSession(server.port, user="other").run_text('select "user" from system.runtime.queries')
    assert {str(name) for name in seen.column(0)} <= {"other"}
