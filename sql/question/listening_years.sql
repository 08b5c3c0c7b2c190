-- listening_years: How much was played each year?
-- Years are those of the listener's clock; minutes are known from an account's export only.
-- Grain: one row per account and year_played. Reads: listening_day.
with parameter as (
    select cast(null as varchar) as account
)

select
    year(listening_day.local_date) as year_played,
    cast(sum(listening_day.plays) as bigint) as plays,
    count(*) as days_with_plays,
    round(cast(sum(listening_day.ms_played) as double) / 3600000, 1) as hours_played,
    listening_day.account
from listening_day
cross join parameter
where parameter.account is null or listening_day.account = parameter.account
group by year(listening_day.local_date), listening_day.account
order by listening_day.account asc, year(listening_day.local_date) asc
