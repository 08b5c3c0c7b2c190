"""The simulator alone, until Ctrl-C."""

import datetime as dt
import signal
import sys
from dataclasses import dataclass
from threading import Event
from types import FrameType

from lakehouse.errors import UserError
from lakehouse.simulator.accounts import ACCOUNTS
from lakehouse.simulator.regimes import Regime
from lakehouse.simulator.running import RunningSimulator, running_simulator

HELP = """\
A made-up Spotify answers at {api_url} as a {regime} app sees it, on {today}, seed {seed}. Ctrl-C ends it.

To point the extractor at it:
  export SPOTIFY_API_URL={api_url}
  export SPOTIFY_ACCOUNTS_URL={accounts_url}
  export SPOTIFY_CLIENT_ID={client_id}
  export SPOTIFY_CLIENT_SECRET={client_secret}

Logged in already, as {first}:
  export SPOTIFY_REFRESH_TOKEN={refresh_token}
The login page is {accounts_url}/authorize; accounts: {accounts}.

By hand:
  TOKEN=$(curl -s -u {client_id}:{client_secret} -d grant_type=client_credentials \\
    {accounts_url}/api/token | cut -d '"' -f 4)
  curl -s -H "Authorization: Bearer $TOKEN" "{api_url}search?q=paper&type=track,artist"
  curl -s -d '{{"today": "{tomorrow}"}}' {accounts_url}/_simulator/day
  curl -s -d '["me/tracks:500:times=2", "search:quota"]' {accounts_url}/_simulator/faults
  curl -s {accounts_url}/_simulator/log
"""


@dataclass(frozen=True)
class Wishes:
    """Which world is served, where, and what goes wrong in it."""

    port: int
    regime: Regime
    seed: int
    today: dt.date
    rotate: bool
    faults: tuple[str, ...]
    library: int
    client_id: str
    client_secret: str


def tell(running: RunningSimulator) -> None:
    """Print where it is and how it is used."""
    sys.stdout.write(
        HELP.format(
            api_url=running.api_url,
            accounts_url=running.accounts_url,
            regime=running.simulator.regime,
            today=running.today,
            tomorrow=running.today + dt.timedelta(days=1),
            seed=running.world.seed,
            client_id=running.client_id,
            client_secret=running.client_secret,
            refresh_token=running.refresh_token(),
            first=next(iter(ACCOUNTS)),
            accounts=", ".join(ACCOUNTS),
        )
    )
    sys.stdout.flush()


def wait_for_end() -> None:
    """Wait until Ctrl-C or a polite kill."""
    ended = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    ended.wait()


def serve(wishes: Wishes) -> None:
    """Serve until the end."""
    try:
        with running_simulator(**vars(wishes)) as running:
            tell(running)
            wait_for_end()
    except OSError as error:
        raise UserError(f"--port {wishes.port}: {error.strerror or error}; --port 0 takes a free one") from error
