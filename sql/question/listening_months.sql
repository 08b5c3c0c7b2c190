-- listening_months: How much was played each month, and how many artists were new?
-- Minutes are known from an account's export only.
-- Grain: one row per account and month_date. Reads: listening_month.
with parameter as (
    select
        cast(null as varchar) as account,
        date '1900-01-01' as since,
        date '9999-12-31' as until
)

select
    listening_month.month_date,
    listening_month.plays,
    listening_month.songs,
    listening_month.artists,
    listening_month.new_artists,
    round(cast(listening_month.ms_played as double) / 60000, 1) as minutes_played,
    listening_month.account
from listening_month
inner join parameter on listening_month.month_date between parameter.since and parameter.until
where parameter.account is null or listening_month.account = parameter.account
order by listening_month.account asc, listening_month.month_date asc
