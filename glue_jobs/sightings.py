"""From entries to sightings: what each answer says of a song, an album, an artist or a play, in the tables' columns."""

from collections.abc import Mapping

from pyspark.sql import DataFrame

from glue_jobs import sql_text as sql
from glue_jobs.tables import ALBUM, ARTIST, PLAY, SONG, Table


def find_sightings(entry_df: DataFrame, time_zone: str) -> dict[str, DataFrame]:
    """Return the sightings of each table by its name; `entry_df` is read once per table and wants to be cached."""
    accepted_df = entry_df.where("outcome = 'accepted'")
    return {
        "song": _songs(accepted_df).unionByName(_album_tracks(accepted_df)),
        "album": _albums_of_songs(accepted_df).unionByName(_albums(accepted_df)),
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


def _song_rules(track: str, song_id: str, album_id: str) -> dict[str, str]:
    return {
        "song_id": song_id,
        "name": f"{track}.name",
        "album_id": album_id,
        **_credits(track),
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


def _credits(thing: str) -> dict[str, str]:
    """Return the artists of a track or album: all ids in order, and the first."""
    ids = f"filter(transform({thing}.artists, one -> {sql.spotify_id('one')}), id -> id is not null)"
    return {"artist_ids": ids, "artist_id": f"get({ids}, 0)"}


def _album_rules(album: str, album_id: str) -> dict[str, str]:
    return {
        "album_id": album_id,
        "name": f"{album}.name",
        "album_type": f"lower({album}.album_type)",
        "release_date_text": f"{album}.release_date",
        "release_date_precision": f"{album}.release_date_precision",
        "release_date": sql.first_day(f"{album}.release_date"),
        "total_tracks": sql.whole_number(f"{album}.total_tracks"),
        **_credits(album),
        "label": f"{album}.label",
        "upc": f"{album}.external_ids.upc",
        "popularity": sql.whole_number(f"{album}.popularity"),
        "image_url": f"get({album}.images, 0).url",
        "url": f"{album}.external_urls.spotify",
    }


def _credit_rules(artist: str, artist_id: str) -> dict[str, str]:
    """Return what a track or album says of its artist; the rest is not given."""
    nothing = {
        column.name: "null" for column in ARTIST.columns if column.name not in ("seen_at", "raw_key", "extraction_date")
    }
    return nothing | {
        "artist_id": artist_id,
        "name": f"{artist}.name",
        "url": f"{artist}.external_urls.spotify",
    }


def _artist_rules(artist: str, artist_id: str) -> dict[str, str]:
    return {
        **_credit_rules(artist, artist_id),
        "genres": f"{artist}.genres",
        "followers": sql.whole_number(f"{artist}.followers.total", "bigint"),
        "popularity": sql.whole_number(f"{artist}.popularity"),
        "image_url": f"get({artist}.images, 0).url",
    }


def _songs(accepted_df: DataFrame) -> DataFrame:
    album_id = f"coalesce({sql.spotify_id('track.album')}, page_album_id)"
    song_df = accepted_df.where("item_kind = 'song'")
    return _conform(song_df, SONG, _song_rules("track", "item_id", album_id))


def _album_tracks(accepted_df: DataFrame) -> DataFrame:
    """Return the songs inside whole albums; they name no album, so they get the enclosing one."""
    album_df = accepted_df.where("item_kind = 'album'")
    columns = ("seen_at", "raw_key", "extraction_date", "item_id")
    track_df = album_df.selectExpr(*columns, "explode(album.tracks.items) as track")
    known_df = track_df.selectExpr("*", f"{sql.spotify_id('track')} as song_id").where("song_id is not null")
    return _conform(known_df, SONG, _song_rules("track", "song_id", "item_id"))


def _albums_of_songs(accepted_df: DataFrame) -> DataFrame:
    song_df = accepted_df.where("item_kind = 'song'").selectExpr("*", f"{sql.spotify_id('track.album')} as album_id")
    return _conform(song_df.where("album_id is not null"), ALBUM, _album_rules("track.album", "album_id"))


def _albums(accepted_df: DataFrame) -> DataFrame:
    return _conform(accepted_df.where("item_kind = 'album'"), ALBUM, _album_rules("album", "item_id"))


def _credited_artists(accepted_df: DataFrame) -> DataFrame:
    """Return the artists of tracks and of albums, of tracks inside albums too."""
    credit_df = accepted_df.where("item_kind in ('song', 'album')").selectExpr(
        "seen_at",
        "raw_key",
        "extraction_date",
        "explode(flatten(array_compact(concat(array(track.artists, track.album.artists, album.artists), "
        "coalesce(album.tracks.items.artists, array()))))) as artist",
    )
    known_df = credit_df.selectExpr("*", f"{sql.spotify_id('artist')} as artist_id").where("artist_id is not null")
    return _conform(known_df, ARTIST, _credit_rules("artist", "artist_id"))


def _artists(accepted_df: DataFrame) -> DataFrame:
    return _conform(accepted_df.where("item_kind = 'artist'"), ARTIST, _artist_rules("artist", "item_id"))


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
