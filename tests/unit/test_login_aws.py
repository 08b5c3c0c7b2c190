"""`lakehouse login --secret NAME`: the login goes to Secrets Manager, and the function reads it."""

import json
import os
import socket
from threading import Thread

import pytest
import requests

from lakehouse.cli import main as lakehouse
from lakehouse.extracting import login
from lakehouse.simulator.running import running_simulator
from lambda_extract import handler
from lambda_extract.aws import SecretStore
from tests.unit.test_extract_support import connect_aws, running_aws


@pytest.fixture(scope="module")
def aws():
    with running_aws() as told:
        yield told


@pytest.fixture
def secrets(aws, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    url, variables = aws
    # login sets both variables of the region: both are put back afterwards.
    for name, value in {**variables, "AWS_REGION": variables["AWS_DEFAULT_REGION"]}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(login.webbrowser, "open", browse)
    return connect_aws(url, "secretsmanager")


@pytest.fixture
def simulator(monkeypatch):
    with running_simulator() as running:
        monkeypatch.setenv("SPOTIFY_API_URL", running.api_url)
        monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", running.accounts_url)
        yield running


def browse(address):
    """Do in a thread what a person does in the browser."""
    Thread(target=lambda: requests.get(f"{address}&answer=agree", timeout=10), daemon=True).start()


def log_in(name, now, monkeypatch):
    """Log in as of a moment; return the exit code."""
    monkeypatch.setenv("EXTRACT_NOW", now)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return lakehouse(["login", "--secret", name, "--port", str(port)])


def stored(secrets, name):
    return json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])


def use_app(simulator, monkeypatch, secret=None):
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", simulator.client_id)
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", secret or simulator.client_secret)


def test_a_login_makes_the_secret_and_the_next_one_keeps_the_age_of_the_client_secret(
    secrets, simulator, monkeypatch, capsys, tmp_path
):
    use_app(simulator, monkeypatch)
    assert log_in("spotify/mine", "2026-11-01T06:00:00Z", monkeypatch) == 0
    printed = capsys.readouterr()
    said = "Logged in as tin_kettle_31. The login is kept in Secrets Manager as spotify/mine; it lasts six months."
    assert said in printed.out
    first = stored(secrets, "spotify/mine")
    assert (first["login_date"], first["client_secret_date"]) == ("2026-11-01", "2026-11-01")
    assert first["refresh_token"] not in printed.out + printed.err
    assert simulator.client_secret not in printed.out + printed.err
    assert [record.path for record in simulator.log if record.path.startswith("/v1/")] == ["/v1/me/"]
    assert list(tmp_path.iterdir()) == []

    for name in ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    assert log_in("spotify/mine", "2026-12-01T06:00:00Z", monkeypatch) == 0
    again = stored(secrets, "spotify/mine")
    assert (again["login_date"], again["client_secret_date"]) == ("2026-12-01", "2026-11-01")
    assert again["refresh_token"] != first["refresh_token"]

    monkeypatch.setattr(simulator.simulator.authority, "client_secret", "new-secret")
    use_app(simulator, monkeypatch, "new-secret")
    assert log_in("spotify/mine", "2026-12-02T06:00:00Z", monkeypatch) == 0
    assert stored(secrets, "spotify/mine")["client_secret_date"] == "2026-12-02"


def test_the_function_reads_the_login_and_a_changed_client_secret_at_its_next_run(
    secrets, simulator, monkeypatch, tmp_path
):
    use_app(simulator, monkeypatch)
    assert log_in("spotify/two", "2026-11-01T06:00:00Z", monkeypatch) == 0
    (tmp_path / "sources.json").write_text('{"recently_played": {}}')
    told = {"EXTRACT_SECRET": "spotify/two", "EXTRACT_SOURCES": "sources.json", "EXTRACT_RAW": "raw"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert handler.handler({}, None)["is_complete"] is True
    monkeypatch.setattr(simulator.simulator.authority, "client_secret", "new-secret")
    assert handler.handler({}, None)["stopped_by"] == "login"
    SecretStore("spotify/two").write(json.dumps({**stored(secrets, "spotify/two"), "client_secret": "new-secret"}))
    monkeypatch.setenv("EXTRACT_NOW", "2026-11-01T07:00:00Z")
    assert handler.handler({}, None)["is_complete"] is True


def test_without_an_app_the_steps_are_said(secrets, simulator, monkeypatch, capsys):
    assert log_in("spotify/none", "2026-11-01T06:00:00Z", monkeypatch) == 2
    said = capsys.readouterr().err
    assert said.startswith("login: SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET are not set, and Secrets Manager as")
    assert said.rstrip().endswith("lakehouse login --secret spotify/none"), "the command must be the one that was typed"


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_is_read_from_either_variable(secrets, simulator, monkeypatch, variable):
    region = os.environ["AWS_DEFAULT_REGION"]
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, region)
    use_app(simulator, monkeypatch)
    secret = f"spotify/{variable.lower()}"
    assert log_in(secret, "2026-11-01T06:00:00Z", monkeypatch) == 0
    assert stored(secrets, secret)["login_date"] == "2026-11-01"


def test_without_a_region_nothing_is_asked(secrets, simulator, monkeypatch, capsys):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    use_app(simulator, monkeypatch)
    assert log_in("spotify/four", "2026-11-01T06:00:00Z", monkeypatch) == 2
    seen = "no AWS region: expected AWS_REGION, AWS_DEFAULT_REGION or one in the profile. Nothing was kept."
    assert capsys.readouterr().err == f"login: {seen}\n"


def test_a_secret_that_cannot_be_written_or_read_is_one_line(secrets, simulator, monkeypatch, capsys):
    use_app(simulator, monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert log_in("spotify/three", "2026-11-01T06:00:00Z", monkeypatch) == 2
    assert "expected to read it" in capsys.readouterr().err
    with pytest.raises(login.UserError, match=r"expected to write it\. The login is not kept"):
        login.SecretInAws("spotify/three").keep("{}")
