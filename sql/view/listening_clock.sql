-- listening_clock: when music is played: by month, weekday (1 Monday to 7 Sunday) and hour of the listener's clock.
-- Counts add up over any of these. The hour that the clock shows twice in autumn holds the plays of both.
-- A play of less than 30 seconds is a skip, as Spotify counts. How long was played is known from an account's export only.
-- The listener's month is none of the table's, so every play is read; play_once has played_date for fewer.
-- Grain: one row per account, month_date, weekday and hour_of_day. Reads: play_once.
create or replace view listening_clock as
select
    account,
    cast(date_trunc('month', played_at_local) as date) as month_date,
    day_of_week(played_at_local) as weekday,
    hour(played_at_local) as hour_of_day,
    cast(sum(case when ms_played < 30000 then 0 else 1 end) as bigint) as plays,
    cast(sum(case when ms_played < 30000 then 1 else 0 end) as bigint) as skips,
    cast(sum(ms_played) as bigint) as ms_played
from play_once
group by
    account,
    cast(date_trunc('month', played_at_local) as date),
    day_of_week(played_at_local),
    hour(played_at_local)
