-- listening_weekdays: On which days of the week do I listen to music?
-- Days and months are those of the listener's clock.
-- A play of less than least_seconds is a skip; 30 is how Spotify counts. Minutes are those of plays and skips, and known
-- from an account's export only.
-- Grain: one row per account and weekday (1 Monday to 7 Sunday). Reads: play_once.
with parameter as (
    select
        cast(null as varchar) as account,
        date '1900-01-01' as since_month,
        date '9999-12-31' as until_month,
        30 as least_seconds
),

played as (
    select
        play_once.account,
        day_of_week(play_once.played_at_local) as weekday,
        play_once.ms_played,
        case when play_once.ms_played < parameter.least_seconds * 1000 then 0 else 1 end as is_play
    from play_once
    inner join parameter
        on
            cast(date_trunc('month', play_once.played_at_local) as date)
            between parameter.since_month and parameter.until_month
    where parameter.account is null or play_once.account = parameter.account
),

counted as (
    select
        account,
        weekday,
        cast(sum(is_play) as bigint) as plays,
        cast(sum(1 - is_play) as bigint) as skips,
        cast(sum(ms_played) as bigint) as ms_played
    from played
    group by account, weekday
)

select
    weekday,
    case weekday
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        when 6 then 'Saturday'
        else 'Sunday'
    end as weekday_name,
    plays,
    round(
        100 * cast(plays as double) / nullif(cast(sum(plays) over (partition by account) as double), 0), 1
    ) as share_percent,
    skips,
    round(cast(ms_played as double) / 60000, 1) as minutes_played,
    account
from counted
order by account asc, weekday asc
