"""Servers of this machine answer its programs and no web page: Host and Origin are checked, and nothing allows CORS."""

import http.client
from urllib.parse import urlsplit

import pytest

from lakehouse.doorkeeper import find_fault
from lakehouse.emulated_aws.start import running_server
from lakehouse.simulator.running import running_simulator


@pytest.fixture(scope="module", params=["simulator", "emulated AWS"])
def address(request):
    """Return where a server listens, and a path that it answers."""
    if request.param == "simulator":
        with running_simulator() as simulator:
            yield simulator.accounts_url, "/_simulator"
    else:
        with running_server() as server:
            yield server.endpoint, "/moto-api/"


def ask(address, method="GET", **headers):
    parts = urlsplit(address[0])
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.putrequest(method, address[1], skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    return answer


def test_programs_of_this_machine_are_answered(address):
    port = urlsplit(address[0]).port
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert ask(address, Host=host).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1@evil", ""],
)
def test_a_name_that_was_pointed_at_this_machine_is_refused(address, host):
    assert ask(address, Host=host).status in (400, 403)


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_a_page_of_another_origin_is_refused_and_may_not_read_why(address, method, origin):
    answer = ask(address, method, Origin=origin)
    assert answer.status == 403
    assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control")]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_an_image_of_a_page_which_has_no_origin_is_refused(address, site):
    assert ask(address, **{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}).status == 403
    for own in ("none", "same-origin"):
        assert ask(address, **{"Sec-Fetch-Site": own, "Sec-Fetch-Mode": "navigate"}).status == 200


def test_only_the_simulator_can_be_linked_to(address):
    linked = ask(address, **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert linked.status == (200 if address[1] == "/_simulator" else 403)


def test_no_answer_allows_pages_of_other_origins(address):
    own = f"http://127.0.0.1:{urlsplit(address[0]).port}"
    answer = ask(address, Origin=own)
    assert answer.status == 200
    assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control")]


def test_a_request_without_a_host_is_refused():
    assert "Host header" in str(find_fault(None, None))
