-- top_of_each_day: Which artist and which album had the most songs each day?
-- Counts the songs seen on a day, on the credit of their first artist. Of equal ones the first by name.
-- Grain: one row per extraction_date and kind (album, artist). Reads: album, artist, song.
with parameter as (
    select
        date '1900-01-01' as since,
        date '9999-12-31' as until
),

seen as (
    select
        song.extraction_date,
        song.song_id,
        song.artist_id,
        song.album_id,
        nullif(song.duration_ms, 0) as duration_ms
    from song
    inner join parameter on song.extraction_date between parameter.since and parameter.until
),

artist_name as (
    select
        artist.artist_id,
        artist.extraction_date,
        artist.name
    from artist
    inner join parameter on artist.extraction_date between parameter.since and parameter.until
),

album_name as (
    select
        album.album_id,
        album.extraction_date,
        album.name
    from album
    inner join parameter on album.extraction_date between parameter.since and parameter.until
),

artist_count as (
    select
        'artist' as kind,
        seen.extraction_date,
        seen.artist_id as id,
        max(artist_name.name) as name,
        count(*) as songs,
        min(seen.duration_ms) as shortest_ms,
        max(seen.duration_ms) as longest_ms,
        avg(cast(seen.duration_ms as double)) as average_ms
    from seen
    left join artist_name
        on
            seen.artist_id = artist_name.artist_id
            and seen.extraction_date = artist_name.extraction_date
    where seen.artist_id is not null
    group by seen.extraction_date, seen.artist_id
),

album_count as (
    select
        'album' as kind,
        seen.extraction_date,
        seen.album_id as id,
        max(album_name.name) as name,
        count(*) as songs,
        min(seen.duration_ms) as shortest_ms,
        max(seen.duration_ms) as longest_ms,
        avg(cast(seen.duration_ms as double)) as average_ms
    from seen
    left join album_name
        on
            seen.album_id = album_name.album_id
            and seen.extraction_date = album_name.extraction_date
    where seen.album_id is not null
    group by seen.extraction_date, seen.album_id
),

counted as (
    select
        kind,
        extraction_date,
        id,
        name,
        songs,
        shortest_ms,
        longest_ms,
        average_ms
    from artist_count
    union all
    select
        kind,
        extraction_date,
        id,
        name,
        songs,
        shortest_ms,
        longest_ms,
        average_ms
    from album_count
),

ranked as (
    select
        kind,
        extraction_date,
        id,
        name,
        songs,
        shortest_ms,
        longest_ms,
        average_ms,
        row_number() over (
            partition by extraction_date, kind order by songs desc, name asc nulls last, id asc
        ) as place
    from counted
)

select
    extraction_date,
    kind,
    name,
    songs,
    round(cast(shortest_ms as double) / 1000, 1) as shortest_seconds,
    round(cast(longest_ms as double) / 1000, 1) as longest_seconds,
    round(average_ms / 1000, 1) as average_seconds,
    id
from ranked
where place = 1
order by extraction_date desc, kind desc
