-- working_hours: How much is played in working hours?
-- Working hours are on Monday to Friday, from first_hour to before end_hour of the listener's clock.
-- Grain: one row per account and part (working hours, other times). Reads: listening_clock.
with parameter as (
    select
        9 as first_hour,
        17 as end_hour,
        cast(null as varchar) as account
),

parted as (
    select
        listening_clock.account,
        case
            when
                listening_clock.weekday <= 5
                and listening_clock.hour_of_day >= parameter.first_hour
                and listening_clock.hour_of_day < parameter.end_hour
                then 'working hours'
            else 'other times'
        end as part,
        listening_clock.plays,
        listening_clock.ms_played
    from listening_clock
    cross join parameter
    where parameter.account is null or listening_clock.account = parameter.account
),

counted as (
    select
        account,
        part,
        cast(sum(plays) as bigint) as plays,
        cast(sum(ms_played) as bigint) as ms_played
    from parted
    group by account, part
)

select
    part,
    plays,
    round(100 * cast(plays as double) / cast(sum(plays) over (partition by account) as double), 1) as share_percent,
    round(cast(ms_played as double) / 60000, 1) as minutes_played,
    account
from counted
order by account asc, part desc
