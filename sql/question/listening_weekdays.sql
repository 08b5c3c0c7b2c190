-- listening_weekdays: On which days of the week is music played?
-- Grain: one row per account and weekday (1 Monday to 7 Sunday). Reads: listening_clock.
with parameter as (
    select
        cast(null as varchar) as account,
        date '1900-01-01' as since_month,
        date '9999-12-31' as until_month
),

counted as (
    select
        listening_clock.account,
        listening_clock.weekday,
        cast(sum(listening_clock.plays) as bigint) as plays,
        cast(sum(listening_clock.ms_played) as bigint) as ms_played
    from listening_clock
    inner join parameter on listening_clock.month_date between parameter.since_month and parameter.until_month
    where parameter.account is null or listening_clock.account = parameter.account
    group by listening_clock.account, listening_clock.weekday
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
    round(100 * cast(plays as double) / cast(sum(plays) over (partition by account) as double), 1) as share_percent,
    round(cast(ms_played as double) / 60000, 1) as minutes_played,
    account
from counted
order by account asc, weekday asc
