"""The seven tables, described once as data; CREATE, MERGE, column order and documentation are derived from this.

Names and meaning are the contract of the project. Timestamps are UTC instants, cut to milliseconds because Athena
keeps no more (https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-data-types.html).
"""

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import types as T

STRING = T.StringType()
INT = T.IntegerType()
LONG = T.LongType()
BOOLEAN = T.BooleanType()
DATE = T.DateType()
INSTANT = T.TimestampType()
STRINGS = T.ArrayType(STRING)
LISTING_ENTRIES = T.ArrayType(
    T.StructType(
        [
            T.StructField("position", LONG),
            T.StructField("item_kind", STRING),
            T.StructField("item_id", STRING),
            T.StructField("added_at", INSTANT),
        ]
    )
)

PLAYS_PAGES = T.ArrayType(
    T.StructType(
        [
            T.StructField("plays_from", INSTANT),
            T.StructField("plays_to", INSTANT),
            T.StructField("is_full", BOOLEAN),
        ]
    )
)

SKIP_REASONS = ("null_entry", "local_file", "episode", "show", "audiobook", "playlist")
"""Why an understood entry gives no row: it is empty, or not music of the catalogue."""

NO_ACCOUNT = "-"
"""The account of what no user asked for: client credentials and imports."""


@dataclass(frozen=True)
class Column:
    """A column: its name, Spark type and the comment the catalog shows."""

    name: str
    type: T.DataType
    comment: str


@dataclass(frozen=True)
class Table:
    """A table: what a row is, what identifies it, how it is partitioned, and which of two rows of a key stays.

    `worth` is an SQL expression over the row: the sighting worth more stays, then the one with the newer `newest`,
    then the greater content. Without a `worth` the row that knows most (most columns not null) is worth most.
    Bookkeeping tables (ledger, rejected records) hold no sightings: a later run replaces what an earlier one wrote.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    partition: str = "extraction_date"
    partition_transform: Literal["identity", "month"] = "identity"
    newest: str | None = "seen_at"
    worth: str | None = None
    retired: tuple[str, ...] = ()
    """Columns of earlier versions that are not written any more; a table that still has them is loaded all the same."""

    @property
    def schema(self) -> T.StructType:
        """Return the Spark schema, columns in the table's order."""
        return T.StructType([T.StructField(column.name, column.type) for column in self.columns])

    @property
    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns, in the table's order."""
        return tuple(column.name for column in self.columns)

    @property
    def content(self) -> tuple[str, ...]:
        """Return what a row says: all columns but the key, `newest` and `raw_key` (where it was seen)."""
        apart = {*self.key, self.newest, "raw_key"}
        return tuple(name for name in self.column_names if name not in apart)


EXTRACTION_DATE = Column("extraction_date", DATE, "Day (UTC) of the extraction this row belongs to")
SIGHTING = (
    Column("seen_at", INSTANT, "When the answer this row comes from was fetched"),
    Column("raw_key", STRING, "Raw object this row was seen in"),
)

ALBUM = Table(
    name="album",
    grain="one row per album and extraction date",
    key=("album_id", "extraction_date"),
    columns=(
        Column("album_id", STRING, "Spotify id of the album"),
        EXTRACTION_DATE,
        Column("name", STRING, "Title; may be empty"),
        Column("album_type", STRING, "album, single or compilation"),
        Column("release_date_text", STRING, "Release date as given: 1979, 1981-12 or 2025-01-13"),
        Column("release_date_precision", STRING, "year, month or day"),
        Column("release_date", DATE, "First day of the release period; null if unknown"),
        Column("total_tracks", INT, "Number of tracks of the album"),
        Column("artist_id", STRING, "First artist of the album"),
        Column("artist_ids", STRINGS, "All artists of the album, in order"),
        Column("label", STRING, "Record label; null where not given to this app"),
        Column("upc", STRING, "Universal Product Code"),
        Column("popularity", INT, "0 to 100; null where not given to this app"),
        Column("image_url", STRING, "First cover image, the widest"),
        Column("url", STRING, "Page on open.spotify.com"),
        *SIGHTING,
    ),
)

