-- listening_day: how much was played on each day of the listener's clock, and the streak of days that it belongs to.
-- streak_date is the first day of the streak: days with a play, none between them without; null on a day of skips alone.
-- A play of less than 30 seconds is a skip, as Spotify counts. How long was played is known from an account's export only.
-- A streak may begin on any day, so every play is read, whichever day is asked about.
-- Grain: one row per account and local_date. Reads: play_once.
create or replace view listening_day as
with counted as (
    select
        account,
        cast(played_at_local as date) as local_date,
        cast(sum(case when ms_played < 30000 then 0 else 1 end) as bigint) as plays,
        cast(sum(case when ms_played < 30000 then 1 else 0 end) as bigint) as skips,
        count(distinct song_id) as songs,
        cast(sum(ms_played) as bigint) as ms_played
    from play_once
    group by account, cast(played_at_local as date)
),

numbered as (
    select
        account,
        local_date,
        plays,
        skips,
        songs,
        ms_played,
        date_diff('day', date '2000-01-01', local_date)
        - row_number() over (
            partition by account, case when plays > 0 then 1 else 0 end order by local_date asc
        ) as streak_number
    from counted
)

select
    account,
    local_date,
    plays,
    skips,
    songs,
    ms_played,
    case
        when plays > 0
            then min(local_date) over (
                partition by account, case when plays > 0 then 1 else 0 end, streak_number
            )
    end as streak_date
from numbered
