-- listening_day: how much was played on each day of the listener's clock, and the streak of days that it belongs to.
-- streak_date is the first day of the streak: days with a play, none between them without.
-- A streak may begin on any day, so every play is read, whichever day is asked about.
-- Grain: one row per account and local_date. Reads: play_once.
create or replace view listening_day as
with counted as (
    select
        account,
        cast(played_at_local as date) as local_date,
        count(*) as plays,
        count(distinct song_id) as songs,
        cast(sum(ms_played) as bigint) as ms_played
    from play_once
    where played_at_local is not null
    group by account, cast(played_at_local as date)
),

numbered as (
    select
        account,
        local_date,
        plays,
        songs,
        ms_played,
        date_diff('day', date '2000-01-01', local_date)
        - row_number() over (partition by account order by local_date asc) as streak_number
    from counted
)

select
    account,
    local_date,
    plays,
    songs,
    ms_played,
    min(local_date) over (partition by account, streak_number) as streak_date
from numbered
