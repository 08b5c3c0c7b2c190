"""The same flatten and the same choice among sightings in DuckDB: one process, Parquet files come out.

It checks nothing (no rejected record, no ledger, no listing) and keeps no history to merge into.
"""

import sys
from pathlib import Path

import duckdb

ARTIST = "struct(id varchar, name varchar, external_urls struct(spotify varchar))"
ALBUM = f"""struct(id varchar, name varchar, album_type varchar, release_date varchar, release_date_precision varchar,
    total_tracks integer, artists {ARTIST}[], images struct(url varchar)[], external_urls struct(spotify varchar))"""
TRACK = f"""struct(id varchar, name varchar, type varchar, is_local boolean, disc_number integer, track_number integer,
    duration_ms bigint, explicit boolean, popularity integer, external_ids struct(isrc varchar), artists {ARTIST}[],
    external_urls struct(spotify varchar), album {ALBUM})"""
COLUMNS = f"{{'fetched_at': 'timestamp', 'response': 'struct(items struct(track {TRACK})[])'}}"
READ = """
create temp table sighting as
select extraction_date, fetched_at as seen_at, filename as raw_key, entry.track as track
from (
    select fetched_at, filename, regexp_extract(filename, 'extraction_date=([0-9-]+)', 1)::date as extraction_date,
        unnest(response['items']) as entry
    from read_json($files, format = 'newline_delimited', columns = {columns}, filename = true,
        maximum_object_size = 100000000)
)
where entry.track.type = 'track' and entry.track.id is not null and not coalesce(entry.track.is_local, false)
"""
FLAT = {
    "song": """select track.id as song_id, extraction_date, seen_at, raw_key, track.name, track.album.id as album_id,
            track.artists[1].id as artist_id, [one.id for one in track.artists] as artist_ids, track.disc_number,
            track.track_number, track.duration_ms, track.explicit as is_explicit, track.external_ids.isrc as isrc,
            track.popularity, track.external_urls.spotify as url
        from sighting""",
    "album": """select album.id as album_id, extraction_date, seen_at, raw_key, album.name, album.album_type,
            album.release_date as release_date_text, album.release_date_precision,
            try_cast(rpad(album.release_date, 10, '-01-01') as date) as release_date, album.total_tracks,
            album.artists[1].id as artist_id, [one.id for one in album.artists] as artist_ids,
            album.images[1].url as image_url, album.external_urls.spotify as url
        from (select extraction_date, seen_at, raw_key, track.album as album from sighting)""",
    "artist": """select artist.id as artist_id, extraction_date, seen_at, raw_key, artist.name,
            artist.external_urls.spotify as url
        from (select extraction_date, seen_at, raw_key,
            unnest(list_concat(track.artists, track.album.artists)) as artist from sighting)""",
}


def flatten(raw: Path, out: Path, cores: int) -> None:
    """Write one Parquet file per table: of each key the one that knows most, then the newest."""
    engine = duckdb.connect(config={"threads": cores})
    files = sorted(str(path) for path in raw.glob("extraction_date=*/*.ndjson.gz"))
    engine.execute(READ.replace("{columns}", COLUMNS), {"files": files})
    out.mkdir(parents=True, exist_ok=True)
    for name, flat in FLAT.items():
        engine.execute(f"copy ({_best(engine, name, flat)}) to '{out / name}.parquet' (format parquet)")


def _best(engine: duckdb.DuckDBPyConnection, name: str, flat: str) -> str:
    columns = [row[0] for row in engine.execute(f"describe {flat}").fetchall()]
    keys = (f"{name}_id", "extraction_date")
    content = [column for column in columns if column not in (*keys, "seen_at", "raw_key")]
    worth = " + ".join(f"({column} is not null)::integer" for column in content)
    ranked = ", ".join(f"{column} := {column}" for column in ("seen_at", *content, "raw_key"))
    best = f"select {', '.join(keys)}, max(struct_pack(worth := {worth}, {ranked})) as best from ({flat}) group by all"
    return f"select {', '.join(keys)}, unnest(best) from ({best})"


if __name__ == "__main__":
    flatten(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
