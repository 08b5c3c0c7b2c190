"""Every status and reason there is, with what it means: one table that code, documentation and tests read."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of an entry, or of a whole line."""

    ACCEPTED = "accepted"
    """A song, an album or an artist, which became rows."""
    SKIPPED = "skipped"
    """Understood, but nothing of the catalogue."""
    REJECTED = "rejected"
    """An entry that was not understood; its neighbours load."""
    DOCUMENT = "document"
    """A whole line that is not JSON, or holds no music."""


@dataclass(frozen=True)
class Reason:
    """A reason: the outcome it leads to, and when it is given."""

    name: str
    outcome: Outcome
    meaning: str


SKIPPED = (
    Reason("null_entry", Outcome.SKIPPED, "the entry is null, or every value in it is"),
    Reason("local_file", Outcome.SKIPPED, "a file of the listener's own computer; Spotify has no id for it"),
    Reason("episode", Outcome.SKIPPED, "an episode of a podcast"),
    Reason("show", Outcome.SKIPPED, "a podcast"),
    Reason("audiobook", Outcome.SKIPPED, "an audiobook or a chapter of one"),
    Reason("playlist", Outcome.SKIPPED, "a playlist without its entries"),
)
REJECTED = (
    Reason("unknown_shape", Outcome.REJECTED, "nothing tells what the entry is"),
    Reason("user", Outcome.REJECTED, "a user's profile among the entries"),
    Reason("no_id", Outcome.REJECTED, "no Spotify id, neither as `id` nor in the URI or a link"),
    Reason("not_utf8", Outcome.REJECTED, "bytes of a field that is read are not UTF-8"),
    Reason(
        "bad_value: <field>", Outcome.REJECTED, "the field has a value it cannot have: text for a number, a bad time"
    ),
    Reason("unexpected_type: <field>", Outcome.REJECTED, "a list or an object was expected in the field"),
    Reason(
        "nested_too_deep",
        Outcome.REJECTED,
        "a field that is read is nested a thousand levels deep; the payload is without what is below 200 levels",
    ),
)
DOCUMENTS = (
    Reason("line_too_long", Outcome.DOCUMENT, "the line is longer than the longest that is read"),
    Reason("unreadable_line", Outcome.DOCUMENT, "the line is not a JSON object"),
    Reason("unknown_line", Outcome.DOCUMENT, "the line is neither an answer nor a summary"),
    Reason("unknown_schema_version", Outcome.DOCUMENT, "the line has a newer format than this version reads"),
    Reason("not_json", Outcome.DOCUMENT, "the body of the answer was not JSON; it was landed as text"),
    Reason("not_an_object", Outcome.DOCUMENT, "the body of the answer is not a JSON object"),
    Reason("empty_answer", Outcome.DOCUMENT, "the answer has no body"),
    Reason("error_body", Outcome.DOCUMENT, "Spotify's error message"),
    Reason("no_music", Outcome.DOCUMENT, "an answer without songs, albums, artists or lists of them"),
    Reason("bytes_after_gzip", Outcome.DOCUMENT, "bytes behind the end of the compressed lines; the lines load"),
)
REASONS = (*SKIPPED, *REJECTED, *DOCUMENTS)
"""`user` and `not_utf8` are also given to whole lines."""

SKIP_REASONS = tuple(reason.name for reason in SKIPPED)


@dataclass(frozen=True)
class Status:
    """What the ledger says of a raw object."""

    name: str
    is_tried_again: bool
    meaning: str


STATUSES = (
    Status("loaded", False, "read to its end; its rows are in the tables"),
    Status("empty", True, "nothing in it"),
    Status("vanished", True, "gone between the listing and the reading, or a link to nothing"),
    Status("forbidden", True, "may not be read"),
    Status("not_a_file", True, "a folder, a pipe or a device where a file was expected"),
    Status("truncated", True, "cut short: the compressed data end too early"),
    Status("damaged", True, "the compressed data or their checksum are wrong"),
    Status("no_gzip", True, "not compressed with gzip"),
    Status("too_large", True, "unpacks to more than a raw object may"),
    Status("unreadable", True, "the storage gave an error, or did not answer"),
    Status("failed", False, "an error nobody foresaw, in `error`; tried again with --retry_failed"),
)
"""An object that is tried again is read by every run until it is loaded or gone."""
