"""Start moto's server as a separate process; light to import, so that it can start beside heavier imports."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lakehouse.errors import UserError
from lakehouse.paths import ROOT

PATIENCE = 10
"""Seconds the server has to end by itself."""


@dataclass(frozen=True)
class Server:
    """A server that starts, or runs."""

    process: subprocess.Popen[str]

    @cached_property
    def endpoint(self) -> str:
        """Return its address, as soon as it listens there."""
        assert self.process.stdout
        endpoint = self.process.stdout.readline().strip()
        if not endpoint:
            raise UserError("emulated AWS did not start; see moto's own output above")
        return endpoint

    def stop(self) -> None:
        """End it, if it has not ended yet."""
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """Run moto's server until the block ends, or it is stopped.

    Its input is what holds it: closed here at the end, and by the system if this program is killed. Apart from the
    terminal's group, it outlives a Ctrl-C until what uses it has ended.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "lakehouse.emulated_aws.server"],
        cwd=ROOT,
        env=without_aws(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        server = Server(process)
        try:
            yield server
        finally:
            server.stop()


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what leads to an AWS account, or to another emulated one."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}
