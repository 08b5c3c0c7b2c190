"""The simulator on a port of this machine, for as long as a `with` block lasts."""

import datetime as dt
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request

from lakehouse.doorkeeper import keep_out
from lakehouse.simulator.accounts import FIRST, SCOPES
from lakehouse.simulator.application import CLIENT_ID, CLIENT_SECRET, SEED, TODAY, Record, Simulator
from lakehouse.simulator.regimes import Regime
from lakehouse.simulator.world import World

HOST = "127.0.0.1"
POLL_SECONDS = 0.05


class QuietHandler(WSGIRequestHandler):
    """Prints no access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Leave it to the simulator's own log."""

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """Close a connection that a fault drops; kept alive, the client would wait."""
        self.close_connection = True


@dataclass(frozen=True)
class RunningSimulator:
    """A running simulator: where it is, what it serves, what it was asked."""

    simulator: Simulator
    port: int

    @property
    def accounts_url(self) -> str:
        """Return the address before /authorize and /api/token, without a slash at its end."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """Return the address of the API, with a slash at its end."""
        return f"{self.accounts_url}/v1/"

    @property
    def client_id(self) -> str:
        """Return the made-up app's id."""
        return self.simulator.authority.client_id

    @property
    def client_secret(self) -> str:
        """Return the made-up app's secret."""
        return self.simulator.authority.client_secret

    @property
    def world(self) -> World:
        """Return the world that is served."""
        return self.simulator.world

    @property
    def today(self) -> dt.date:
        """Return the day that is served."""
        return self.simulator.today

    @property
    def log(self) -> list[Record]:
        """Return what was asked so far, the oldest first."""
        return list(self.simulator.records)

    def set_today(self, today: dt.date) -> None:
        """Set the day that is served."""
        self.simulator.today = today

    def set_faults(self, *faults: str) -> None:
        """Switch on these faults (`me/tracks:500:times=2`) and no others."""
        self.simulator.faults.order(list(faults))

    def forget_log(self) -> None:
        """Clear the log."""
        self.simulator.records.clear()

    def set_regime(self, regime: Regime) -> None:
        """Set what kind of app asks from now on."""
        self.simulator.regime = regime

    def refresh_token(self, account: str = FIRST, scopes: Iterable[str] = SCOPES) -> str:
        """Return a refresh token as if somebody had logged in today."""
        authority = self.simulator.authority
        return authority.add_refresh_token(authority.log_in(account, frozenset(scopes)))

    def expire_access_tokens(self) -> None:
        """End every access token, as an hour would."""
        self.simulator.authority.expire_access_tokens()


@contextmanager
def running_simulator(
    *,
    regime: Regime = "restricted",
    seed: int = SEED,
    today: dt.date = TODAY,
    rotate: bool = False,
    port: int = 0,
    client_id: str = CLIENT_ID,
    client_secret: str = CLIENT_SECRET,
    faults: Iterable[str] = (),
    library: int = 0,
) -> Iterator[RunningSimulator]:
    """Serve on a port, any free one by default, until the block ends."""
    simulator = Simulator(regime, seed, today, rotate, client_id, client_secret, faults, library)
    with listen(port) as listener:
        server = make_http_server(simulator, listener)
        thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,), name="simulator", daemon=True)
        thread.start()
        try:
            yield RunningSimulator(simulator, listener.getsockname()[1])
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def listen(port: int) -> socket.socket:
    """Return a socket that listens on this machine only."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def make_http_server(simulator: Simulator, listener: socket.socket) -> BaseWSGIServer:
    """Return a threaded server on a socket; given a port, the library would print and exit where it is taken."""
    application = keep_out(Request.application(simulator.answer), may_visit=True)
    return make_server(
        HOST, 0, application, threaded=True, request_handler=QuietHandler, fd=listener.fileno()
    )  # fmt: skip
