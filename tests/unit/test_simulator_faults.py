"""The simulator's faults: each kind does what it says, strikes the calls it was ordered for, and stands in the log."""

import time

import pytest
import requests

from lakehouse.simulator.faults import KINDS, read_fault
from lakehouse.simulator.running import running_simulator


@pytest.fixture(scope="module")
def running():
    with running_simulator(regime="legacy") as simulator:
        form = {"grant_type": "refresh_token", "refresh_token": simulator.refresh_token()}
        credentials = (simulator.client_id, simulator.client_secret)
        answer = requests.post(f"{simulator.accounts_url}/api/token", data=form, auth=credentials, timeout=5)
        yield simulator, {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
def get(running):
    simulator, headers = running

    def ask(fault, path="me/tracks?limit=50", **given):
        if fault is not None:
            simulator.set_faults(*([fault] if isinstance(fault, str) else fault))
        return requests.get(simulator.api_url + path, headers=headers, timeout=given.get("timeout", 5))

    return ask


@pytest.mark.parametrize(
    ("kind", "status", "message", "reason", "retry_after"),
    [
        ("400", 400, "Invalid limit", None, None),
        ("401", 401, "The access token expired", None, None),
        ("403", 403, "Forbidden", None, None),
        ("scope", 403, "Insufficient client scope", None, None),
        ("premium", 403, "Active premium subscription required for the owner of the app", None, None),
        ("user", 403, "User not registered in the Developer Dashboard", None, None),
        ("404", 404, "Resource not found", None, None),
        ("429", 429, "API rate limit exceeded", None, None),
        ("429=3", 429, "API rate limit exceeded", None, "3"),
        ("quota", 429, "Too many requests", "QUOTA_EXCEEDED", "50000"),
        ("quota=7", 429, "Too many requests", "QUOTA_EXCEEDED", "7"),
    ],
)
def test_an_error_is_told_in_spotifys_words(get, kind, status, message, reason, retry_after):
    answer = get(f"me/tracks:{kind}")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry_after)
    error = answer.json()["error"]
    assert (error["status"], error["message"], error.get("reason")) == (status, message, reason)


@pytest.mark.parametrize("kind", ["500", "502", "503", "504"])
def test_a_failing_service_answers_no_json_with_or_without_a_time(get, kind):
    plain, timed = get(f"me/tracks:{kind}"), get(f"me/tracks:{kind}=9")
    assert (plain.status_code, plain.headers.get("Retry-After"), plain.text[:8]) == (int(kind), None, "upstream")
    assert timed.headers["Retry-After"] == "9"


@pytest.mark.parametrize("kind", ["drop", "truncated"])
def test_a_broken_connection_is_no_answer(get, running, kind):
    broken = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    with pytest.raises(broken):
        get(f"me/tracks:{kind}")
    assert (running[0].log[-1].fault, running[0].log[-1].status) == (f"me/tracks:{kind}", 0 if kind == "drop" else 200)


def test_a_slow_answer_comes_late(get, running):
    simulator = running[0]
    simulator.forget_log()
    assert get("me/tracks:slow=0.05").elapsed.total_seconds() >= 0.05
    with pytest.raises(requests.ReadTimeout):
        get("me/tracks:slow=0.4", timeout=0.1)
    until = time.monotonic() + 5
    # It is answered, and recorded, though nobody waits for it any more.
    while len(simulator.log) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert [record.fault for record in simulator.log] == ["me/tracks:slow=0.05", "me/tracks:slow=0.4"]


@pytest.mark.parametrize(
    ("kind", "start", "end"), [("cut", b"{", b""), ("html", b"<html>", b"</html>"), ("empty", b"", b"")]
)
def test_a_body_that_is_no_json_comes_with_200(get, kind, start, end):
    answer = get(f"me/tracks:{kind}")
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    assert answer.content.endswith(end)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_pages_are_spoiled_each_in_its_way(get):
    right = get([]).json()
    assert get("me/tracks:total").json() == {**right, "total": right["total"] + 1000}
    assert get("me/tracks:end").json() == {**right, "next": None}
    assert get("me/tracks:back").json() == {**right, "next": right["href"]}
    assert get("me/tracks:elsewhere").json()["next"].startswith("https://elsewhere.example/")
    assert get("me/tracks:shift").json() == {**right, "total": right["total"] - 1}
    second = get([], "me/tracks?limit=50&offset=50").json()["items"]
    assert get("me/tracks:shift", "me/tracks?limit=50&offset=50").json()["items"] == second[1:]


