"""Statements run by Athena: started, waited for, read; what fails, hangs or is throttled has one clear end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 8})
"""botocore waits out throttling by itself, with growing pauses."""

PAUSES = (0.25, 0.5, 1.0, 2.0)
RESERVE = 20.0
"""Seconds that are kept for telling what happened."""


class AthenaFault(Exception):
    """A statement that did not succeed; the message is Athena's own reason."""


class OutOfTime(Exception):
    """The time has ended; what was running is stopped."""


def connect(service: str) -> Any:
    """Return a client of one service."""
    return boto3.client(service, config=PATIENT)  # type: ignore[call-overload]


@dataclass
class Athena:
    """One workgroup and database of Athena, and the seconds that are left."""

    workgroup: str
    database: str
    seconds_left: Callable[[], float] = lambda: 1e9
    sleep: Callable[[float], None] = time.sleep
    client: Any = field(default_factory=lambda: connect("athena"))

    def run(self, text: str) -> str:
        """Run one statement to its end and return its id; one that Athena calls retryable is tried a second time."""
        query_id, status = self._run_once(text)
        if status["State"] == "FAILED" and status.get("AthenaError", {}).get("Retryable"):
            query_id, status = self._run_once(text)
        if status["State"] != "SUCCEEDED":
            raise AthenaFault(f"{status['State'].lower()}: {status.get('StateChangeReason', 'no reason given')}")
        return query_id

    def fetch(self, text: str) -> list[list[str | None]]:
        """Run one select and return its rows as text; few rows, of one page."""
        return self.read(self.run(text))

    def fetch_row(self, text: str) -> list[str | None]:
        """Run a select that answers with one row and return it."""
        rows = self.fetch(text)
        if len(rows) != 1 or not rows[0]:
            raise AthenaFault(f"answered {len(rows)} rows, expected one")
        return rows[0]

    def fetch_cell(self, text: str) -> str | None:
        """Run a select that answers with one value and return it."""
        return self.fetch_row(text)[0]

    def read(self, query_id: str) -> list[list[str | None]]:
        """Return the rows of a query as text."""
        answer = self.client.get_query_results(QueryExecutionId=query_id)
        rows = answer["ResultSet"]["Rows"][1:]
        return [[cell.get("VarCharValue") for cell in row.get("Data", [])] for row in rows]

    def _run_once(self, text: str) -> tuple[str, Any]:
        self._require_time()
        started = self.client.start_query_execution(
            QueryString=text, QueryExecutionContext={"Database": self.database}, WorkGroup=self.workgroup
        )
        query_id: str = started["QueryExecutionId"]
        return query_id, self._wait(query_id)

    def _wait(self, query_id: str) -> Any:
        """Wait for the end, however long it queues; stop it when the time ends."""
        pauses = iter(PAUSES)
        while True:
            status = self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
            if status["State"] not in ("QUEUED", "RUNNING"):
                return status
            try:
                self._require_time()
            except OutOfTime:
                self.client.stop_query_execution(QueryExecutionId=query_id)
                raise
            self.sleep(next(pauses, PAUSES[-1]))

    def _require_time(self) -> None:
        if self.seconds_left() < RESERVE:
            raise OutOfTime
