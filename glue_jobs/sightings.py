"""From entries to sightings: what each answer says of a song, an album, an artist or a play, in the tables' columns."""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.contents import columns_of
from glue_jobs.tables import ALBUM, ARTIST, PLAY, SONG, Table


def find_sightings(entry_df: DataFrame, time_zone: str) -> dict[str, DataFrame]:
    """Return the sightings of each table by its name; `entry_df` is read once per table and wants to be kept."""
    accepted_df = entry_df.where("outcome = 'accepted'")
    return {
        "song": _songs(accepted_df),
        "album": _conform(accepted_df.where("album.album_id is not null"), ALBUM, columns_of("album", ALBUM)),
        "artist": _credited_artists(accepted_df).unionByName(_artists(accepted_df)),
        "play": _plays(accepted_df, time_zone),
    }


def _conform(df: DataFrame, table: Table, rules: Mapping[str, str]) -> DataFrame:
    """Select the table's columns in its order and types; `rules` gives each that is no column of `df` already."""
    own = {"seen_at": "seen_at", "raw_key": "raw_key", "extraction_date": "extraction_date"}
    given = own | dict(rules)
    columns = (
        f"cast({given[column.name]} as {column.type.simpleString()}) as {column.name}" for column in table.columns
    )
    return df.selectExpr(*columns)


def _songs(accepted_df: DataFrame) -> DataFrame:
    """Return the songs of entries, and those inside whole albums."""
    columns = ("seen_at", "raw_key", "extraction_date")
    own_df = accepted_df.where("song is not null").select(*columns, "song")
    inner_df = accepted_df.where("songs is not null").selectExpr(*columns, "explode(songs) as song")
    inner_df = inner_df.where("song.song_id is not null")
    return _conform(own_df.unionByName(inner_df), SONG, columns_of("song", SONG))


def _credited_artists(accepted_df: DataFrame) -> DataFrame:
    """Return the artists of tracks and of albums, of tracks inside albums too: of all but name and address nothing."""
    credit_df = accepted_df.selectExpr(
        "seen_at",
        "raw_key",
        "extraction_date",
        "explode(flatten(array_compact(concat(array(song.artists, album.artists), coalesce(songs.artists, array())))))"
        " as credit",
    )
    # An object credits an artist again and again with the same words: of these the newest is enough.
    credit_df = credit_df.groupBy("raw_key", "extraction_date", "credit").agg(F.max("seen_at").alias("seen_at"))
    nothing = dict.fromkeys(columns_of("artist", ARTIST), "null")
    return _conform(credit_df, ARTIST, nothing | {name: f"credit.{name}" for name in ("artist_id", "name", "url")})


def _artists(accepted_df: DataFrame) -> DataFrame:
    return _conform(accepted_df.where("artist is not null"), ARTIST, columns_of("artist", ARTIST))


def _plays(accepted_df: DataFrame, time_zone: str) -> DataFrame:
    kind_and_id = "context_uri, '^spotify:(?:user:[^:]*:)?([a-z]+):([^:]+)$'"
    rules = {
        "account": "account",
        "played_at": "played_at",
        "song_id": "item_id",
        "origin": "origin",
        "ms_played": "ms_played",
        "context_type": f"nullif(regexp_extract({kind_and_id}, 1), '')",
        "context_id": f"nullif(regexp_extract({kind_and_id}, 2), '')",
        "played_at_local": f"cast(from_utc_timestamp(played_at, '{time_zone}') as timestamp_ntz)",
    }
    play_df = accepted_df.where("item_kind = 'song' and origin is not null and played_at is not null")
    return _conform(play_df, PLAY, rules)