def test_pages_inside_an_answer_are_spoiled_as_well(get):
    assert get("me/following:total", "me/following?type=artist").json()["artists"]["total"] > 1000
    found = get("search:total", "search?q=a&type=track,album").json()
    assert all(found[name]["total"] >= 1000 for name in ("tracks", "albums"))
    assert get("me:total", "me").json()["id"] == "tin_kettle_31"


def test_a_fault_strikes_so_many_calls_of_its_endpoint_and_no_others(get, running):
    simulator = running[0]
    simulator.forget_log()
    statuses = [get("me/*:404:after=1:times=2").status_code]
    statuses += [get(None, path).status_code for path in ("me/tracks/", "me", "me/albums", "me/tracks")]
    assert statuses == [200, 404, 200, 404, 200]
    assert [record.fault for record in simulator.log] == [
        None, "me/*:404:after=1:times=2", None, "me/*:404:after=1:times=2", None,
    ]  # fmt: skip


def test_the_token_service_fails_as_well(running):
    simulator, _ = running
    simulator.set_faults("api/token:503")
    assert requests.post(f"{simulator.accounts_url}/api/token", timeout=5).status_code == 503


def test_faults_are_ordered_over_http_and_said_in_the_settings(running):
    url = f"{running[0].accounts_url}/_simulator"
    as_curl = {"Content-Type": "application/x-www-form-urlencoded"}
    told = requests.post(f"{url}/faults", data='["me:500"]', headers=as_curl, timeout=5)
    assert told.json()["faults"] == ["me:500"]
    assert requests.post(f"{url}/faults", json=["search:quota"], timeout=5).json()["faults"] == ["search:quota"]
    assert requests.get(url, timeout=5).json()["faults"] == ["search:quota"]
    for wrong in ("{", '{"a": 1}', "[1]", '["search"]'):
        refused = requests.post(f"{url}/faults", data=wrong, timeout=5)
        assert (refused.status_code, "send [" in refused.json()["error"]) == (400, True)
    assert requests.post(f"{url}/faults", json=[], timeout=5).json()["faults"] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("me/tracks", "expected endpoint:kind"),
        ("me/tracks:oops", "'oops' is not a kind; expected one of 500, "),
        ("me/tracks:404=3", "'3' does not go with 404"),
        ("me/tracks:slow=x", "'x' does not go with slow"),
        ("me/tracks:500:often", "'often'; expected after=N or times=N"),
        ("me/tracks:500:times=x", "'times=x'; expected after=N or times=N"),
    ],
)
def test_a_fault_that_cannot_be_read_is_said(text, said):
    with pytest.raises(ValueError, match=r"^fault 'me/tracks") as caught:
        read_fault(text)
    assert said in str(caught.value)


def test_every_kind_says_what_it_does():
    assert all(kind.text for kind in KINDS.values())


def test_a_library_of_any_size_is_served_the_newest_first():
    with running_simulator(library=1234) as simulator:
        saved = simulator.world.day(simulator.today).saved_tracks("paperoar", 1234)
        form = {"grant_type": "refresh_token", "refresh_token": simulator.refresh_token("paperoar")}
        credentials = (simulator.client_id, simulator.client_secret)
        token = requests.post(f"{simulator.accounts_url}/api/token", data=form, auth=credentials, timeout=5).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        page = requests.get(f"{simulator.api_url}me/tracks?limit=50&offset=1200", headers=headers, timeout=5).json()
    assert (page["total"], len(page["items"]), page["next"]) == (1234, 34, None)
    moments = [one.added_at for one in saved]
    assert moments == sorted(moments, reverse=True)


def test_a_dripping_answer_is_whole_in_the_end_and_every_byte_comes_in_time(get):
    right = get([]).json()
    dripping = get("me/tracks:drip=0.4", timeout=0.2)
    assert dripping.json() == right
    assert dripping.headers["Content-Length"] == str(len(dripping.content))
