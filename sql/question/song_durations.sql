-- song_durations: How long are my songs?
-- Grain: one row per whole minute; null, last, where the duration is not known. Reads: song_latest.
with parameter as (
    select 10 as longest_minute
),

bucket as (
    select least(song_latest.duration_ms / 60000, parameter.longest_minute) as minutes
    from song_latest
    cross join parameter
),

counted as (
    select
        minutes,
        count(*) as songs
    from bucket
    group by minutes
)

select
    counted.minutes,
    case
        when counted.minutes is null then 'not known'
        when counted.minutes = parameter.longest_minute then concat(cast(counted.minutes as varchar), ' min or more')
        else concat(cast(counted.minutes as varchar), ' to ', cast(counted.minutes + 1 as varchar), ' min')
    end as duration,
    counted.songs,
    round(100 * cast(counted.songs as double) / sum(counted.songs) over (), 1) as share_percent
from counted
cross join parameter
order by counted.minutes asc nulls last
