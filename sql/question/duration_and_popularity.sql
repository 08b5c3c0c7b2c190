-- duration_and_popularity: Are longer songs more or less popular?
-- correlation is over all songs, from -1 (longer is less popular) to 1; null if it cannot be computed. Spotify gives
-- popularity (0 to 100) to some apps only; where none was given one row says so.
-- Grain: one row per whole minute, or one without. Reads: song_latest.
with parameter as (
    select 10 as longest_minute
),

known as (
    select
        least(song_latest.duration_ms / 60000, parameter.longest_minute) as minutes,
        cast(song_latest.duration_ms as double) as duration_ms,
        cast(song_latest.popularity as double) as popularity
    from song_latest
    cross join parameter
    where song_latest.duration_ms > 0 and song_latest.popularity is not null
),

overall as (
    select
        count(*) as songs,
        case
            when min(duration_ms) < max(duration_ms) and min(popularity) < max(popularity)
                then round(corr(duration_ms, popularity), 2)
        end as correlation
    from known
),

counted as (
    select
        minutes,
        count(*) as songs,
        round(avg(popularity), 1) as average_popularity
    from known
    group by minutes
)

select
    case when overall.songs = 0 then 'not given to this app' else 'given' end as availability,
    counted.minutes,
    case
        when counted.minutes = parameter.longest_minute then concat(cast(counted.minutes as varchar), ' min or more')
        else concat(cast(counted.minutes as varchar), ' to ', cast(counted.minutes + 1 as varchar), ' min')
    end as duration,
    counted.songs,
    counted.average_popularity,
    overall.correlation
from overall
cross join parameter
left join counted on overall.songs > 0
order by counted.minutes asc nulls last