ARTIST = Table(
    name="artist",
    grain="one row per artist and extraction date",
    key=("artist_id", "extraction_date"),
    columns=(
        Column("artist_id", STRING, "Spotify id of the artist"),
        EXTRACTION_DATE,
        Column("name", STRING, "Name"),
        Column("genres", STRINGS, "Genres as given; empty means given and none, null means not given"),
        Column("followers", LONG, "Number of followers; null where not given to this app"),
        Column("popularity", INT, "0 to 100; null where not given to this app"),
        Column("image_url", STRING, "First image, the widest"),
        Column("url", STRING, "Page on open.spotify.com"),
        *SIGHTING,
    ),
)

SONG = Table(
    name="song",
    grain="one row per song (a track of the catalogue) and extraction date",
    key=("song_id", "extraction_date"),
    columns=(
        Column("song_id", STRING, "Spotify id of the track"),
        EXTRACTION_DATE,
        Column("name", STRING, "Title"),
        Column("album_id", STRING, "Album; from the enclosing album where the track names none"),
        Column("artist_id", STRING, "First artist of the track"),
        Column("artist_ids", STRINGS, "All artists of the track, in order"),
        Column("disc_number", INT, "Disc, from 1"),
        Column("track_number", INT, "Track on its disc, from 1"),
        Column("duration_ms", LONG, "Duration in milliseconds"),
        Column("is_explicit", BOOLEAN, "Marked as explicit"),
        Column("isrc", STRING, "International Standard Recording Code"),
        Column("popularity", INT, "0 to 100; null where not given to this app"),
        Column("is_playable", BOOLEAN, "Playable in the market asked for; null where no market was asked"),
        Column("linked_from_id", STRING, "Track that was asked for, where Spotify answered with another"),
        Column("url", STRING, "Page on open.spotify.com"),
        *SIGHTING,
    ),
)

LISTING = Table(
    name="listing",
    grain="one row per account, source and extraction date: what the source listed, in order, as one thing",
    key=("account", "source_kind", "source_id", "extraction_date"),
    # A complete read ranks before `unchanged`, which only points to one, and both before a read that broke off.
    worth=("case when status = 'unchanged' then 1 when is_complete then 3 when is_complete is null then 2 else 0 end"),
    columns=(
        Column("account", STRING, "User the source was read for; - without a user"),
        Column("source_kind", STRING, "playlist, saved_tracks, top_tracks, import and so on"),
        Column("source_id", STRING, "Id of the playlist, the time range, the query, or a hash of the content"),
        EXTRACTION_DATE,
        Column("name", STRING, "Name of the playlist"),
        Column("owner", STRING, "User id of the playlist's owner"),
        Column("snapshot_id", STRING, "Version of the playlist"),
        Column("status", STRING, "ok, unchanged, forbidden, not_found, quota, time or error"),
        Column("total", LONG, "Number of entries Spotify announced"),
        Column("is_complete", BOOLEAN, "All announced entries were read; null where no total was announced"),
        Column("url", STRING, "Page on open.spotify.com"),
        Column("entries", LISTING_ENTRIES, "What was listed, in order; null if the source was not read"),
        *SIGHTING,
    ),
)

PLAY = Table(
    name="play",
    grain="one row per account, moment and song that was played, and origin",
    key=("account", "played_at", "song_id", "origin"),
    partition="played_at",
    partition_transform="month",
    # Local times are derived when asked, from the account's time zone.
    retired=("played_at_local",),
    columns=(
        Column("account", STRING, "User who listened; - where not known"),
        Column("played_at", INSTANT, "When it was played: as recently played says (api) or when it ended (export)"),
        Column("song_id", STRING, "Spotify id of the track; name: and a hash where only artist and title are known"),
        Column("origin", STRING, "api: recently played; export: extended streaming history; export_short: short one"),
        Column("ms_played", LONG, "How long it was played, in milliseconds; only an export says so"),
        Column("context_type", STRING, "playlist, album, artist and so on"),
        Column("context_id", STRING, "Spotify id of what it was played from"),
        Column("song_name", STRING, "Title as the play gives it"),
        Column("artist_name", STRING, "Artist as the play gives it; of several the first"),
        Column("album_name", STRING, "Album as the play gives it; null in the short history"),
        Column("is_skipped", BOOLEAN, "The listener skipped it; only the extended streaming history says so"),
        Column("reason_start", STRING, "Why it began: trackdone, clickrow, fwdbtn and so on"),
        Column("reason_end", STRING, "Why it ended: trackdone, endplay, fwdbtn and so on"),
        Column("is_shuffle", BOOLEAN, "Played in shuffle mode"),
        Column("is_offline", BOOLEAN, "Played without a connection"),
        Column("is_incognito", BOOLEAN, "Played in a private session"),
        *SIGHTING,
    ),
)

