"""What one raw object says: its rows by table, its rejected records and its row of the ledger.

`read_object` is the heart of the load: one pass over the lines of one object, in plain Python, without Spark. It raises
nothing for bad data: a bad entry gets a reason, a bad line gets a reason, an object that cannot be read gets a status.
"""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from glue_jobs.load.best_rows import BestRows, Row
from glue_jobs.load.listings import Listings
from glue_jobs.load.stretches import PlaysPage, Stretches
from glue_jobs.raw.unpack import LongLine, Read, Unpacked, Unreadable
from glue_jobs.spotify import values
from glue_jobs.spotify.depth import read_shallow
from glue_jobs.spotify.entries import Entry, classify_list
from glue_jobs.spotify.kinds import IdOf, imported_id, spotify_id
from glue_jobs.spotify.lenient import LONE_SURROGATE, MALFORMED, NOT_UTF8, SPOILT, NotJson, build, decode_plain
from glue_jobs.spotify.lists import Answer, AnswerList, is_null, is_object, read_answer
from glue_jobs.spotify.objects import Line
from glue_jobs.spotify.reasons import Outcome
from glue_jobs.spotify.rows import Sighting, add_rows
from glue_jobs.tables import ALBUM, ARTIST, LISTING, NO_ACCOUNT, PLAY, SIGHTING_TABLES, SONG

SCHEMA_VERSION = 1
"""The newest version of the raw line that is understood."""
FULL_PAGE = 50
"""Plays in the largest page of recently played; assumed where a page does not say its limit."""
IMPORT_RUN = "import-"
"""Begins the run_id of an import, whose ids may be another program's."""
ALBUM_PAGE = re.compile(r"albums/([^/?]+)/tracks")
PAYLOAD_BYTES = 64 * 1024
PAYLOAD_OF_A_ROW = 512
"""Characters of a payload that take about the memory of a row."""
MOST_ROWS = 50_000
"""Rows that are kept in memory before they are handed on."""
SOME_ENTRIES = 256
"""How often it is looked whether rows have become many."""
LINE = msgspec.json.Decoder(Line)


@dataclass(frozen=True)
class ObjectFacts:
    """What is known of a raw object before it is read."""

    raw_key: str
    extraction_date: dt.date
    size: int
    written_at: int | None
    """Microseconds since 1970, UTC."""


@dataclass
class ObjectCounts:
    """What the ledger says of an object once it is read, and what the report adds up."""

    status: str = "loaded"
    error: str | None = None
    account: str | None = None
    lines: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[Outcome, str]] = field(default_factory=Counter)
    is_complete: bool | None = None
    plays_from: int | None = None
    plays_to: int | None = None
    plays_page_full: bool | None = None
    plays_pages: list[tuple[int, int, bool]] | None = None
    """Of each stretch of recently played its oldest play, its newest, and whether older ones may be missing."""
    summary_pages: int | None = None
    summary_entries: int | None = None

    @property
    def entries(self) -> int:
        """Return the number of entries, whatever became of them."""
        return sum(self.outcomes[outcome] for outcome in (Outcome.ACCEPTED, Outcome.SKIPPED, Outcome.REJECTED))


class ObjectRows:
    """Rows that one raw object gave: all of them, or a part of a large one's."""

    def __init__(self) -> None:
        """Start without a row."""
        self.best = {table.name: BestRows(table) for table in SIGHTING_TABLES}
        self.add_song = self.best[SONG.name].add
        self.add_album = self.best[ALBUM.name].add
        self.add_artist = self.best[ARTIST.name].add
        self.add_listing = self.best[LISTING.name].add
        self.add_play = self.best[PLAY.name].add
        self.rejected: list[Row] = []
        self.payloads = 0

    def reject(self, row: Row, payload: str) -> None:
        """Keep a row of rejected_record."""
        self.rejected.append(row)
        self.payloads += len(payload) // PAYLOAD_OF_A_ROW

    def __len__(self) -> int:
        """Return the number of rows; a long payload counts as several, so that memory is bounded."""
        return sum(map(len, self.best.values())) + len(self.rejected) + self.payloads


def read_object(read: Read, facts: ObjectFacts) -> Iterator[ObjectRows | ObjectCounts]:
    """Yield the rows of a raw object in parts of bounded size, and at last its counts.

    `read` gives the next bytes of the compressed object. Where the status is not `loaded`, the parts that came before
    do not count.
    """
    reading = _Reading(facts)
    try:
        yield from reading.read_lines(Unpacked(read))
    except Unreadable as error:
        yield ObjectCounts(status=error.status)
        return
    yield reading.rows
    yield reading.counts


