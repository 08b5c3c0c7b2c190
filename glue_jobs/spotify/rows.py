"""The rows that an accepted entry gives: tuples in the order of the tables' columns (glue_jobs/tables.py).

One entry gives a song and its album, an album and its songs, or an artist; and the artists that these credit, of whom
no more is known than name and page.
"""

import datetime as dt
from typing import Any, NamedTuple, Protocol

from glue_jobs.spotify import kinds, values
from glue_jobs.spotify.entries import Entry
from glue_jobs.spotify.kinds import NAME_KEY, IdOf, spotify_id
from glue_jobs.spotify.objects import Credit, Element

Row = tuple[Any, ...]
Credits = list[tuple[str, Credit]]


class Rows(Protocol):
    """Where rows go: a table's method for each of them."""

    def add_song(self, row: Row) -> None:
        """Take a row of song."""

    def add_album(self, row: Row) -> None:
        """Take a row of album."""

    def add_artist(self, row: Row) -> None:
        """Take a row of artist."""

    def add_play(self, row: Row) -> None:
        """Take a row of play."""


class Sighting(NamedTuple):
    """Where and when something was seen: part of every row."""

    extraction_date: dt.date
    seen_at: int
    """Microseconds since 1970, UTC."""
    raw_key: str


def add_rows(
    rows: Rows, entry: Entry, account: str, page_album_id: str | None, sighting: Sighting, id_of: IdOf = spotify_id
) -> None:
    """Add the rows of an accepted entry; `page_album_id` is the album whose page of tracks it is on."""
    assert entry.item_id is not None
    if entry.kind == "song":
        if not entry.item_id.startswith(NAME_KEY):
            _add_song(rows, entry.thing, entry.item_id, page_album_id, sighting, id_of)
        if entry.origin is not None and entry.played_at is not None:
            rows.add_play(play_row(entry, account, sighting))
    elif entry.kind == "album":
        _add_album(rows, entry.thing, entry.item_id, sighting, id_of)
    else:
        rows.add_artist(artist_row(entry.thing, entry.item_id, sighting))


def _add_song(rows: Rows, track: Any, song_id: str, page_album_id: str | None, sighting: Sighting, id_of: IdOf) -> None:
    album = track.album
    album_id = id_of(album) if album is not None else None
    credited = _credits(track, id_of)
    rows.add_song(song_row(track, song_id, album_id or page_album_id, credited, sighting))
    _add_artists(rows, credited, sighting)
    if album is not None:
        credited = _credits(album, id_of)
        if album_id is not None:
            rows.add_album(album_row(album, album_id, credited, sighting))
        _add_artists(rows, credited, sighting)


def _add_album(rows: Rows, album: Any, album_id: str, sighting: Sighting, id_of: IdOf) -> None:
    credited = _credits(album, id_of)
    rows.add_album(album_row(album, album_id, credited, sighting))
    _add_artists(rows, credited, sighting)
    tracks = album.tracks.items if album.tracks is not None else None
    for track in tracks or ():
        if track is None:
            continue
        credited = _credits(track, id_of)
        _add_artists(rows, credited, sighting)
        if (song_id := id_of(track)) is not None:
            rows.add_song(song_row(track, song_id, album_id, credited, sighting))


def _add_artists(rows: Rows, credited: Credits | None, sighting: Sighting) -> None:
    """Add the artists that a track or an album credits: of all but name and page nothing is known."""
    date, *where = sighting
    for artist_id, credit in credited or ():
        rows.add_artist((artist_id, date, credit.name, None, None, None, None, _url(credit), *where))


def _credits(thing: Any, id_of: IdOf) -> Credits | None:
    """Return the artists that a track or an album credits, in order; those without an id are left out."""
    if thing.artists is None:
        return None
    known = ((id_of(credit), credit) for credit in thing.artists if credit is not None)
    return [(artist_id, credit) for artist_id, credit in known if artist_id is not None]


def song_row(track: Any, song_id: str, album_id: str | None, credited: Credits | None, sighting: Sighting) -> Row:
    """Return what a track says of its song."""
    linked = track.linked_from
    return (
        song_id,
        sighting.extraction_date,
        track.name,
        album_id,
        *_artist_ids(credited),
        values.as_int(track.disc_number),
        values.as_int(track.track_number),
        track.duration_ms,
        track.explicit,
        _code(track, "isrc"),
        values.as_int(track.popularity),
        track.is_playable,
        (linked.id or _track_id(linked.uri)) if linked is not None else None,
        _url(track),
        *sighting[1:],
    )


def album_row(album: Any, album_id: str, credited: Credits | None, sighting: Sighting) -> Row:
    """Return what an album, whole or as a track names it, says of itself."""
    return (
        album_id,
        sighting.extraction_date,
        album.name,
        album.album_type.lower() if album.album_type is not None else None,
        album.release_date,
        album.release_date_precision,
        values.first_day(album.release_date),
        values.as_int(album.total_tracks),
        *_artist_ids(credited),
        album.label,
        _code(album, "upc"),
        values.as_int(album.popularity),
        _first_image(album),
        _url(album),
        *sighting[1:],
    )


def artist_row(artist: Any, artist_id: str, sighting: Sighting) -> Row:
    """Return what an artist says of itself."""
    return (
        artist_id,
        sighting.extraction_date,
        artist.name,
        artist.genres,
        artist.followers.total if artist.followers is not None else None,
        values.as_int(artist.popularity),
        _first_image(artist),
        _url(artist),
        *sighting[1:],
    )


def play_row(entry: Entry, account: str, sighting: Sighting) -> Row:
    """Return a play, with the names that its source gives."""
    play = entry.element
    assert play is not None
    context_type, context_id = kinds.context_of(play.context.uri if play.context is not None else None)
    return (
        account,
        entry.played_at,
        entry.item_id,
        entry.origin,
        play.ms_played if play.ms_played is not None else play.msPlayed,
        context_type,
        context_id,
        *_names_of_play(play, entry.thing),
        play.skipped,
        play.reason_start or None,
        play.reason_end or None,
        play.shuffle,
        play.offline,
        play.incognito_mode,
        *sighting[1:],
    )


def _names_of_play(play: Element, thing: Any) -> tuple[str | None, str | None, str | None]:
    """Return song, artist and album of a play by name; a name that is empty is none."""
    artist = play.master_metadata_album_artist_name or play.artistName
    if artist is None and thing.artists:
        artist = thing.artists[0].name if thing.artists[0] is not None else None
    album = play.master_metadata_album_album_name
    if album is None and thing.album is not None:
        album = thing.album.name
    return thing.name or None, artist or None, album or None


def _artist_ids(credited: Credits | None) -> tuple[str | None, list[str] | None]:
    """Return the first artist's id, and all in order."""
    if credited is None:
        return None, None
    ids = [artist_id for artist_id, _ in credited]
    return (ids[0] if ids else None), ids


def _url(thing: Any) -> str | None:
    return thing.external_urls.spotify if thing.external_urls is not None else None


def _code(thing: Any, name: str) -> str | None:
    return getattr(thing.external_ids, name) if thing.external_ids is not None else None


def _first_image(thing: Any) -> str | None:
    image = thing.images[0] if thing.images else None
    return image.url if image is not None else None


def _track_id(uri: str | None) -> str | None:
    prefix = "spotify:track:"
    return (uri[len(prefix) :] or None) if uri and uri.startswith(prefix) else None
