-- listening_years: How much did I listen each year?
-- Years and days are those of the listener's clock.
-- A play of less than least_seconds is a skip; 30 is how Spotify counts. Hours are those of plays and skips, and known
-- from an account's export only.
-- Grain: one row per account and year_played. Reads: play_once.
with parameter as (
    select
        cast(null as varchar) as account,
        30 as least_seconds
),

played as (
    select
        play_once.account,
        cast(play_once.played_at_local as date) as local_date,
        play_once.ms_played,
        case when play_once.ms_played < parameter.least_seconds * 1000 then 0 else 1 end as is_play
    from play_once
    cross join parameter
    where parameter.account is null or play_once.account = parameter.account
)

select
    year(local_date) as year_played,
    cast(sum(is_play) as bigint) as plays,
    cast(sum(1 - is_play) as bigint) as skips,
    count(distinct case when is_play = 1 then local_date end) as days_with_plays,
    round(cast(sum(ms_played) as double) / 3600000, 1) as hours_played,
    account
from played
group by year(local_date), account
order by account asc, year(local_date) asc