class _Reading:
    """One raw object while it is read."""

    def __init__(self, facts: ObjectFacts) -> None:
        self.facts = facts
        self.midnight = values.instant(f"{facts.extraction_date:%Y-%m-%d}") or 0
        self.rows = ObjectRows()
        self.counts = ObjectCounts()
        self.listings = Listings(facts.raw_key, facts.extraction_date)
        self.stretches = Stretches()
        self.same_minute: Counter[tuple[str | None, ...]] = Counter()

    def read_lines(self, unpacked: Unpacked) -> Iterator[ObjectRows]:
        for line in unpacked.lines():
            self.counts.lines += 1
            yield from self._read_line(line)
        if unpacked.rest:
            self.counts.lines += 1
            self._reject("$", "bytes_after_gzip", unpacked.rest, Outcome.DOCUMENT)
        if not self.counts.lines:
            raise Unreadable("empty")
        self.counts.plays_pages = self.stretches.rows()
        for row in self.listings.rows():
            self.rows.add_listing(row)

    def _hand_on(self) -> Iterator[ObjectRows]:
        """Yield the rows where they are many enough for a part."""
        if len(self.rows) >= MOST_ROWS:
            yield self.rows
            self.rows = ObjectRows()

    def _read_line(self, text: bytes | LongLine) -> Iterator[ObjectRows]:
        """Read a line; yields rows where they become many."""
        if isinstance(text, LongLine):
            self._note_account(None)
            self._reject("$", "line_too_long", text.start, Outcome.DOCUMENT, text)
            return
        line, reason = _decode_line(text)
        self._note_account(line.account)
        if reason is None and line.kind == "summary":
            self._read_summary(line)
            return
        reason = reason or _reason_of_line(line)
        answer = _find_answer(line) if reason is None else None
        if answer is None and reason is None:
            reason = "unreadable_line"
        if answer is not None and answer.lists is None:
            reason = "error_body" if answer.is_error else "user" if answer.kind == "user" else "no_music"
        if reason is not None or answer is None:
            self._reject("$", reason or "unreadable_line", _document(line, reason, text), Outcome.DOCUMENT)
            return
        yield from self._read_answer(line, answer)

    def _note_account(self, account: str | None) -> None:
        self.counts.account = max(self.counts.account or "", account or NO_ACCOUNT)

    def _read_summary(self, line: Line) -> None:
        counts = self.counts
        if line.is_complete is not None:
            counts.is_complete = bool(counts.is_complete) or line.is_complete
        if line.sources is None:
            return
        sources = [source for source in line.sources if source is not None]
        counts.summary_pages = values.greater(counts.summary_pages, values.add_up(source.pages for source in sources))
        counts.summary_entries = values.greater(
            counts.summary_entries, values.add_up(source.entries for source in sources)
        )
        self.listings.add_summary(line.account or NO_ACCOUNT, sources, self._seen_at(line))

    def _read_answer(self, line: Line, answer: Answer) -> Iterator[ObjectRows]:
        account = line.account or NO_ACCOUNT
        is_import = (line.run_id or "").startswith(IMPORT_RUN)
        self.listings.is_import = self.listings.is_import or is_import
        id_of = imported_id if is_import else spotify_id
        sighting = Sighting(self.facts.extraction_date, self._seen_at(line), self.facts.raw_key)
        reading = self.listings.reading_of(account, line.source, answer, sighting.seen_at)
        for answer_list in answer.lists or ():
            album_id = _album_of_page(line, answer_list)
            size = plays = history = 0
            page = PlaysPage()
            for entry in classify_list(answer_list, id_of):
                plays += entry.origin == "api"
                history += entry.origin in ("export", "export_short")
                if entry.origin == "api" and entry.outcome == Outcome.ACCEPTED and entry.played_at is not None:
                    page.add(entry.played_at)
                if reading is not None and entry.origin is None:
                    reading.add(answer_list, size, entry, self.counts.lines)
                size += 1
                self._take(entry, account, album_id, sighting, id_of)
                if size % SOME_ENTRIES == 0:
                    yield from self._hand_on()
            if page.newest is not None:
                page.is_full = size >= (answer_list.page.limit if answer_list.page.limit is not None else FULL_PAGE)
                self._note_plays(line, answer_list, page)
            yield from self._hand_on()
            if reading is not None and (not size or plays + history < size):
                reading.end_list(answer_list, size, has_plays=bool(plays + history))

    def _take(self, entry: Entry, account: str, album_id: str | None, sighting: Sighting, id_of: IdOf) -> None:
        """Count an entry, and keep what it gives."""
        if entry.outcome == Outcome.REJECTED:
            self._reject(entry.path, entry.reason or "unknown_shape", entry.payload, Outcome.REJECTED)
            return
        self.counts.outcomes[entry.outcome] += 1
        if entry.outcome == Outcome.ACCEPTED:
            if entry.origin == "export_short":
                self._number(entry)
            add_rows(self.rows, entry, account, album_id, sighting, id_of)
        else:
            self.counts.skipped[entry.reason or ""] += 1

    def _number(self, entry: Entry) -> None:
        """Set plays of one song in one minute a millisecond apart: the short history knows no seconds."""
        play = entry.element
        assert play is not None
        assert entry.played_at is not None
        same = (play.endTime, play.artistName, play.trackName)
        entry.played_at += self.same_minute[same] * values.MILLISECOND
        self.same_minute[same] += 1

    def _note_plays(self, line: Line, answer_list: AnswerList, page: PlaysPage) -> None:
        """Note what a page of recently played covered."""
        counts = self.counts
        counts.plays_page_full = bool(counts.plays_page_full) or page.is_full
        counts.plays_from = page.oldest if counts.plays_from is None else min(counts.plays_from, page.oldest or 0)
        counts.plays_to = values.greater(counts.plays_to, page.newest)
        self.stretches.add(page, line.source, line.request, answer_list.page)

    def _seen_at(self, line: Line) -> int:
        moment = values.instant(line.fetched_at)
        return self.midnight if moment is None else moment

    def _reject(
        self, path: str, reason: str, payload: bytes, outcome: Outcome, long_line: LongLine | None = None
    ) -> None:
        """Keep what was not understood: 64 KB of its text, and length and hash of all of it."""
        self.counts.outcomes[outcome] += 1
        self.counts.reasons[outcome, reason] += 1
        text = _payload_text(payload)
        data = text.encode()
        kept = _cut(text, data)
        digest = long_line.digest if long_line else hashlib.sha256(data).hexdigest()
        length = long_line.length if long_line else len(data)
        facts = self.facts
        self.rows.reject(
            (facts.raw_key, self.counts.lines, path, facts.extraction_date, reason, kept, digest, length, None), kept
        )


