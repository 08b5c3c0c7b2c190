-- release_period: how many albums came out in each decade, year, month and on each day.
-- An album counts only as far as its date is known: one of the year 1979 is in no month and on no day.
-- When an album came out says nothing of when it was seen, so all that is known of albums is read.
-- Grain: one row per period_kind (decade, year, month, day) and period_date, its first day. Reads: album_latest.
create or replace view release_period as
with dated as (
    select
        album_id,
        album_type,
        release_date,
        release_date_precision
    from album_latest
    where release_date is not null
),

period as (
    select
        'decade' as period_kind,
        cast(date_add('year', -cast(year(release_date) % 10 as integer), date_trunc('year', release_date)) as date)
            as period_date,
        album_type
    from dated
    union all
    select
        'year' as period_kind,
        cast(date_trunc('year', release_date) as date) as period_date,
        album_type
    from dated
    union all
    select
        'month' as period_kind,
        cast(date_trunc('month', release_date) as date) as period_date,
        album_type
    from dated
    where release_date_precision in ('month', 'day')
    union all
    select
        'day' as period_kind,
        release_date as period_date,
        album_type
    from dated
    where release_date_precision = 'day'
)

select
    period_kind,
    period_date,
    count(*) as releases,
    count(*) filter (where album_type = 'album') as albums,
    count(*) filter (where album_type = 'single') as singles,
    count(*) filter (where album_type = 'compilation') as compilations
from period
group by period_kind, period_date
