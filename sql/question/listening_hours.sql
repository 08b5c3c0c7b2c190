-- listening_hours: At what hours do I listen to music?
-- Hours are those of the listener's clock. Where nothing was played one row says so.
-- A play of less than least_seconds is a skip; 30 is how Spotify counts. Minutes are those of plays and skips, and known
-- from an account's export only.
-- Grain: one row per hour with a play, or one without an hour. Reads: play_once.
with parameter as (
    select
        cast(null as varchar) as account,
        date '1900-01-01' as since,
        date '9999-12-31' as until,
        30 as least_seconds
),

played as (
    select
        hour(play_once.played_at_local) as hour_of_day,
        play_once.song_id,
        play_once.ms_played,
        case when play_once.ms_played < parameter.least_seconds * 1000 then 0 else 1 end as is_play
    from play_once
    inner join parameter
        on
            play_once.account = coalesce(parameter.account, play_once.account)
            and cast(play_once.played_at_local as date) between parameter.since and parameter.until
),

counted as (
    select
        hour_of_day,
        cast(sum(is_play) as bigint) as plays,
        cast(sum(1 - is_play) as bigint) as skips,
        count(distinct song_id) as songs,
        sum(ms_played) as ms_played
    from played
    group by hour_of_day
)

select
    case when counted.hour_of_day is null then 'no plays' else 'given' end as availability,
    counted.hour_of_day,
    counted.plays,
    round(100 * cast(counted.plays as double) / nullif(cast(sum(counted.plays) over () as double), 0), 1)
        as share_percent,
    counted.skips,
    counted.songs,
    round(cast(counted.ms_played as double) / 60000, 1) as minutes_played
from parameter
left join counted on parameter.since <= parameter.until
order by counted.hour_of_day asc nulls last
