"""The schema for Spark's bare JSON scan, which the load is measured against: what the tables need, leaves as text."""

from pyspark.sql import types as T


def shape(*names: str, **containers: T.DataType) -> T.StructType:
    """Return a struct of text leaves (`names`) and named containers."""
    leaves = [T.StructField(name, T.StringType()) for name in names]
    return T.StructType([*leaves, *(T.StructField(name, kind) for name, kind in containers.items())])


def joined(*shapes: T.StructType) -> T.StructType:
    """Return one struct with the fields of all shapes; of two fields of a name the first stays."""
    fields: dict[str, T.StructField] = {}
    for field in (field for one in shapes for field in one):
        fields.setdefault(field.name, field)
    return T.StructType(list(fields.values()))


def list_of(element: T.DataType) -> T.ArrayType:
    """Return an array of the element."""
    return T.ArrayType(element)


LINK = shape("spotify")
IMAGES = list_of(shape("url"))
COMMON = shape("id", "name", "type", "uri", "href", external_urls=LINK)

CREDIT = shape("id", "name", "uri", "href", external_urls=LINK)
"""An artist as tracks and albums name it."""

RECORDING = joined(
    COMMON,
    shape(
        *("disc_number", "track_number", "duration_ms", "explicit", "is_local", "is_playable", "popularity"),
        artists=list_of(CREDIT),
        external_ids=shape("isrc", "upc"),
        linked_from=shape("id", "uri"),
    ),
)
"""A track as an album's own page lists it: it names no album."""

RELEASE = joined(
    COMMON,
    shape(
        *("album_type", "total_tracks", "release_date", "release_date_precision", "label", "popularity"),
        artists=list_of(CREDIT),
        images=IMAGES,
        external_ids=shape("isrc", "upc"),
    ),
)
"""An album as a track names it: without its tracks."""

TRACK = joined(RECORDING, shape("show", album=RELEASE))
ALBUM = joined(RELEASE, shape(tracks=shape(items=list_of(RECORDING))))
ARTIST = joined(COMMON, shape("popularity", genres=list_of(T.StringType()), followers=shape("total"), images=IMAGES))

HISTORY_LEAVES = (
    *("ts", "ms_played", "endTime", "master_metadata_track_name"),
    *("spotify_track_uri", "spotify_episode_uri", "audiobook_uri"),
)
"""Of the account's streaming history (https://support.spotify.com/article/understanding-my-data/)."""

ELEMENT = joined(
    shape("added_at", "played_at", "episode", *HISTORY_LEAVES),
    shape(context=shape("uri"), item=TRACK, track=TRACK, album=ALBUM),
    RECORDING,
    ALBUM,
    ARTIST,
    shape("show"),
)
"""An element of any list: an entry with the object under `item`, `track` or `album`, or the object itself."""

PAGE = shape("href", "offset", "limit", "total", items=list_of(ELEMENT))

TEXT_LISTS = ("albums", "artists", "playlists", "shows", "episodes", "audiobooks", "queue")
"""Lists of an answer that are kept as text: they come as a page or as an array, and seldom."""

RESPONSE = joined(
    shape("error", "currently_playing", "snapshot_id", *TEXT_LISTS),
    shape("item", "track", "album", "episode", "show", "ms_played", "spotify_track_uri", "endTime"),
    shape("is_local", "duration_ms", "track_number", "album_type", "total_tracks", "release_date"),
    shape("genres", "followers", external_ids=shape("isrc"), owner=shape("id"), tracks=PAGE),
    PAGE,
    COMMON,
)
"""An answer: its two frequent lists typed, of everything else what tells its kind."""

SUMMARY_SOURCE = shape(
    *("kind", "id", "status", "pages", "entries", "total", "is_complete", "name", "owner", "snapshot_id", "url")
)

MISFIT = "_misfit"
"""Spark puts the whole line here when any of it did not fit the schema: a flag, no proof of loss."""

LINE = joined(
    shape("kind", "schema_version", "fetched_at", "account", "response_text", "is_complete", MISFIT),
    shape(
        source=shape("kind", "id"),
        request=shape("path"),
        response=RESPONSE,
        sources=list_of(SUMMARY_SOURCE),
    ),
)
