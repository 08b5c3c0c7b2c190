-- popularity_over_time: How did the popularity of songs, albums and artists change from day to day?
-- Averages over the rows of a day. Spotify gives popularity (0 to 100) to some apps only; where none was given one
-- row says so.
-- Grain: one row per kind and extraction_date, or one without a day. Reads: album, artist, song.
with parameter as (
    select
        cast(null as varchar) as id,
        date '1900-01-01' as since,
        date '9999-12-31' as until
),

sighting as (
    select
        'song' as kind,
        song.extraction_date,
        song.popularity
    from song
    inner join parameter on song.extraction_date between parameter.since and parameter.until
    where song.popularity is not null and (parameter.id is null or song.song_id = parameter.id)
    union all
    select
        'album' as kind,
        album.extraction_date,
        album.popularity
    from album
    inner join parameter on album.extraction_date between parameter.since and parameter.until
    where album.popularity is not null and (parameter.id is null or album.album_id = parameter.id)
    union all
    select
        'artist' as kind,
        artist.extraction_date,
        artist.popularity
    from artist
    inner join parameter on artist.extraction_date between parameter.since and parameter.until
    where artist.popularity is not null and (parameter.id is null or artist.artist_id = parameter.id)
),

counted as (
    select
        kind,
        extraction_date,
        count(*) as sightings,
        round(avg(cast(popularity as double)), 1) as average_popularity,
        min(popularity) as least_popularity,
        max(popularity) as most_popularity
    from sighting
    group by kind, extraction_date
)

select
    case when counted.kind is null then 'not given to this app' else 'given' end as availability,
    counted.kind,
    counted.extraction_date,
    counted.sightings,
    counted.average_popularity,
    counted.least_popularity,
    counted.most_popularity
from parameter
left join counted on parameter.since <= parameter.until
order by counted.kind asc nulls last, counted.extraction_date asc nulls last
