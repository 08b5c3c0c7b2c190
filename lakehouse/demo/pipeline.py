"""The whole line on one machine: simulated Spotify, Lambda handler, emulated AWS, load job, and what tables hold."""

import contextlib
import datetime as dt
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from glue_jobs.tables import RAW_OBJECT, Table
from lakehouse.demo.served import COMPARED, Comparison, Row, Served, columns_of, compare_rows, served_rows
from lakehouse.emulated_aws.emulated import EmulatedAws, emulated_aws
from lakehouse.emulated_aws.glue_warehouse import GlueWarehouse
from lakehouse.emulated_aws.runner import Event, give_back, kill_job, run_event, run_job
from lakehouse.emulated_aws.start import Server
from lakehouse.errors import UserError
from lakehouse.paths import MINE
from lakehouse.simulator.regimes import Regime
from lakehouse.simulator.running import RunningSimulator, running_simulator
from lakehouse.statements.statement import parse_statement
from lakehouse.warehouse.session import Session
from lambda_extract import handler
from lambda_extract.errors import ExtractError

EVENING = dt.time(21)
SOURCES_KEY = "config/sources.json"
LOG_LINE = re.compile(r"(\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}:\d{2}\S* [A-Z]+ ")


@dataclass(frozen=True)
class Extracted:
    """What a run of the Lambda function said, and what it landed."""

    date: dt.date
    key: str
    size: int
    calls: int
    entries: int
    sources: int


@dataclass(frozen=True)
class Loaded:
    """What a run of the job said: for people, and as counts."""

    text: str
    counts: dict[str, Any]

    @property
    def commits(self) -> int:
        """Return how many tables it wrote."""
        return int(self.counts["commits"])


@dataclass(frozen=True)
class Killed:
    """A run of the job that was killed: after how many seconds, and the tables it had written by then."""

    seconds: float
    written: list[str]


