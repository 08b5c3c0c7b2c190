-- popularity_by_release_year: Are older or newer songs more popular, and which is the top song of each year?
-- Spotify gives popularity (0 to 100) to some apps only; where none was given one row says so.
-- Grain: one row per release_year, or one without a year. Reads: song_full.
with parameter as (
    select
        1 as since_year,
        9999 as until_year
),

given as (
    select count(popularity) as songs
    from song_full
),

ranked as (
    select
        year(release_date) as release_year,
        popularity,
        name,
        artist_names,
        song_id,
        row_number() over (
            partition by year(release_date) order by popularity desc, name asc nulls last, song_id asc
        ) as place
    from song_full
    where popularity is not null and release_date is not null
),

counted as (
    select
        release_year,
        count(*) as songs,
        round(avg(cast(popularity as double)), 1) as average_popularity,
        max(popularity) as most_popularity,
        max(case when place = 1 then name end) as top_song_name,
        max(case when place = 1 then artist_names end) as top_song_artist_names,
        max(case when place = 1 then song_id end) as top_song_id
    from ranked
    group by release_year
)

select
    case when given.songs = 0 then 'not given to this app' else 'given' end as availability,
    counted.release_year,
    counted.songs,
    counted.average_popularity,
    counted.top_song_name,
    counted.top_song_artist_names,
    counted.most_popularity as top_song_popularity,
    counted.top_song_id
from parameter
cross join given
left join counted on counted.release_year between parameter.since_year and parameter.until_year
where given.songs = 0 or counted.release_year is not null
order by counted.release_year asc nulls last
