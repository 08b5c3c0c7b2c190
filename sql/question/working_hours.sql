-- working_hours: How much is played in working hours?
-- Working hours are on Monday to Friday, from first_hour to before end_hour of the listener's clock.
-- A play of less than least_seconds is a skip; 30 is how Spotify counts. Minutes are those of plays and skips, and known
-- from an account's export only.
-- Grain: one row per account and part (working hours, other times). Reads: play_once.
with parameter as (
    select
        9 as first_hour,
        17 as end_hour,
        cast(null as varchar) as account,
        30 as least_seconds
),

parted as (
    select
        play_once.account,
        case
            when
                day_of_week(play_once.played_at_local) <= 5
                and hour(play_once.played_at_local) >= parameter.first_hour
                and hour(play_once.played_at_local) < parameter.end_hour
                then 'working hours'
            else 'other times'
        end as part,
        play_once.ms_played,
        case when play_once.ms_played < parameter.least_seconds * 1000 then 0 else 1 end as is_play
    from play_once
    cross join parameter
    where parameter.account is null or play_once.account = parameter.account
),

counted as (
    select
        account,
        part,
        cast(sum(is_play) as bigint) as plays,
        cast(sum(1 - is_play) as bigint) as skips,
        cast(sum(ms_played) as bigint) as ms_played
    from parted
    group by account, part
)

select
    part,
    plays,
    round(
        100 * cast(plays as double) / nullif(cast(sum(plays) over (partition by account) as double), 0), 1
    ) as share_percent,
    skips,
    round(cast(ms_played as double) / 60000, 1) as minutes_played,
    account
from counted
order by account asc, part desc
