"""`lakehouse mine` as one command: a scripted client logs in at the simulator, and the tables answer."""

import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from lakehouse.simulator.running import RunningSimulator, running_simulator
from lakehouse.statements.statement import parse_statement
from lakehouse.warehouse.session import Session

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """Return a running simulator of an older app: such apps are given popularity."""
    with running_simulator(regime="legacy") as simulator:
        yield simulator


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_one_command_goes_from_the_login_to_answers(simulator: RunningSimulator, tmp_path: Path) -> None:
    if not (ROOT / ".venv" / ".run-installed").exists():
        pytest.skip("make has not installed .venv, and lakehouse mine would")
    kept = {name: value for name, value in os.environ.items() if not re.match("SPOTIFY_|EXTRACT_|MAKE", name)}
    told = {
        "SPOTIFY_API_URL": simulator.api_url,
        "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url,
        "SPOTIFY_CLIENT_ID": simulator.client_id,
        "SPOTIFY_CLIENT_SECRET": simulator.client_secret,
        "PYTHONUNBUFFERED": "1",
    }
    options = f"--no-browser --port {free_port()} --login {tmp_path}/login.json"
    folders = ["--raw", f"{tmp_path}/raw", "--warehouse", f"{tmp_path}/warehouse"]
    command = [sys.executable, "-m", "lakehouse", "mine", *options.split(), *folders]
    with subprocess.Popen(
        command, cwd=ROOT, env=kept | told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as program:
        assert program.stdout
        address = next(line for line in program.stdout if line.startswith(simulator.accounts_url))
        assert requests.get(f"{address.strip()}&answer=agree", timeout=10).ok
        said, _ = program.communicate()
    assert program.returncode == 0
    assert "Logged in as tin_kettle_31" in said
    assert stat.S_IMODE((tmp_path / "login.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "login.json").read_text())["refresh_token"] not in said
    [landed] = (tmp_path / "raw").rglob("*.ndjson.gz")
    day = simulator.world.day(simulator.today)
    assert ask(tmp_path, "select count(*) from play") == [(len(day.plays("tin_kettle_31")),)]
    saved = [one.item_id for one in day.saved_tracks("tin_kettle_31")]
    text = "select item_id from listing_entry where source_kind = 'saved_tracks' order by position"
    assert ask(tmp_path, text) == [(song_id,) for song_id in saved]
    assert ask(tmp_path, "select distinct raw_key from song") == [(f"raw/{landed.relative_to(tmp_path / 'raw')}",)]
    asked = said.partition("$ lakehouse question sources")[2]
    assert "kitchen, 23:59" in asked.partition("$ lakehouse question")[0]
    assert (tmp_path / "report.html").as_uri() in said
    assert "Paper Oars Survey" in (tmp_path / "report.html").read_text(encoding="utf-8")


def ask(folder: Path, text: str) -> list[tuple[object, ...]]:
    """Return the rows of a question to the tables that were made."""
    rows = Session(folder / "warehouse").run(parse_statement(text)).to_pylist()
    return [tuple(row.values()) for row in rows]
