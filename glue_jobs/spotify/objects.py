"""What we take from Spotify's answers: one class per object, its fields as Spotify sends them.

A field that is not named here (184 markets of a track, previews) is skipped without becoming a Python object. Any field
may be missing or null: both are None. Where a type differs, msgspec refuses the element and lenient.py reads it.
Source of the shapes: https://developer.spotify.com/documentation/web-api/reference
"""

from typing import Annotated

import msgspec

Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number of 64 bits, as the tables hold; without bounds msgspec takes larger ones, too."""


class Link(msgspec.Struct, gc=False):
    """`external_urls`: the page on open.spotify.com."""

    spotify: str | None = None


class Image(msgspec.Struct, gc=False):
    """An image; Spotify lists the widest first."""

    url: str | None = None


class ExternalIds(msgspec.Struct, gc=False):
    """Codes of the music industry: of a recording (isrc) and of a release (upc)."""

    isrc: str | None = None
    upc: str | None = None


class Followers(msgspec.Struct, gc=False):
    """How many follow an artist; new apps are not given it."""

    total: Whole | None = None


class Reference(msgspec.Struct, gc=False):
    """A pointer to another object: the track that was asked for (`linked_from`), what a play was played from."""

    id: str | None = None
    uri: str | None = None


class Common(msgspec.Struct, gc=False):
    """What every object of the catalogue says of itself."""

    id: str | None = None
    name: str | None = None
    type: str | None = None
    uri: str | None = None
    href: str | None = None
    external_urls: Link | None = None


class Credit(Common, gc=False):
    """An artist as tracks and albums name it."""


class Recording(Common, gc=False):
    """A track as an album's own page lists it: it names no album."""

    disc_number: Whole | None = None
    track_number: Whole | None = None
    duration_ms: Whole | None = None
    explicit: bool | None = None
    is_local: bool | None = None
    is_playable: bool | None = None
    popularity: Whole | None = None
    artists: list[Credit | None] | None = None
    external_ids: ExternalIds | None = None
    linked_from: Reference | None = None


class Release(Common, gc=False):
    """An album as a track names it: without its tracks."""

    album_type: str | None = None
    total_tracks: Whole | None = None
    release_date: str | None = None
    release_date_precision: str | None = None
    label: str | None = None
    popularity: Whole | None = None
    artists: list[Credit | None] | None = None
    images: list[Image | None] | None = None
    external_ids: ExternalIds | None = None


class TrackPage(msgspec.Struct, gc=False):
    """The page of tracks inside a whole album."""

    items: list[Recording | None] | None = None


class Album(Release, gc=False):
    """A whole album."""

    tracks: TrackPage | None = None


class Track(Recording, gc=False):
    """A whole track; an episode looks like one that has a show."""

    album: Release | None = None
    show: Common | None = None


class Element(msgspec.Struct, gc=False):
    """An element of any list: an entry with the object under `item`, `track` or `album`, or the object itself.

    So it has the fields of Track, Album and Artist beside those of entries and of the account's streaming history
    (https://support.spotify.com/article/understanding-my-data/).
    """

    added_at: str | None = None
    """Of an entry: when it was added to the playlist or library."""
    played_at: str | None = None
    """Of recently played: when it was played."""
    context: Reference | None = None
    """Of recently played: what it was played from."""
    item: Track | None = None
    """The object of a playlist's entry since 2026."""
    track: Track | bool | None = None
    """The object of an entry; inside a playlist's own objects it says that they are tracks."""
    album: Album | None = None
    """The object of a saved album; the album of a track."""
    episode: Common | bool | None = None
    show: Common | None = None

    id: str | None = None
    name: str | None = None
    type: str | None = None
    uri: str | None = None
    href: str | None = None
    external_urls: Link | None = None
    artists: list[Credit | None] | None = None
    external_ids: ExternalIds | None = None
    images: list[Image | None] | None = None
    popularity: Whole | None = None

    disc_number: Whole | None = None
    track_number: Whole | None = None
    duration_ms: Whole | None = None
    explicit: bool | None = None
    is_local: bool | None = None
    is_playable: bool | None = None
    linked_from: Reference | None = None

    album_type: str | None = None
    total_tracks: Whole | None = None
    release_date: str | None = None
    release_date_precision: str | None = None
    label: str | None = None
    tracks: TrackPage | None = None

    genres: list[str | None] | None = None
    followers: Followers | None = None

    ts: str | None = None
    """Of the extended streaming history: when the play ended."""
    ms_played: Whole | None = None
    master_metadata_track_name: str | None = None
    master_metadata_album_artist_name: str | None = None
    master_metadata_album_album_name: str | None = None
    spotify_track_uri: str | None = None
    spotify_episode_uri: str | None = None
    audiobook_uri: str | None = None
    episode_name: str | None = None
    """Of a podcast; some exports name the episode without its URI."""
    episode_show_name: str | None = None
    audiobook_title: str | None = None
    audiobook_chapter_title: str | None = None
    skipped: bool | None = None
    reason_start: str | None = None
    reason_end: str | None = None
    shuffle: bool | None = None
    offline: bool | None = None
    incognito_mode: bool | None = None

    endTime: str | None = None
    """Of the short streaming history: when the play ended, to the minute."""
    msPlayed: Whole | None = None
    artistName: str | None = None
    trackName: str | None = None
    podcastName: str | None = None
    audiobookName: str | None = None


class AnswerHead(Common, gc=False):
    """What tells the kind of a whole answer, and what a playlist or a page says of itself."""

    is_local: bool | None = None
    duration_ms: Whole | None = None
    track_number: Whole | None = None
    external_ids: ExternalIds | None = None
    show: Common | None = None
    album_type: str | None = None
    total_tracks: Whole | None = None
    release_date: str | None = None
    genres: list[str | None] | None = None
    followers: Followers | None = None
    owner: Reference | None = None
    snapshot_id: str | None = None


class Cursors(msgspec.Struct, gc=False):
    """Of recently played: where the page begins and ends, as milliseconds since 1970."""

    before: str | None = None


class PageFacts(msgspec.Struct, gc=False):
    """What a page says of the list it is a part of."""

    href: str | None = None
    offset: Whole | None = None
    limit: Whole | None = None
    total: Whole | None = None
    next: str | None = None
    cursors: Cursors | None = None


class Source(msgspec.Struct, gc=False):
    """What the extractor read: the kind of list, and which one."""

    kind: str | None = None
    id: str | None = None


class Parameters(msgspec.Struct, gc=False):
    """The parameters of a call."""

    before: msgspec.Raw = msgspec.Raw(b"null")
    """Of recently played: the cursor that the page was asked with, as text or number."""


class Request(msgspec.Struct, gc=False):
    """The call that an answer came from."""

    path: str | None = None
    params: Parameters | None = None


class SourceSummary(msgspec.Struct, gc=False):
    """What the summary line says of one source."""

    kind: str | None = None
    id: str | None = None
    status: str | None = None
    pages: Whole | None = None
    entries: Whole | None = None
    total: Whole | None = None
    is_complete: bool | None = None
    name: str | None = None
    owner: str | None = None
    snapshot_id: str | None = None
    url: str | None = None


class Line(msgspec.Struct, gc=False):
    """One line of a raw object: an answer, or the summary at the end (design: `raw object`)."""

    kind: str | None = None
    schema_version: Whole | None = None
    run_id: str | None = None
    fetched_at: str | None = None
    account: str | None = None
    source: Source | None = None
    request: Request | None = None
    response: msgspec.Raw = msgspec.Raw(b"null")
    response_text: str | None = None
    is_complete: bool | None = None
    sources: list[SourceSummary | None] | None = None
