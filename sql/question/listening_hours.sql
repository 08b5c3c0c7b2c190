-- listening_hours: At what hours is music played?
-- Hours are those of the listener's clock. Minutes are known from an account's export only; where nothing was played
-- one row says so.
-- Grain: one row per hour with a play, or one without an hour. Reads: play_once.
with parameter as (
    select
        cast(null as varchar) as account,
        date '1900-01-01' as since,
        date '9999-12-31' as until
),

counted as (
    select
        hour(play_once.played_at_local) as hour_of_day,
        count(*) as plays,
        count(distinct play_once.song_id) as songs,
        sum(play_once.ms_played) as ms_played
    from play_once
    inner join parameter
        on
            play_once.account = coalesce(parameter.account, play_once.account)
            and cast(play_once.played_at_local as date) between parameter.since and parameter.until
    group by hour(play_once.played_at_local)
)

select
    case when counted.hour_of_day is null then 'no plays' else 'given' end as availability,
    counted.hour_of_day,
    counted.plays,
    round(100 * cast(counted.plays as double) / sum(counted.plays) over (), 1) as share_percent,
    counted.songs,
    round(cast(counted.ms_played as double) / 60000, 1) as minutes_played
from parameter
left join counted on parameter.since <= parameter.until
order by counted.hour_of_day asc nulls last
