-- releases_by_year: From which years are my albums and songs?
-- albums_known_to_the_day says how many albums give more than a year or a month.
-- Grain: one row per release_year; null, last, where it is not known. Reads: album_latest, song_latest.
with parameter as (
    select
        1 as since_year,
        9999 as until_year
),

song_count as (
    select
        album_id,
        count(*) as songs
    from song_latest
    where album_id is not null
    group by album_id
),

dated as (
    select
        year(album_latest.release_date) as release_year,
        album_latest.release_date_precision,
        coalesce(song_count.songs, 0) as songs
    from album_latest
    left join song_count on album_latest.album_id = song_count.album_id
)

select
    dated.release_year,
    count(*) as albums,
    count(*) filter (where dated.release_date_precision = 'day') as albums_known_to_the_day,
    sum(dated.songs) as songs
from dated
inner join parameter
    on dated.release_year between parameter.since_year and parameter.until_year or dated.release_year is null
group by dated.release_year
order by dated.release_year asc nulls last
