-- listening_clock: when music is played: by month, weekday (1 Monday to 7 Sunday) and hour of the listener's clock.
-- Counts add up over any of these. The hour that the clock shows twice in autumn holds the plays of both.
-- ms_played is known from an account's export only.
-- The listener's month is none of the table's, so every play is read; play_once has played_date for fewer.
-- Grain: one row per account, month_date, weekday and hour_of_day. Reads: play_once.
create or replace view listening_clock as
select
    account,
    cast(date_trunc('month', played_at_local) as date) as month_date,
    day_of_week(played_at_local) as weekday,
    hour(played_at_local) as hour_of_day,
    count(*) as plays,
    cast(sum(ms_played) as bigint) as ms_played
from play_once
where played_at_local is not null
group by
    account,
    cast(date_trunc('month', played_at_local) as date),
    day_of_week(played_at_local),
    hour(played_at_local)
