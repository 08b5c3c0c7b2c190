-- load_fresh: accounts of which nothing was extracted for longer than expected.
-- Imported files are left out, with or without an account. today is the day of asking where
-- it is not given.
-- Severity: error. Remedy: Run extract or schedule status: the login may have ended, or the schedule does not run.
-- Grain: one row per account. Reads: raw_object.
with parameter as (
    select
        8 as most_days,
        cast(null as date) as today
),

newest as (
    select
        account,
        max(extraction_date) as last_date
    from raw_object
    where account <> '-' and status = 'loaded' and raw_key not like '%-import-%'
    group by account
),

aged as (
    select
        newest.account,
        newest.last_date,
        date_diff('day', newest.last_date, coalesce(parameter.today, cast(current_timestamp as date))) as days_old,
        parameter.most_days
    from newest
    cross join parameter
)

select
    account,
    last_date,
    days_old,
    concat('at most ', cast(most_days as varchar), ' days') as expected
from aged
where days_old > most_days
order by account asc
