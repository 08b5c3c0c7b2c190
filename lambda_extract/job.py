"""One run from secret to landed object, the same for the Lambda function and by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lambda_extract.landing import Landed, Lines, collect_lines, land
from lambda_extract.run import Outcome, Report, run_extraction
from lambda_extract.settings import Settings, build_clock
from lambda_extract.sources.plan import Plan, require_login
from lambda_extract.spotify.client import Client
from lambda_extract.spotify.secret import Secret
from lambda_extract.spotify.throttle import Throttle, know_no_end
from lambda_extract.state.run_state import RunState
from lambda_extract.state.store import Store, Warn


@dataclass
class Job:
    """What a run needs: what to read, which tools, and whom to notify."""

    plan: Plan
    secret: Secret
    settings: Settings
    keep_token: Callable[[str], None]
    warn: Warn
    report: Report
    time_left: Callable[[], float] = know_no_end
    throttle: Throttle = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the run; this makes no call."""
        require_login(self.plan, self.secret.refresh_token is not None)
        settings = self.settings
        self.clock = build_clock(settings.now)
        self.started = self.clock()
        self.store = Store(settings.state, settings.raw, self.secret.client_id, self.clock, self.warn)
        limits = self.store.read_limits(settings.budgets)
        numbers = settings.numbers
        self.throttle = Throttle(self.clock, limits, numbers.pace, float(numbers.reserve), self.time_left)
        self.run_state = RunState()

    def run(self) -> tuple[Outcome, Landed]:
        """Fetch, land, and only then save the state; calls are counted even if landing fails."""
        try:
            with collect_lines() as lines:
                return self._fetch_and_land(lines)
        finally:
            self.store.write_limits(self.throttle.limits)

    def _fetch_and_land(self, lines: Lines) -> tuple[Outcome, Landed]:
        """Land what was received, even if the run ended early; a run that read nothing lands nothing."""
        client = Client(self.secret, self.settings.service, self.throttle, self.keep_token)
        outcome = run_extraction(
            self.plan, client, self.clock, lines.add, self.report, self.started, self._recall, self.settings.name
        )
        if outcome.error and not outcome.answers:
            raise outcome.error
        landed = land(lines, self.settings.raw, outcome.key)
        self.store.write_run_state(outcome.account, self.run_state, outcome.learned)
        return outcome, landed

    def _recall(self, account: str | None) -> RunState:
        self.run_state = self.store.read_run_state(account)
        return self.run_state
