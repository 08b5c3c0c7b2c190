"""`lakehouse login`, `extract` and `mine`: against the simulator, with a scripted browser."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import pyarrow as pa
import pytest
import requests

from lakehouse import mine
from lakehouse.cli import main as lakehouse
from lakehouse.defaults import LOGIN
from lakehouse.errors import UserError
from lakehouse.extracting import extract, login
from lakehouse.simulator.running import running_simulator
from lambda_extract.settings import Service
from tests.unit.test_extract_support import HIDDEN, TOKEN, USER_SECRET, error, read_lines, running_fake

ROOT = Path(__file__).resolve().parent.parent.parent
SPOTIFY = re.compile("SPOTIFY_|EXTRACT_")


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder, with nothing of Spotify in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if SPOTIFY.match(name)]:
        monkeypatch.delenv(name)


@pytest.fixture
def simulator(monkeypatch):
    with running_simulator(regime="restricted") as running:
        monkeypatch.setenv("SPOTIFY_API_URL", running.api_url)
        monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", running.accounts_url)
        monkeypatch.setenv("SPOTIFY_CLIENT_ID", running.client_id)
        monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", running.client_secret)
        yield running


@pytest.fixture
def fake(monkeypatch):
    with running_fake() as server:
        monkeypatch.setenv("SPOTIFY_API_URL", server.service.api_url)
        monkeypatch.setenv("SPOTIFY_ACCOUNTS_URL", server.service.accounts_url)
        monkeypatch.setenv("SPOTIFY_CLIENT_ID", "app-101")
        monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", "hidden-secret-1")
        yield server


def browse(address, answer="agree"):
    """Do in a thread what a person does in the browser."""
    Thread(target=lambda: requests.get(f"{address}&answer={answer}", timeout=10), daemon=True).start()


def come_back(port, **query):
    """Return to the callback as a browser would, without any Spotify."""
    return requests.get(f"http://127.0.0.1:{port}/callback?{urlencode(query)}", timeout=5)


def save(fields, path=LOGIN):
    login.write_secret(path, json.dumps(fields))


def test_a_login_is_kept_in_a_file_of_ones_own(simulator, port, monkeypatch, capsys):
    monkeypatch.setenv("EXTRACT_NOW", "2026-11-05T06:00:00Z")
    monkeypatch.setattr(login.webbrowser, "open", browse)
    assert lakehouse(["login", "--port", str(port)]) == 0
    printed = capsys.readouterr()
    assert "Logged in as tin_kettle_31. The login is kept in .secrets/spotify.json" in printed.out
    assert printed.err == ""
    kept = json.loads(LOGIN.read_text())
    names = {"client_id", "client_secret", "client_secret_date", "refresh_token", "login_date", "scope"}
    assert set(kept) == names
    assert (kept["client_id"], kept["login_date"]) == (simulator.client_id, "2026-11-05")
    assert kept["client_secret_date"] == "2026-11-05"
    assert "user-library-read" in kept["scope"].split()
    assert stat.S_IMODE(LOGIN.stat().st_mode) == 0o600
    assert stat.S_IMODE(LOGIN.parent.stat().st_mode) == 0o700
    assert not {kept["refresh_token"], kept["client_secret"]} & set(printed.out.split())
    assert [record.path for record in simulator.log if record.path.startswith("/v1/")] == ["/v1/me/"]


def test_git_ignores_the_login(simulator, tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    save(USER_SECRET)
    command = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == ""


def test_the_newest_refresh_token_is_kept(port, monkeypatch):
    with running_simulator(regime="restricted", rotate=True) as running:
        environment = login.Environment({}, Service(running.api_url, f"{running.accounts_url}/"), None)
        secret = login.parse_secret(
            json.dumps({"client_id": running.client_id, "client_secret": running.client_secret}), "test"
        )
        assert login.log_in(secret, environment, login.SecretFile(Path("own/s.json")), port, browse) == "tin_kettle_31"
        kept = json.loads(Path("own/s.json").read_text())["refresh_token"]
        assert list(running.simulator.authority.refreshes) == [kept]
    assert not Path("own/.gitignore").exists()


def test_the_address_is_printed_and_no_browser_opened(simulator, port):
    """The program itself, answered by a client that reads the address it prints."""
    command = [sys.executable, "-m", "lakehouse", "login", "--port", str(port), "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    ) as program:  # fmt: skip
        assert program.stdout.readline() == "Log in at Spotify:\n"
        address = program.stdout.readline().strip()
        assert "another machine" in program.stdout.readline()
        assert program.stdout.readline().endswith("paste it here and press Enter.\n")
        query = parse_qs(urlsplit(address).query)
        assert query["redirect_uri"] == [f"http://127.0.0.1:{port}/callback"]
        assert requests.get(f"{address}&answer=agree", timeout=10).ok
        out, err = program.communicate(timeout=20)
    assert (program.returncode, err) == (0, "")
    assert out.startswith("Logged in as tin_kettle_31")


def test_an_address_that_was_pasted_logs_in_from_another_machine(simulator, port):
    command = [sys.executable, "-m", "lakehouse", "login", "--port", str(port), "--no-browser"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    ) as program:  # fmt: skip
        program.stdout.readline()
        address = program.stdout.readline().strip()
        assert "another machine" in program.stdout.readline()
        assert program.stdout.readline().endswith("paste it here and press Enter.\n")
        answer = requests.get(f"{address}&answer=agree", timeout=10, allow_redirects=False)
        program.stdin.write("http://127.0.0.1/callback?code=c&state=other\n")
        program.stdin.flush()
        assert "That address does not belong to this login" in program.stderr.readline()
        out, err = program.communicate(f"  {answer.headers['Location']}  \n", timeout=20)
    assert (program.returncode, err) == (0, "")
    assert out.startswith("Logged in as tin_kettle_31")


def test_a_code_is_exchanged_with_the_key_of_this_login_only(simulator, port, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(login.webbrowser, "open", lambda address: (asked.append(address), browse(address)))
    assert lakehouse(["login", "--port", str(port)]) == 0
    query = parse_qs(urlsplit(asked[0]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    answer = requests.get(f"{asked[0]}&answer=agree", timeout=10, allow_redirects=False)
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": query["redirect_uri"][0]}
    stolen = requests.post(
        f"{simulator.accounts_url}/api/token", form, auth=(simulator.client_id, simulator.client_secret), timeout=10
    )
    assert (stolen.status_code, stolen.json()["error_description"]) == (400, "code_verifier was incorrect")


def come_back_with_a_code(port, pages):
    def visit(address):
        state = parse_qs(urlsplit(address).query)["state"][0]
        Thread(target=lambda: pages.append(come_back(port, code="c", state=state).text), daemon=True).start()

    return visit


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        pytest.param({**TOKEN, "refresh_token": "hidden-refresh-1"}, "Logged in as user-201.", id="done"),
        pytest.param((400, {"error": "invalid_grant"}), "Not logged in: the login is dead", id="refused"),
    ],
)
def test_the_browser_shows_what_became_of_the_login(fake, port, monkeypatch, reply, said):
    pages = []
    fake.replies["/api/token"] = [reply]
    monkeypatch.setattr(login.webbrowser, "open", come_back_with_a_code(port, pages))
    lakehouse(["login", "--port", str(port)])
    time.sleep(0.1)
    assert said in pages[0]


def test_a_slow_client_holds_up_no_browser(simulator, port, monkeypatch):
    def visit(address):
        for _ in range(20):
            slow = socket.create_connection(("127.0.0.1", port))
            slow.sendall(b"GET /callback?x HTTP/1.1\r\n")
            held.append(slow)
        browse(address)

    held = []
    monkeypatch.setattr(login.webbrowser, "open", visit)
    start = time.monotonic()
    assert lakehouse(["login", "--port", str(port)]) == 0
    assert time.monotonic() - start < 4


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_web_page_cannot_hand_in_a_code(fake, port, headers):
    replies = []

    def visit(address):
        state = parse_qs(urlsplit(address).query)["state"][0]

        def come():
            url = f"http://127.0.0.1:{port}/callback?code=c&state={state}"
            replies.append(requests.get(url, headers=headers, timeout=5).status_code)
            come_back(port, error="enough", state=state)

        Thread(target=come, daemon=True).start()

    environment = login.read_environment(os.environ)
    with pytest.raises(UserError, match="Spotify says enough"):
        login.log_in(login.read_secret(Path("s"), environment), environment, login.SecretFile(Path("s")), port, visit)
    assert replies == [403]


def test_ctrl_c_ends_a_waiting_login_in_one_line(simulator, port):
    command = [sys.executable, "-m", "lakehouse", "login", "--port", str(port), "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        # A shell that runs these tests in the background lets them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as program:  # fmt: skip
        program.stdout.readline()
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=20)
    assert (program.returncode, err) == (130, "login: stopped. The login was not kept.\n")
    assert not LOGIN.exists()


def test_without_an_app_the_steps_to_get_one_are_said(capsys, monkeypatch):
    assert lakehouse(["login"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("login: SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET are not set, and .secrets/spotify.json")
    for step in ("developer.spotify.com/dashboard", "http://127.0.0.1:8888/callback", "User Management", "Premium"):
        assert step in said
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "app-101")
    assert lakehouse(["login", "--port", "9000"]) == 2
    said = capsys.readouterr().err
    assert "SPOTIFY_CLIENT_SECRET is not set, and" in said
    assert "http://127.0.0.1:9000/callback" in said


def test_a_refusal_keeps_nothing(simulator, port, monkeypatch, capsys):
    monkeypatch.setattr(login.webbrowser, "open", lambda address: browse(address, "cancel"))
    assert lakehouse(["login", "--port", str(port)]) == 2
    assert capsys.readouterr().err == "login: Spotify says access_denied: expected a login. Nothing was kept.\n"
    assert not LOGIN.exists()


def test_what_does_not_belong_to_the_login_is_turned_away(fake, port):
    replies = []

    def visit(address):
        state = parse_qs(urlsplit(address).query)["state"][0]

        def come():
            replies.append(requests.get(f"http://127.0.0.1:{port}/favicon.ico", timeout=5).status_code)
            replies.append(come_back(port, code="c", state="other").status_code)
            replies.append(come_back(port, code="c", state="ключ").status_code)
            replies.append(come_back(port, error="<script>", state=state).text)

        Thread(target=come, daemon=True).start()

    environment = login.read_environment(os.environ)
    with pytest.raises(UserError, match="Spotify says <script>: expected a login"):
        login.log_in(login.read_secret(Path("s"), environment), environment, login.SecretFile(Path("s")), port, visit)
    assert replies[:3] == [404, 400, 400]
    time.sleep(0.1)
    assert "&lt;script&gt;" in replies[3]


def test_nobody_waits_for_ever(fake, port):
    environment = login.read_environment(os.environ)
    secret = login.read_secret(Path("s"), environment)
    with pytest.raises(UserError, match="no login within 0 s: expected the browser to come back"):
        login.log_in(secret, environment, login.SecretFile(Path("s")), port, lambda _: None, patience=0)


def test_a_port_that_is_taken_is_said_before_a_browser_opens(fake, monkeypatch, capsys):
    monkeypatch.setattr(login.webbrowser, "open", lambda _: pytest.fail("a browser opened"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert lakehouse(["login", "--port", str(number)]) == 2
    assert f"login: port {number}: Address already in use; expected it to be free" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "reply", "said"),
    [
        pytest.param("/api/token", (400, {"error": "invalid_grant", "error_description": "Invalid authorization code"}),
                     "the login is dead (Invalid authorization code)", id="a code that is refused"),
        pytest.param("/api/token", TOKEN, "has no usable refresh_token", id="no refresh token"),
        pytest.param("/v1/me/", error(403, "User not registered"), "403 (User not registered)", id="not on the list"),
    ],
)  # fmt: skip
def test_a_login_that_does_not_work_is_not_kept(fake, port, monkeypatch, capsys, path, reply, said):
    fake.replies["/api/token"] = [{**TOKEN, "refresh_token": "hidden-refresh-1"}]
    fake.replies[path] = [reply]

    def visit(address):
        state = parse_qs(urlsplit(address).query)["state"][0]
        Thread(target=lambda: come_back(port, code="hidden-code", state=state), daemon=True).start()

    monkeypatch.setattr(login.webbrowser, "open", visit)
    assert lakehouse(["login", "--port", str(port)]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.endswith("The login is not kept.\n")
    assert printed.err.count("\n") == 1
    assert not any(word in printed.out + printed.err for word in (*HIDDEN, "hidden-code"))
    assert not LOGIN.exists()


# The file


def test_a_file_that_others_may_read_is_refused():
    save(USER_SECRET)
    LOGIN.chmod(0o644)
    with pytest.raises(UserError, match=r"can be read by others: .+ chmod 600 \.secrets/spotify\.json"):
        login.read_secret(LOGIN, login.read_environment({}))


def test_the_environment_counts_before_the_file():
    save(USER_SECRET)
    told = {"SPOTIFY_CLIENT_ID": "other", "SPOTIFY_REFRESH_TOKEN": " "}
    secret = login.read_secret(LOGIN, login.read_environment(told))
    assert (secret.client_id, secret.refresh_token) == ("other", "hidden-refresh-1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{", "is not valid JSON: expected the file of `lakehouse login`", id="no JSON"),
        pytest.param("[]", "are not set", id="no object"),
        pytest.param('{"client_id": 7, "client_secret": "x"}', "has no usable client_id", id="wrong types"),
    ],
)
def test_a_broken_file_is_said_in_one_line(text, said):
    login.write_secret(LOGIN, text)
    with pytest.raises(UserError, match=said):
        login.read_secret(LOGIN, login.read_environment({}))


def test_a_file_that_cannot_be_read_or_written_is_said(tmp_path):
    (tmp_path / "folder").mkdir(mode=0o700)
    with pytest.raises(UserError, match="folder: Is a directory; expected the file of `lakehouse login`"):
        login.read_secret(tmp_path / "folder", login.read_environment({}))
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"The login is not kept\."):
        login.write_secret(tmp_path / "file" / "s.json", "{}")


def test_a_wrong_address_is_said(monkeypatch, capsys):
    monkeypatch.setenv("SPOTIFY_API_URL", "127.0.0.1")
    assert lakehouse(["login"]) == 2
    assert "SPOTIFY_API_URL=127.0.0.1: expected an address like https" in capsys.readouterr().err


# lakehouse extract


def test_extract_lands_a_personal_account_and_says_each_source(simulator, monkeypatch, capsys):
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", simulator.refresh_token())
    assert lakehouse(["extract", "--raw", "raw"]) == 0
    [path] = Path("raw").rglob("*.ndjson.gz")
    assert read_lines(path)[-1]["is_complete"] is True
    printed = capsys.readouterr()
    assert "playlist Summer 1981 (do not touch): ok, 12 entries\n" in printed.out
    assert re.search(
        rf"^{re.escape(str(path))}: \d+ entries, \d+ calls, {path.stat().st_size} bytes$", printed.out, re.M
    )
    assert printed.err == ""


def test_a_rotated_token_is_kept_also_where_it_came_from_the_environment(fake, monkeypatch, capsys):
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "hidden-refresh-1")
    fake.replies["/api/token"] = [{**TOKEN, "refresh_token": "hidden-refresh-2"}]
    fake.replies["/v1/me/player/recently-played"] = [{"items": []}]
    Path("s.json").write_text('{"recently_played": {}}')
    assert lakehouse(["extract", "--sources", "s.json", "--raw", "raw"]) == 0
    assert json.loads(LOGIN.read_text())["refresh_token"] == "hidden-refresh-2"
    printed = capsys.readouterr().out
    assert "now in .secrets/spotify.json: unset SPOTIFY_REFRESH_TOKEN" in printed
    assert not any(word in printed for word in HIDDEN)


def test_a_rotated_token_replaces_the_files(fake, monkeypatch, capsys):
    save({**USER_SECRET, "login_date": "2026-11-01"})
    fake.replies["/api/token"] = [{**TOKEN, "refresh_token": "hidden-refresh-2"}]
    fake.replies["/v1/me/player/recently-played"] = [{"items": []}]
    Path("s.json").write_text('{"recently_played": {}}')
    assert lakehouse(["extract", "--sources", "s.json", "--raw", "raw"]) == 0
    kept = json.loads(LOGIN.read_text())
    assert (kept["refresh_token"], kept["login_date"]) == ("hidden-refresh-2", "2026-11-01")
    assert "unset" not in capsys.readouterr().out


def test_a_source_that_fails_is_said_and_the_code_is_1(fake, capsys):
    save(USER_SECRET)
    fake.replies["/v1/me/tracks"] = [error(403, "Insufficient client scope")]
    Path("s.json").write_text('{"saved_tracks": {}}')
    assert lakehouse(["extract", "--sources", "s.json", "--raw", "raw"]) == 1
    assert "saved_tracks: forbidden, 0 entries (Spotify answers 403 (Insufficient" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"/api/token": (400, {"error": "invalid_grant"})}, "the login is dead (invalid_grant)", id="dead"),
        pytest.param({"/v1/me/tracks": error(403, "Premium required")}, "to have Premium. What came before is landed.",
                     id="no Premium"),
    ],
)  # fmt: skip
def test_what_ends_a_run_is_one_line(fake, capsys, changed, said):
    save(USER_SECRET)
    fake.replies |= {path: [reply] for path, reply in changed.items()}
    Path("s.json").write_text('{"saved_tracks": {}}')
    assert lakehouse(["extract", "--sources", "s.json", "--raw", "raw"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("extract: ")
    assert said in err
    assert err.count("\n") == 1


def test_a_login_that_dies_before_anything_came_lands_nothing(fake, capsys, monkeypatch):
    Path("s.json").write_text(json.dumps({"artists": {"ids": ["1" * 22]}}))
    fake.replies["/api/token"] = [(400, {"error": "invalid_client"})]
    assert lakehouse(["extract", "--sources", "s.json", "--raw", "raw"]) == 2
    assert "Spotify does not know the app" in capsys.readouterr().err
    assert not Path("raw").exists()


def test_extract_without_a_login_says_what_to_do(fake, capsys):
    assert lakehouse(["extract", "--raw", "raw"]) == 2
    assert (
        "belong to a user, but the secret has no refresh_token: expected a login (lakehouse login)"
        in capsys.readouterr().err
    )


def test_ctrl_c_in_extract_lands_nothing(monkeypatch, capsys):
    monkeypatch.setattr(extract, "extract", stop)
    assert lakehouse(["extract"]) == 130
    assert capsys.readouterr().err == "extract: stopped. Nothing was landed.\n"


def stop(*_):
    raise KeyboardInterrupt


# lakehouse mine


@pytest.fixture
def steps(monkeypatch):
    """Stand in for Spark, the questions and the page, which have tests of their own; say what was done."""
    done: list[object] = []
    monkeypatch.setattr(mine, "load", lambda raw, warehouse: done.append((raw, warehouse)) or 0)
    empty = pa.table({"place": [1]})
    monkeypatch.setattr(mine, "ask_question", lambda *asked: done.append(("asked", *asked)) or ("Which?", empty))
    monkeypatch.setattr(mine, "write_report", lambda warehouse, page: done.append(("page", warehouse, page)))
    return done


def test_mine_logs_in_fetches_loads_and_asks(simulator, port, monkeypatch, capsys, steps):
    monkeypatch.setattr(login.webbrowser, "open", browse)
    told = ["--port", str(port), "--raw", "raw", "--warehouse", "wh"]
    assert lakehouse(["mine", *told]) == 0
    printed = capsys.readouterr().out
    assert steps[0] == (Path("raw"), Path("wh"))
    assert steps[1] == ("asked", Path("wh"), "sources", [])
    assert len(steps) == 1 + len(mine.QUESTIONS) + 1
    assert steps[-1] == ("page", Path("wh"), Path("report.html"))
    assert "Logged in as tin_kettle_31" in printed
    assert "$ lakehouse question top_artists limit=10\nWhich?\nplace" in printed
    assert lakehouse(["mine", *told]) == 0
    assert "1 Log in: .secrets/spotify.json holds a login" in capsys.readouterr().out
    assert len(list(Path("raw").rglob("*.gz"))) == 2


def test_mine_logs_in_again_where_the_login_is_dead(simulator, port, monkeypatch, capsys, steps):
    save({"client_id": simulator.client_id, "client_secret": simulator.client_secret, "refresh_token": "hidden-dead"})
    monkeypatch.setattr(login.webbrowser, "open", browse)
    assert lakehouse(["mine", "--port", str(port), "--raw", "raw"]) == 0
    printed = capsys.readouterr().out
    assert printed.index("the login is dead (Invalid refresh token)") < printed.index("Logged in as tin_kettle_31")
    assert "hidden-dead" not in printed + LOGIN.read_text()


def test_mine_does_not_log_in_where_the_environment_holds_the_dead_login(simulator, monkeypatch, capsys, steps):
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "hidden-dead")
    monkeypatch.setattr(login.webbrowser, "open", lambda _: pytest.fail("a browser opened"))
    assert lakehouse(["mine", "--raw", "raw"]) == 2
    assert capsys.readouterr().err.startswith("mine: the login is dead (Invalid refresh token)")
    assert steps == []


def test_mine_says_when_the_load_fails(simulator, monkeypatch, capsys, steps):
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", simulator.refresh_token())
    monkeypatch.setattr(mine, "load", lambda *_: 3)
    assert lakehouse(["mine", "--raw", "raw"]) == 2
    assert "mine: the load ended with exit code 3. What was fetched is landed" in capsys.readouterr().err
    assert steps == []


def test_mine_asks_saved_questions_that_there_are():
    for name, *parameters in mine.QUESTIONS:
        text = (ROOT / "sql" / "question" / f"{name}.sql").read_text()
        for parameter in parameters:
            assert f'"{parameter.partition("=")[0]}"' in text


def test_mine_without_an_app_says_the_steps(capsys):
    assert lakehouse(["mine"]) == 2
    assert capsys.readouterr().err.startswith("mine: SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET are not set")


def test_an_unusable_browser_is_no_fault(monkeypatch, capsys):
    def fail(_):
        raise login.webbrowser.Error("no browser")

    monkeypatch.setattr(login.webbrowser, "open", fail)
    login.show_address("http://127.0.0.1:1/authorize", login.build_console(), with_browser=True)
    assert "http://127.0.0.1:1/authorize" in capsys.readouterr().out
