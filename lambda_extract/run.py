"""One run: read each source as far as possible, write each answer as a line and the summary last."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from lambda_extract import errors
from lambda_extract.errors import ExtractError, SourceError
from lambda_extract.progress import STOPPED_AT_KNOWN, Progress, reaches
from lambda_extract.raw_format import (
    Answer,
    Json,
    JsonObject,
    Run,
    Source,
    SourceResult,
    build_answer_line,
    build_key,
    build_summary_line,
)
from lambda_extract.settings import Clock
from lambda_extract.sources.plan import ALL_MINE, Plan
from lambda_extract.spotify.client import Client, Reply
from lambda_extract.spotify.endpoints import (
    FETCHERS,
    describe_playlist,
    fetch_album_tracks,
    find_inner_page,
    list_own_playlists,
)
from lambda_extract.state.run_state import RunState, SourceState

Sink = Callable[[bytes], object]
Report = Callable[[SourceResult, str | None], None]
"""Called when a source is done, with how far it came and what stopped it."""

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Outcome:
    """The result of a run: its key, how far each source came, what it learned, and what ended it early."""

    key: str
    results: list[SourceResult]
    answers: int
    calls: int
    error: ExtractError | None = None
    account: str | None = None
    redacted: int = 0
    """Number of answers that repeated a secret of the run; the secret was replaced."""

    learned: dict[Source, SourceState] = field(default_factory=dict)
    """What to remember once the object has landed."""

    @property
    def entries(self) -> int:
        """Count the entries of all sources."""
        return sum(result.entries for result in self.results)

    @property
    def is_complete(self) -> bool:
        """Return whether every source was read as far as planned."""
        return self.error is None and all(map(is_done, self.results))


def is_done(result: SourceResult) -> bool:
    """Return whether a source was read as far as planned."""
    return result.is_complete is True or STOPPED_AT_KNOWN in result.facts


class _Reading:
    """A run in progress."""

    def __init__(
        self, run: Run, plan: Plan, client: Client, clock: Clock, sink: Sink, report: Report, run_state: RunState
    ) -> None:
        self.run = run
        self.plan = plan
        self.client = client
        self.clock = clock
        self.sink = sink
        self.report = report
        self.run_state = run_state
        self.results: list[SourceResult] = []
        self.learned: dict[Source, SourceState] = {}
        self.listed: dict[str, JsonObject] = {}
        self.artist_ids: list[str] = []
        self.cut_albums: dict[Source, int] = {}
        self.waiting_artists = 0
        self.answers = 0
        self.redacted = 0

    def read_all(self) -> ExtractError | None:
        """Read every source; return what ended the run early. The sources that it prevented say so in the summary.

        An answer that cannot be written would leave a gap in the object, so that is raised.
        """
        waiting = self.sort(self.plan.sources)
        try:
            while waiting:
                self.read(waiting[0])
                waiting.pop(0)
            self.read_album_tracks()
            self.read_artist_albums()
        except KeyboardInterrupt:
            return self.stop(ExtractError("stopped before the end.", errors.STOPPED), waiting)
        except ExtractError as error:
            if error.reason == errors.LANDING:
                raise
            return self.stop(error, waiting)
        return None

    def stop(self, error: ExtractError, waiting: Iterable[Source]) -> ExtractError:
        """Note why the other sources were not read."""
        known = {result.source for result in self.results}
        for source in waiting:
            if source not in known:
                self.finish(Progress(source, status="error"), str(error))
        return error

    def sort(self, sources: Iterable[Source]) -> list[Source]:
        """Sort by when a source was last completed, oldest first; ties keep their order."""
        return sorted(sources, key=lambda source: self.run_state.find(source).completed_at or NEVER)

    def read(self, source: Source) -> None:
        """Read one source, or all of the account's own playlists."""
        if source == Source("playlist", ALL_MINE):
            self.read_own_playlists(source)
        else:
            self.read_source(self.start(source))

    def read_own_playlists(self, source: Source) -> None:
        """Read the account's own playlists, except those that the document names as well."""
        named = set(self.plan.sources)
        self.list_playlists(source)
        playlists = [own_playlist for name in self.listed if (own_playlist := Source("playlist", name)) not in named]
        for playlist in self.sort(playlists):
            self.read_source(self.start(playlist))
        if self.learned.keys() >= set(playlists) and source not in {result.source for result in self.results}:
            self.learned[source] = SourceState(completed_at=self.run.extracted_at)

    def list_playlists(self, source: Source) -> None:
        """List the account's own playlists first, as far as Spotify lists them."""
        try:
            for playlist in list_own_playlists(self.client, str(self.run.account)):
                self.listed.setdefault(str(playlist["id"]), playlist)
        except SourceError as error:
            self.finish(Progress(source, status=error.status), str(error))

    def start(self, source: Source) -> Progress:
        """Start with what the list of playlists says about this source."""
        playlist = self.listed.get(source.id) if source.kind == "playlist" else None
        return Progress(source, describe_playlist(playlist) if playlist else {})

    def read_source(self, progress: Progress) -> None:
        """Read a source to its end or as far as possible; what was received is kept either way."""
        trouble = None
        try:
            self.read_or_skip(progress, self.run_state.find(progress.source))
        except SourceError as error:
            progress.status, progress.is_complete, trouble = error.status, False, str(error)
        except (ExtractError, KeyboardInterrupt):
            progress.status = "error"
            self.finish(progress, "the run ended")
            raise
        self.finish(progress, trouble or progress.describe_shift())

    def read_or_skip(self, progress: Progress, earlier: SourceState) -> None:
        """Read a source unless its content is already known."""
        if self.is_known(progress, earlier):
            progress.close_unchanged(earlier)
        else:
            self.read_pages(progress, earlier)

    def is_known(self, progress: Progress, earlier: SourceState) -> bool:
        """Return whether no call is needed: it is recent enough, or this version has landed before."""
        source = progress.source
        if earlier.is_fresh(self.today, self.find_max_age(source)):
            return True
        version = progress.facts.get("snapshot_id")
        return version is not None and version == earlier.snapshot_id and not self.is_due(earlier)

    def find_max_age(self, source: Source) -> int:
        """Return for how many days a source is not asked for again."""
        if source.kind == "artist_albums" and self.plan.followed_albums:
            return self.plan.followed_albums.max_age_days
        return self.plan.max_age_days.get(source, self.plan.full_walk_days if source in self.cut_albums else 0)

    def is_due(self, earlier: SourceState) -> bool:
        return earlier.is_due(self.today, self.plan.full_walk_days)

    @property
    def today(self) -> dt.date:
        """Return the extraction date."""
        return self.run.extracted_at.astimezone(dt.UTC).date()

    def read_pages(self, progress: Progress, earlier: SourceState) -> None:
        """Land page after page; stop if the first page shows that nothing changed, or where known entries begin."""
        is_old = earlier.is_old(self.today, self.plan.full_walk_days)
        stops = progress.source.kind in self.plan.stop_at_known and not is_old
        for reply in self.ask(progress.source):
            if progress.pages == 0 and self.is_same(progress, reply, earlier, stops):
                return progress.close_unchanged(earlier)
            self.land(progress.source, reply)
            progress.count(reply)
            if stops and reaches(reply, earlier.newest):
                return progress.close_known()
        progress.close_whole()
        return None

    def ask(self, source: Source) -> Iterator[Reply]:
        """Ask for a source's pages; if an album came inside a list, only for the pages after that part."""
        offset = self.cut_albums.get(source)
        if offset is None:
            return FETCHERS[source.kind](self.client, source, self.plan)
        return fetch_album_tracks(self.client, source, self.plan, offset)

    def is_same(self, progress: Progress, reply: Reply, earlier: SourceState, stops: bool) -> bool:
        """Return whether a first page shows the same list as the last full read, and more pages would follow."""
        if not isinstance(reply.body, dict) or reply.status != 200:
            return False
        if progress.source.kind == "playlist":
            page = find_inner_page(reply.body) or {}
            is_version = earlier.snapshot_id is not None and reply.body.get("snapshot_id") == earlier.snapshot_id
            return is_version and bool(page.get("next")) and not self.is_due(earlier)
        if not stops or earlier.first is None:
            return False
        probe = Progress(progress.source)
        probe.count(reply)
        return (probe.first, probe.total) == (earlier.first, earlier.total)

    def read_album_tracks(self) -> None:
        """Read the other tracks of saved albums, those read longest ago first."""
        for source in self.sort(self.cut_albums):
            if not self.is_known(Progress(source), self.run_state.find(source)):
                self.read_source(Progress(source))

    def read_artist_albums(self) -> None:
        """Read the albums of followed artists, those read longest ago first, as far as their calls go."""
        wanted = self.plan.followed_albums
        artists = [Source("artist_albums", artist_id) for artist_id in dict.fromkeys(self.artist_ids)]
        due = [
            artist for artist in self.sort(artists) if not self.is_known(Progress(artist), self.run_state.find(artist))
        ]
        end = self.client.calls + (wanted.max_calls if wanted else 0)
        for place, source in enumerate(due):
            if self.client.calls >= end:
                self.waiting_artists = len(due) - place
                return
            self.read_source(Progress(source))

    def land(self, source: Source, reply: Reply) -> None:
        """Write one answer as a line."""
        answer = Answer(source, reply.path, reply.params, reply.moment, reply.status, reply.body, reply.text)
        self.sink(build_answer_line(self.run, answer))
        self.answers += 1
        self.redacted += reply.is_redacted

    def finish(self, progress: Progress, trouble: str | None) -> None:
        """Note how far a source came, and what is now known about it."""
        result = progress.close()
        self.results.append(result)
        if earlier := progress.learn(self.run_state.find(progress.source), self.run.extracted_at):
            self.learned[progress.source] = earlier
        if self.plan.followed_albums:
            self.artist_ids += progress.artist_ids
        if self.plan.saved_album_tracks:
            albums = {Source("album", album_id): size for album_id, size in progress.cut_albums.items()}
            self.cut_albums |= {album: size for album, size in albums.items() if album not in self.plan.sources}
        self.report(result, trouble)

    def describe_rest(self, error: ExtractError | None) -> dict[str, Json]:
        """Return what else the summary says about the run."""
        extra: dict[str, Json] = {"stopped_by": error.reason} if error else {}
        extra |= {"redacted_answers": self.redacted} if self.redacted else {}
        return extra | ({"artists_waiting": self.waiting_artists} if self.waiting_artists else {})


def run_extraction(
    plan: Plan, client: Client, clock: Clock, sink: Sink, report: Report, started: dt.datetime | None = None,
    recall: Callable[[str | None], RunState] = lambda account: RunState(), name: str = "",
) -> Outcome:  # fmt: skip
    """Read the plan's sources into the sink; raise only if the account itself cannot be determined.

    A run's id, and so the name of its raw object, begins with the name of the account's settings, if it has one.
    """
    extracted_at = started or clock()
    account = client.find_account() if client.has_login else None
    run = Run("-".join(filter(None, (name, uuid.uuid4().hex))), extracted_at, account)
    run_state = recall(account)
    client.small_pages = run_state.small_pages
    reading = _Reading(run, plan, client, clock, sink, report, run_state)
    error = reading.read_all()
    outcome = Outcome(
        build_key(run), reading.results, reading.answers, client.calls, error, account, reading.redacted,
        reading.learned,
    )  # fmt: skip
    extra = {**reading.describe_rest(error), "is_complete": outcome.is_complete}
    sink(build_summary_line(run, reading.results, clock(), extra))
    return outcome
