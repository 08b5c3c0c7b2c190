"""What an object of Spotify's catalogue says, with the tables' names and types, as SQL structs.

They are built once, where an entry is judged; everything afterwards moves narrow rows instead of whole answers. Where
a table has `artist_id` and `artist_ids`, they hold `artists`: the credits, which make rows of their own too.
"""

from collections.abc import Mapping

from glue_jobs import sql_text as sql
from glue_jobs.tables import ALBUM, ARTIST, SONG, Table

SIGHTING = ("extraction_date", "seen_at", "raw_key")
"""The columns of where and when a row was seen; they are the entry's, not the object's."""

CREDITED = {"artist_id": "get({thing}.artists, 0).artist_id", "artist_ids": "{thing}.artists.artist_id"}


def columns_of(thing: str, table: Table) -> dict[str, str]:
    """Return the rule of each column of a table that an object speaks of, from its struct."""
    own = {name: f"{thing}.{name}" for name in table.column_names if name not in SIGHTING}
    credited = {name: rule.format(thing=thing) for name, rule in CREDITED.items() if name not in table.key}
    return own | credited if "artist_ids" in own else own


def song(track: str, song_id: str, album_id: str) -> str:
    """Return what a track says of its song."""
    rules = {
        "song_id": song_id,
        "name": f"{track}.name",
        "album_id": album_id,
        "disc_number": sql.whole_number(f"{track}.disc_number"),
        "track_number": sql.whole_number(f"{track}.track_number"),
        "duration_ms": sql.whole_number(f"{track}.duration_ms", "bigint"),
        "is_explicit": sql.truth(f"{track}.explicit"),
        "isrc": f"{track}.external_ids.isrc",
        "popularity": sql.whole_number(f"{track}.popularity"),
        "is_playable": sql.truth(f"{track}.is_playable"),
        "linked_from_id": f"coalesce({track}.linked_from.id, "
        f"nullif(regexp_extract({track}.linked_from.uri, '^spotify:track:(.+)$', 1), ''))",
        "url": f"{track}.external_urls.spotify",
    }
    return _struct(SONG, rules | {"artists": _credits(track)})


def album(thing: str, album_id: str) -> str:
    """Return what an album, whole or as a track names it, says of itself."""
    rules = {
        "album_id": album_id,
        "name": f"{thing}.name",
        "album_type": f"lower({thing}.album_type)",
        "release_date_text": f"{thing}.release_date",
        "release_date_precision": f"{thing}.release_date_precision",
        "release_date": sql.first_day(f"{thing}.release_date"),
        "total_tracks": sql.whole_number(f"{thing}.total_tracks"),
        "label": f"{thing}.label",
        "upc": f"{thing}.external_ids.upc",
        "popularity": sql.whole_number(f"{thing}.popularity"),
        "image_url": f"get({thing}.images, 0).url",
        "url": f"{thing}.external_urls.spotify",
    }
    return _struct(ALBUM, rules | {"artists": _credits(thing)})


def songs_of(thing: str, album_id: str) -> str:
    """Return what the tracks inside a whole album say; they name no album, so they get the enclosing one.

    One without an id is no song, but its artists are credited.
    """
    return f"transform({thing}.tracks.items, track -> {song('track', sql.spotify_id('track'), album_id)})"


def artist(thing: str, artist_id: str) -> str:
    """Return what an artist says of itself."""
    rules = {
        "artist_id": artist_id,
        "name": f"{thing}.name",
        "genres": f"{thing}.genres",
        "followers": sql.whole_number(f"{thing}.followers.total", "bigint"),
        "popularity": sql.whole_number(f"{thing}.popularity"),
        "image_url": f"get({thing}.images, 0).url",
        "url": f"{thing}.external_urls.spotify",
    }
    return _struct(ARTIST, rules)


def _credits(thing: str) -> str:
    """Return what a track or an album says of its artists, in order; those without an id are left out."""
    told = sql.struct({"artist_id": sql.spotify_id("one"), "name": "one.name", "url": "one.external_urls.spotify"})
    return f"filter(transform({thing}.artists, one -> {told}), credit -> credit.artist_id is not null)"


def _struct(table: Table, rules: Mapping[str, str]) -> str:
    types = {column.name: column.type.simpleString() for column in table.columns}
    typed = {name: f"cast({rule} as {types[name]})" if name in types else rule for name, rule in rules.items()}
    return sql.struct(typed)
