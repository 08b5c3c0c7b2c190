"""Throttle every call: the remembered rate limits, the pace, and the time that is left."""

import datetime as dt
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from lambda_extract.errors import SourceError
from lambda_extract.settings import Clock
from lambda_extract.spotify.limits import DAY, LONGEST, Limits, find_family

WINDOW = dt.timedelta(seconds=30)
"""Spotify counts calls over a rolling 30 seconds."""

CONNECT, ANSWER = 5.0, 30.0
"""Seconds that a connection and an answer may take."""

SHORT = 60.0
"""Longest Retry-After, in seconds, that is waited out; a longer one closes the family."""


def know_no_end() -> float:
    """Return the time left of a run without an end."""
    return math.inf


def sleep(seconds: float) -> None:
    """Wait in real time."""
    time.sleep(seconds)


@dataclass
class Throttle:
    """Lets a call through, makes it wait, or refuses it; counts calls and waits."""

    clock: Clock
    limits: Limits = field(default_factory=Limits)
    pace: int = 45
    """Calls in any 30 seconds."""

    reserve: float = 20.0
    """Seconds reserved to land what was received."""

    time_left: Callable[[], float] = know_no_end
    wait: Callable[[float], None] = sleep
    calls: int = 0
    waits: int = 0
    waited: float = 0.0
    stops: int = 0
    started: deque[dt.datetime] = field(default_factory=deque)

    def enter(self, url: str) -> None:
        """Let a call through as soon as the pace allows; calls for a token have no limit."""
        self.require_time(0.0)
        family = find_family(url)
        if family is None:
            return
        if refusal := self.limits.refuse(family, self.clock()):
            self.stops += 1
            raise SourceError(refusal, "quota")
        self._keep_pace()
        self.limits.count(family, self.clock())
        self.calls += 1

    def require_time(self, seconds: float) -> None:
        """Raise if something would take more time than is left."""
        if not self.has_time(seconds):
            raise SourceError(f"no time is left: expected {self.reserve:g} s to land what came", "time")

    def has_time(self, seconds: float) -> bool:
        """Return whether there is time for something that takes so long."""
        return self.time_left() - self.reserve > seconds

    def find_timeout(self) -> tuple[float, float]:
        """Return the seconds for a connection and for an answer, never more than are left."""
        left = max(0.1, self.time_left() - self.reserve)
        return min(CONNECT, left), min(ANSWER, left)

    def pause(self, seconds: float) -> None:
        """Wait, and count it."""
        if seconds > 0:
            self.waits += 1
            self.waited += seconds
            self.wait(seconds)

    def wait_out(self, url: str, retry_after: float | None, attempt: int) -> bool:
        """Wait out a short limit; False if it is long. With no time to wait, close the family for as long."""
        seconds = float(2**attempt) if retry_after is None else retry_after
        if seconds > SHORT:
            return False
        if not self.has_time(seconds):
            self.limits.close(find_family(url) or url, self.clock() + dt.timedelta(seconds=seconds))
        self.require_time(seconds)
        self.pause(seconds)
        return True

    def close(self, url: str, retry_after: float | None, is_over_quota: bool) -> None:
        """Close the family of an address for now; for a short limit that was repeated, for at least a minute."""
        default = DAY.total_seconds() if is_over_quota else SHORT
        seconds = default if retry_after is None else max(retry_after, 0.0 if is_over_quota else SHORT)
        pause = dt.timedelta(seconds=min(seconds, LONGEST.total_seconds()))
        self.stops += 1
        self.limits.close(find_family(url) or url, self.clock() + pause)

    def describe_closed(self, url: str) -> str:
        """Return until when the family is closed, in the words in which a later call is refused."""
        return self.limits.refuse(find_family(url) or url, self.clock()) or ""

    def _keep_pace(self) -> None:
        """Wait until fewer calls than the pace began within the window."""
        now = self.clock()
        while self.started and not now - WINDOW < self.started[0] <= now:
            # Older than the window or, if the clock was set back, in the future.
            self.started.popleft()
        if len(self.started) >= self.pace:
            seconds = (self.started[0] + WINDOW - now).total_seconds()
            self.require_time(seconds)
            self.pause(seconds)
            self.started.popleft()
        self.started.append(self.clock())
