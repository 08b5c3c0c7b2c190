-- first_artist_agrees: songs and albums whose artist_id is not the first of their artist_ids.
-- Severity: error. Remedy: Rebuild the day with load --reload; if it stays, report it with the raw object.
-- Grain: one row per table_name, id and extraction_date. Reads: album, song.
with credited as (
    select
        'album' as table_name,
        album_id as id,
        extraction_date,
        artist_id,
        if(cardinality(artist_ids) > 0, artist_ids[1]) as first_artist_id
    from album
    union all
    select
        'song' as table_name,
        song_id as id,
        extraction_date,
        artist_id,
        if(cardinality(artist_ids) > 0, artist_ids[1]) as first_artist_id
    from song
)

select
    table_name,
    id,
    extraction_date,
    artist_id,
    first_artist_id as expected
from credited
where artist_id is distinct from first_artist_id
order by table_name asc, id asc, extraction_date asc
