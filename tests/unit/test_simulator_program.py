"""`lakehouse simulator`: says where it is, ends cleanly, says in one line what is wrong; nothing is left."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from lakehouse.cli import main as lakehouse
from lakehouse.simulator.running import running_simulator

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = [sys.executable, "-m", "lakehouse", "simulator"]


def exported(text):
    """Return the variables that the help exports."""
    return dict(re.findall(r"export (\w+)=(\S+)", text))


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_help_tells_how_to_use_it_and_ctrl_c_ends_it(ending):
    program = subprocess.Popen(
        [*COMMAND, "--regime", "legacy", "--today", "2026-11-05", "--seed", "3", "--rotate"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        text = ""
        while "_simulator/log" not in text:
            text += program.stdout.readline()
        known = exported(text)
        form = {"grant_type": "refresh_token", "refresh_token": known["SPOTIFY_REFRESH_TOKEN"]}
        credentials = (known["SPOTIFY_CLIENT_ID"], known["SPOTIFY_CLIENT_SECRET"])
        url = known["SPOTIFY_ACCOUNTS_URL"]
        token = requests.post(f"{url}/api/token", data=form, auth=credentials, timeout=10).json()
        assert "refresh_token" in token
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        assert requests.get(f"{known['SPOTIFY_API_URL']}me", headers=headers, timeout=10).json()["country"]
        assert requests.get(f"{url}/_simulator", timeout=10).json()["today"] == "2026-11-05"
        program.send_signal(ending)
        assert program.wait(timeout=10) == 0
        assert program.stderr.read() == ""
    finally:
        program.kill()
        program.communicate()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_a_taken_port_is_said_in_one_line(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert lakehouse(["simulator", "--port", str(port)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(rf"simulator: --port {port}: .+ in use; --port 0 takes a free one\n", said.err)


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--today", "2026-13-01"], ["--today", "20261101"], ["--today", "3026-11-01"], ["--port", "70000"]),
        *(["--port", "x"], ["--regime", "free"], ["--seed", "x"], ["--tod", "2026-11-01"]),
    ],
)
def test_a_wrong_argument_is_said_in_one_line(capsys, arguments):
    assert lakehouse(["simulator", *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("simulator: ")
    assert said.err.count("\n") == 1


def test_it_listens_on_this_machine_only_and_is_gone_after_the_block():
    with running_simulator() as simulator:
        assert simulator.accounts_url.startswith("http://127.0.0.1:")
        session = requests.Session()
        assert session.get(f"{simulator.accounts_url}/_simulator", timeout=10).status_code == 200
    with pytest.raises(requests.ConnectionError):
        session.get(f"{simulator.accounts_url}/_simulator", timeout=5)


def test_it_is_gone_also_after_an_error():
    with pytest.raises(KeyError), running_simulator() as simulator:
        raise KeyError
    with pytest.raises(requests.ConnectionError):
        requests.get(simulator.accounts_url, timeout=5)


def test_several_run_side_by_side():
    with running_simulator(seed=1) as one, running_simulator(seed=2, regime="legacy") as other:
        assert one.port != other.port
        told = [requests.get(f"{url}/_simulator", timeout=10).json() for url in (one.accounts_url, other.accounts_url)]
    assert [(settings["seed"], settings["regime"]) for settings in told] == [(1, "restricted"), (2, "legacy")]


def test_an_unknown_regime_is_refused():
    with pytest.raises(ValueError, match="'free' is not a regime"), running_simulator(regime="free"):
        pass