def _decode_line(text: bytes) -> tuple[Line, str | None]:
    """Read a line; return it, or an empty one with the reason why it cannot be read."""
    try:
        return read_shallow(LINE.decode, text), None
    except MALFORMED:
        pass
    try:
        plain = read_shallow(decode_plain, text)
    except NotJson:
        return Line(), "unreadable_line"
    line, faults = build(plain, Line)
    if line is None:
        return Line(), "unreadable_line"
    return line, NOT_UTF8 if any(fault.why == NOT_UTF8 for fault in faults) else None


def _find_answer(line: Line) -> Answer | None:
    try:
        return read_shallow(read_answer, line.response)
    except MALFORMED:
        return None


def _reason_of_line(line: Line) -> str | None:
    """Return why a line has no answer to read entries from."""
    if line.kind != "answer":
        return "unknown_line"
    if not 1 <= (line.schema_version or 0) <= SCHEMA_VERSION:
        return "unknown_schema_version"
    if is_object(line.response):
        return None
    if not is_null(line.response):
        return "not_an_object"
    return "empty_answer" if line.response_text is None else "not_json"


def _document(line: Line, reason: str | None, text: bytes) -> bytes:
    """Return what is kept of a line without entries: the answer's body, or the line if it has no body."""
    if reason == "not_json":
        return (line.response_text or "").encode()
    if reason in ("not_an_object", "empty_answer", "error_body", "user", "no_music"):
        return bytes(line.response)
    return text


def _album_of_page(line: Line, answer_list: AnswerList) -> str | None:
    """Return the album whose page of tracks was asked for: these tracks name none."""
    address = answer_list.page.href
    if address is None and line.request is not None:
        address = line.request.path
    match = ALBUM_PAGE.search(address or "")
    return match[1] if match else None


def _payload_text(payload: bytes) -> str:
    """Return a record's JSON as text; of a JSON string the string itself."""
    text = payload.decode("utf-8", errors="replace")
    if text.startswith('"'):
        try:
            text = str(decode_plain(payload))
        except NotJson:
            return text
    return LONE_SURROGATE.sub("\ufffd", text.replace(SPOILT, "\ufffd"))


def _cut(text: str, data: bytes) -> str:
    if len(data) <= PAYLOAD_BYTES:
        return text
    return text[:PAYLOAD_BYTES] if len(data) == len(text) else text[: PAYLOAD_BYTES // 4]
