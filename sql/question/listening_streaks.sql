-- listening_streaks: How many days in a row did I listen to music?
-- Days are those of the listener's clock; a day of skips alone ends a streak.
-- A play of less than least_seconds is a skip; 30 is how Spotify counts. Minutes are those of plays, and known from an
-- account's export only.
-- Grain: one row per account and first_date of a streak, the longest first. Reads: play_once.
with parameter as (
    select
        10 as "limit",
        cast(null as varchar) as account,
        30 as least_seconds
),

day as (
    select
        play_once.account,
        cast(play_once.played_at_local as date) as local_date,
        count(*) as plays,
        cast(sum(play_once.ms_played) as bigint) as ms_played
    from play_once
    cross join parameter
    where
        (parameter.account is null or play_once.account = parameter.account)
        and (play_once.ms_played is null or play_once.ms_played >= parameter.least_seconds * 1000)
    group by play_once.account, cast(play_once.played_at_local as date)
),

numbered as (
    select
        account,
        local_date,
        plays,
        ms_played,
        date_diff('day', date '2000-01-01', local_date)
        - row_number() over (partition by account order by local_date asc) as streak_number
    from day
),

streak as (
    select
        account,
        min(local_date) as first_date,
        max(local_date) as last_date,
        count(*) as days,
        cast(sum(plays) as bigint) as plays,
        cast(sum(ms_played) as bigint) as ms_played
    from numbered
    group by account, streak_number
),

ranked as (
    select
        row_number() over (partition by account order by days desc, first_date desc) as place,
        days,
        first_date,
        last_date,
        plays,
        ms_played,
        account
    from streak
)

select
    ranked.place,
    ranked.days,
    ranked.first_date,
    ranked.last_date,
    ranked.plays,
    round(cast(ranked.ms_played as double) / 60000, 1) as minutes_played,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.account asc, ranked.place asc
