"""One run: every source read as far as it goes, each answer a line, the summary last."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lambda_extract import shapes
from lambda_extract.client import Client, Reply
from lambda_extract.faults import ExtractError, SourceError
from lambda_extract.raw_object import (
    Answer,
    Json,
    Run,
    Source,
    SourceResult,
    build_answer_line,
    build_key,
    build_summary_line,
)
from lambda_extract.settings import Clock
from lambda_extract.sources import ALL_MINE, Plan
from lambda_extract.walks import WALKS, describe_playlist, list_own_playlists

Sink = Callable[[bytes], object]
Report = Callable[[SourceResult, str | None], None]
"""Told of each source that is done: how far it came, and what stopped it."""


@dataclass(frozen=True)
class Outcome:
    """What a run brought: its key, how far each source came, and what ended the run early."""

    key: str
    results: list[SourceResult]
    answers: int
    calls: int
    error: ExtractError | None = None

    @property
    def entries(self) -> int:
        """Count the entries of all sources."""
        return sum(result.entries for result in self.results)

    @property
    def is_complete(self) -> bool:
        """Say whether every source was read to its end."""
        return self.error is None and all(result.is_complete for result in self.results)


@dataclass
class Progress:
    """How far one source has come."""

    source: Source
    facts: Mapping[str, Json] = field(default_factory=dict)
    status: str = "ok"
    pages: int = 0
    entries: int = 0
    total: int | None = None
    is_complete: bool = False

    def count(self, reply: Reply) -> None:
        """Take an answer into account; a playlist's says what it is called."""
        self.pages += 1
        self.entries += shapes.count_entries(reply.body)
        total = shapes.find_total(reply.body) if self.source.kind != "album" else None
        self.total = self.total if total is None else total
        if shapes.is_object(reply.body) and shapes.name_kind(reply.body) == "playlist":
            self.facts = describe_playlist(reply.body)

    def close(self) -> SourceResult:
        """Write down how far it came."""
        return SourceResult(
            self.source, self.status, self.pages, self.entries, self.total, self.is_complete, dict(self.facts)
        )


class _Reading:
    """One run under way."""

    def __init__(self, run: Run, client: Client, clock: Clock, sink: Sink, report: Report) -> None:
        self.run = run
        self.client = client
        self.clock = clock
        self.sink = sink
        self.report = report
        self.results: list[SourceResult] = []
        self.answers = 0

    def read_all(self, plan: Plan) -> ExtractError | None:
        """Read every source; what ends the run is given back, and the sources it kept from being read say so."""
        waiting = list(plan.sources)
        try:
            while waiting:
                self.read(waiting[0], plan)
                waiting.pop(0)
        except ExtractError as error:
            known = {result.source for result in self.results}
            for source in waiting:
                if source not in known:
                    self.finish(Progress(source, status="error"), str(error))
            return error
        return None

    def read(self, source: Source, plan: Plan) -> None:
        """Read one source, or all of the account's own playlists."""
        if source == Source("playlist", ALL_MINE):
            listed = {other.id for other in plan.sources if other.kind == "playlist"}
            for playlist in self.list_playlists(source):
                if playlist.source.id not in listed:
                    listed.add(playlist.source.id)
                    self.walk(playlist, plan.market)
        else:
            self.walk(Progress(source), plan.market)

    def list_playlists(self, source: Source) -> Iterable[Progress]:
        """List the account's own playlists first, as far as Spotify says them."""
        found: list[Progress] = []
        try:
            for playlist in list_own_playlists(self.client, str(self.run.account)):
                found.append(Progress(Source("playlist", str(playlist["id"])), describe_playlist(playlist)))
        except SourceError as error:
            self.finish(Progress(source, status=error.status), str(error))
        return found

    def walk(self, progress: Progress, market: str | None) -> None:
        """Read a source to its end or as far as it goes; what came is kept either way."""
        trouble: str | None = "the run ended"
        progress.status = "error"
        try:
            for reply in WALKS[progress.source.kind](self.client, progress.source, market):
                self.land(progress.source, reply)
                progress.count(reply)
            progress.status, progress.is_complete, trouble = "ok", True, None
        except SourceError as error:
            progress.status, trouble = error.status, str(error)
        finally:
            self.finish(progress, trouble)

    def land(self, source: Source, reply: Reply) -> None:
        """Write one answer as a line."""
        answer = Answer(source, reply.path, reply.params, reply.moment, reply.status, reply.body, reply.text)
        self.sink(build_answer_line(self.run, answer))
        self.answers += 1

    def finish(self, progress: Progress, trouble: str | None) -> None:
        """Note how far a source came."""
        result = progress.close()
        self.results.append(result)
        self.report(result, trouble)


def run_extraction(
    plan: Plan, client: Client, clock: Clock, sink: Sink, report: Report, started: dt.datetime | None = None
) -> Outcome:
    """Read the plan's sources into the sink; raise only when it is not even known whose they are."""
    extracted_at = started or clock()
    account = client.find_account() if client.has_login else None
    run = Run(uuid.uuid4().hex, extracted_at, account)
    reading = _Reading(run, client, clock, sink, report)
    error = reading.read_all(plan)
    sink(build_summary_line(run, reading.results, clock(), {"stopped_by": error.reason} if error else {}))
    return Outcome(build_key(run), reading.results, reading.answers, client.calls, error)
