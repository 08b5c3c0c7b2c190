-- listening_streaks: On how many days in a row was music played?
-- Grain: one row per account and first_date of a streak, the longest first. Reads: listening_day.
with parameter as (
    select
        10 as "limit",
        cast(null as varchar) as account
),

streak as (
    select
        listening_day.account,
        listening_day.streak_date,
        max(listening_day.local_date) as last_date,
        count(*) as days,
        cast(sum(listening_day.plays) as bigint) as plays
    from listening_day
    cross join parameter
    where parameter.account is null or listening_day.account = parameter.account
    group by listening_day.account, listening_day.streak_date
),

ranked as (
    select
        row_number() over (partition by account order by days desc, streak_date desc) as place,
        days,
        streak_date,
        last_date,
        plays,
        account
    from streak
)

select
    ranked.place,
    ranked.days,
    ranked.streak_date as first_date,
    ranked.last_date,
    ranked.plays,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.account asc, ranked.place asc
