"""`python -m lakehouse.simulator`: the simulator alone, until Ctrl-C."""

import argparse
import datetime as dt
import signal
import sys
from collections.abc import Sequence
from threading import Event
from types import FrameType
from typing import NoReturn

from lakehouse.simulator.accounts import ACCOUNTS
from lakehouse.simulator.application import CLIENT_ID, CLIENT_SECRET, SEED, TODAY, read_day
from lakehouse.simulator.faults import KINDS, read_fault
from lakehouse.simulator.regimes import REGIMES
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


def read_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the settings from the command line."""
    parser = OneLineParser(prog="simulator", description=__doc__, allow_abbrev=False)
    parser.add_argument("--port", type=read_port, default=0, help="default 0: any free one")
    parser.add_argument("--regime", choices=REGIMES, default="restricted", help="default restricted")
    parser.add_argument("--seed", type=int, default=SEED, help=f"which made-up world, default {SEED}")
    parser.add_argument("--today", type=read_date, default=TODAY, help=f"the day that is served, default {TODAY}")
    parser.add_argument("--rotate", action="store_true", help="each refresh brings a new refresh token")
    parser.add_argument(
        "--fault", dest="faults", action="append", default=[], type=check_fault, metavar="ENDPOINT:KIND",
        help="let calls go wrong, e.g. me/tracks:500:times=2; may be given more than once; kinds: " + ", ".join(KINDS),
    )  # fmt: skip
    parser.add_argument("--library", type=int, default=0, help="saved songs at least, e.g. 50000")
    parser.add_argument("--client-id", default=CLIENT_ID, help=f"default {CLIENT_ID}")
    parser.add_argument("--client-secret", default=CLIENT_SECRET, help=f"default {CLIENT_SECRET}")
    return parser.parse_args(argv)


def check_fault(text: str) -> str:
    """Return a fault as it is written, if it can be read."""
    try:
        return read_fault(text).written
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with the message alone."""
        self.exit(2, f"{self.prog}: {message}\n")


def read_port(text: str) -> int:
    """Return a port, or 0 for any."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; expected 0 to 65535")
    return int(text)


def read_date(text: str) -> dt.date:
    """Return the day that is to be served."""
    try:
        return read_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


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


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until the end; return the exit code."""
    arguments = vars(read_arguments(argv))
    try:
        with running_simulator(**arguments) as running:
            tell(running)
            wait_for_end()
    except OSError as error:
        reason = error.strerror or error
        sys.stderr.write(f"simulator: port {arguments['port']}: {reason}; try --port 0 for a free one\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