@dataclass
class Line:
    """A running line; what its parts say goes into files in `folder`."""

    simulator: RunningSimulator
    aws: EmulatedAws
    folder: Path
    served: list[Served] = field(default_factory=list)
    runs: int = 0
    _expected: dict[tuple[Served, ...], dict[str, list[Row]]] = field(default_factory=dict)

    def extract(self, date: dt.date, regime: Regime = "restricted") -> Extracted:
        """Run the Lambda function on the evening of a day; Spotify answers as to an app of the regime."""
        self.simulator.set_today(date)
        self.simulator.set_regime(regime)
        os.environ["EXTRACT_NOW"] = dt.datetime.combine(date, EVENING, dt.UTC).isoformat()
        before = len(self.simulator.log)
        try:
            with self._into_log():
                result: Any = handler.handler({"source": "schedule"}, None)
        except ExtractError as error:
            raise UserError(f"{date}: {error}") from error
        if not result["is_complete"]:
            raise UserError(f"{date}: not all was read; what the extractor said is in {self._extract_log}")
        key = result["key"].removeprefix(f"s3://{self.aws.names.bucket}/")
        self.served.append(Served(date, regime, key))
        size = self._s3.head_object(Bucket=self.aws.names.bucket, Key=key)["ContentLength"]
        calls = sum(record.path.startswith("/v1/") for record in self.simulator.log[before:])
        return Extracted(date, key, size, calls, result["entries"], len(result["sources"]))

    def load(self, event: Event | None = None, alongside: Callable[[], object] | None = None) -> Loaded:
        """Run the job for an event, or without one as the daily catch-up does, and something beside it."""
        output_file = self._next_output_file()
        try:
            if event:
                run_event(self.aws, event, output_file, alongside)
            else:
                run_job(self.aws, None, output_file, alongside)
        except UserError as error:
            errors = [line for line in _lines(output_file) if line.startswith("load_music: ")]
            raise UserError(" ".join([str(error), *errors])) from error
        *summary, counts = [line for line in _lines(output_file) if not LOG_LINE.match(line)]
        return Loaded("\n".join(summary), json.loads(counts))

    def load_and_kill(self, event: Event, alongside: Callable[[], object] | None = None) -> Killed:
        """Run the job for an event, and kill it as soon as the catalog shows a commit of rows; the event stays.

        `alongside` is done again and again from when the job has looked at what landed: then it makes its tables.
        """

        def go_on() -> None:
            if alongside and self.positions():
                alongside()

        ran = kill_job(self.aws, lambda: bool(self.written()), self._next_output_file(), go_on)
        written = self.written()
        if ran is None or RAW_OBJECT.name in written:
            raise UserError("the load was done before it could be killed; what it loaded is there. Start again")
        give_back(self.aws, event)
        return Killed(ran.seconds, written)

    def written(self) -> list[str]:
        """Return the tables that hold a commit; making an empty one is version 0."""
        return sorted(name for name, place in self.positions().items() if not Path(place).name.startswith("00000-"))

    def positions(self) -> dict[str, str]:
        """Return where the catalog says each table is now; every commit moves it."""
        tables = self._glue.get_tables(DatabaseName=self.aws.names.database)["TableList"]
        known = {table["Name"]: table.get("Parameters", {}).get("metadata_location") for table in tables}
        return {name: position for name, position in known.items() if position}

    def count_rows(self) -> dict[str, int]:
        """Return the number of rows of each table, as they can be read now."""
        lake = GlueWarehouse()
        return {name: lake.open_dataset(name).count_rows() for name in lake.tables}

    def expect(self) -> dict[str, list[Row]]:
        """Return the rows each table must have; worked out once after a day was served."""
        days = tuple(self.served)
        if days not in self._expected:
            self._expected[days] = served_rows(self.simulator.world, days)
        return self._expected[days]

    def compare(self, session: Session) -> list[Comparison]:
        """Compare each table with what the simulator says it served."""
        return [compare_rows(table, _read(session, table), self.expect()[table.name]) for table in COMPARED]

    @cached_property
    def _s3(self) -> Any:
        return self.aws.connect("s3")

    @cached_property
    def _glue(self) -> Any:
        return self.aws.connect("glue")

    @property
    def _extract_log(self) -> Path:
        return self.folder / "extract.log"

    @contextlib.contextmanager
    def _into_log(self) -> Iterator[None]:
        """Write what the function logs and counts, on AWS in CloudWatch, into a file."""
        handlers = [
            stream_handler
            for stream_handler in handler.logger.handlers
            if isinstance(stream_handler, logging.StreamHandler)
        ]
        with self._extract_log.open("a", encoding="utf-8") as log, contextlib.redirect_stdout(log):
            before = [stream_handler.setStream(log) for stream_handler in handlers]
            try:
                yield
            finally:
                for stream_handler, stream in zip(handlers, before, strict=True):
                    stream_handler.setStream(stream)

    def _next_output_file(self) -> Path:
        self.runs += 1
        return self.folder / f"load_{self.runs}.log"


@contextlib.contextmanager
def open_line(folder: Path, server: Server | None = None) -> Iterator[Line]:
    """Start the simulator and, in `server` or a new one, an AWS with the app's secret and the sources document.

    Nothing is left of them, nor of the server.
    """
    with running_simulator() as simulator:
        secret = {
            "client_id": simulator.client_id,
            "client_secret": simulator.client_secret,
            "refresh_token": simulator.refresh_token(),
        }
        with emulated_aws(secret=secret, server=server) as aws:
            line = Line(simulator, aws, folder)
            line._s3.put_object(Bucket=aws.names.bucket, Key=SOURCES_KEY, Body=json.dumps(sources()))
            # What Terraform sets for the function, and where Spotify is.
            os.environ |= {
                "EXTRACT_SECRET": aws.names.secret,
                "EXTRACT_SOURCES": f"s3://{aws.names.bucket}/{SOURCES_KEY}",
                "EXTRACT_RAW": aws.raw,
                "SPOTIFY_API_URL": simulator.api_url,
                "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url,
            }
            yield line


def sources() -> dict[str, Any]:
    """Return the sources document of a personal account, every list read in full on each day.

    So each day holds all that the simulator serves on it, and can be compared with that row by row.
    """
    return {**json.loads(MINE.read_text(encoding="utf-8")), "full_walk_days": 1}


def _lines(output_file: Path) -> list[str]:
    return output_file.read_text(encoding="utf-8", errors="replace").splitlines()


def _read(session: Session, table: Table) -> list[dict[str, Any]]:
    names = ", ".join(columns_of(table))
    rows: list[dict[str, Any]] = session.run(parse_statement(f"select {names} from {table.name}")).to_pylist()
    return rows
