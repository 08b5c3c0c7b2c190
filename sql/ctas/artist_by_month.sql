-- artist_by_month: each artist in each month: on how many days seen, with how many songs, how followed and how popular.
-- followers and popularity are the newest known of the month; null where they were not given to this app.
-- Written by years, so that there are fewer than 100 partitions at any age. ${location} is set by who writes it.
-- Grain: one row per artist_id and month_date. Reads: artist, song_artist.
create table artist_by_month
with (
    table_type = 'ICEBERG',
    is_external = false,
    location = '${location}',
    format = 'PARQUET',
    write_compression = 'ZSTD',
    partitioning = array['year(month_date)']
) as
with seen as (
    select
        artist_id,
        cast(date_trunc('month', extraction_date) as date) as month_date,
        count(*) as days_seen,
        max_by(name, extraction_date) filter (where name is not null) as artist_name,
        max_by(followers, extraction_date) filter (where followers is not null) as followers,
        max_by(popularity, extraction_date) filter (where popularity is not null) as popularity
    from artist
    group by artist_id, cast(date_trunc('month', extraction_date) as date)
),

credited as (
    select
        artist_id,
        cast(date_trunc('month', extraction_date) as date) as month_date,
        count(distinct song_id) as songs
    from song_artist
    group by artist_id, cast(date_trunc('month', extraction_date) as date)
)

select
    seen.artist_id,
    seen.month_date,
    seen.artist_name,
    seen.days_seen,
    coalesce(credited.songs, cast(0 as bigint)) as songs,
    seen.followers,
    seen.popularity
from seen
left join credited
    on
        seen.artist_id = credited.artist_id
        and seen.month_date = credited.month_date