RAW_OBJECT = Table(
    name="raw_object",
    grain="one row per raw object that was read, or could not be: the ledger",
    key=("raw_key",),
    # Each run reads the whole ledger: a file a day would make that dearer every day.
    partition_transform="month",
    newest="loaded_at",
    columns=(
        Column("raw_key", STRING, "Key of the raw object: raw/extraction_date=.../....ndjson.gz"),
        EXTRACTION_DATE,
        Column("size", LONG, "Bytes, compressed"),
        Column("written_at", INSTANT, "When the object was written"),
        Column("loaded_at", INSTANT, "When the job had loaded it"),
        Column("account", STRING, "User it was extracted for; - without a user"),
        Column(
            "status",
            STRING,
            "loaded; expired (its rows went because of their age); or why it could not be read: truncated and so on",
        ),
        Column("error", STRING, "Of a failed object: the error; null otherwise"),
        Column("lines", LONG, "Lines, answers and summary"),
        Column("entries", LONG, "Entries: elements of the answers' outermost lists, 1 for a single object"),
        Column("accepted", LONG, "Entries that became rows"),
        *(Column(f"skipped_{reason}", LONG, f"Entries skipped: {reason.replace('_', ' ')}") for reason in SKIP_REASONS),
        Column("rejected_entries", LONG, "Entries that were not understood; see rejected_record"),
        Column("rejected_documents", LONG, "Answers that hold no music or no JSON; see rejected_record"),
        Column("is_complete", BOOLEAN, "The run read all it set out to read; null where that is unknown"),
        Column("plays_from", INSTANT, "Oldest play in the recently played it holds"),
        Column("plays_to", INSTANT, "Newest play in the recently played it holds"),
        Column("plays_page_full", BOOLEAN, "Recently played came in a full page: older plays may be missing"),
        Column(
            "plays_pages", PLAYS_PAGES, "Stretches of recently played it holds; pages that continue another are one"
        ),
        Column("summary_pages", LONG, "Answers the extractor's summary line tells of; null where it does not say"),
        Column("summary_entries", LONG, "Entries the extractor's summary line tells of; null where it does not say"),
    ),
)

REJECTED_RECORD = Table(
    name="rejected_record",
    grain="one row per rejected record",
    key=("raw_key", "line", "path"),
    newest=None,
    columns=(
        Column("raw_key", STRING, "Raw object that holds it"),
        Column("line", LONG, "Line of the raw object, from 1"),
        Column("path", STRING, "Where in the answer: $ for the whole of it, or like $.items[3]"),
        EXTRACTION_DATE,
        Column("reason", STRING, "Why it was rejected"),
        Column("payload", STRING, "The record as JSON text, at most 64 KB of it"),
        Column("payload_hash", STRING, "SHA-256 of the whole record's text, in hex"),
        Column("payload_length", LONG, "Bytes of the whole record's text"),
        Column("resolved_at", INSTANT, "When a replay understood it; null while it is open"),
    ),
)

SIGHTING_TABLES = (SONG, ALBUM, ARTIST, LISTING, PLAY)
"""Tables of which several raw objects may hold the same key: each row is a sighting, and the best one stays."""

TABLES = (ALBUM, ARTIST, SONG, LISTING, PLAY, RAW_OBJECT, REJECTED_RECORD)
