-- chart_week: the place of each song in each source over a week that begins on Monday (week_date).
-- Each day gives points: as many as places the list has, for the first place, down to 1. The most points lead the week;
-- of equal ones the song with the better best place.
-- Grain: one row per account, source_kind, source_id, week_date and song_id. Reads: chart_day, listing.
create or replace view chart_week as
-- The days are a separate step, on the right, so that an engine knows those of the weeks asked about before it reads what
-- was listed: no condition on the week of a date reaches the partitions through the joins of chart_day.
with day as (
    select
        account,
        source_kind,
        source_id,
        extraction_date,
        cast(date_trunc('week', extraction_date) as date) as week_date
    from listing
),

scored as (
    select
        chart_day.account,
        chart_day.source_kind,
        chart_day.source_id,
        chart_day.source_name,
        day.week_date,
        chart_day.song_id,
        chart_day.place,
        max(chart_day.place) over (
            partition by
                chart_day.account,
                chart_day.source_kind,
                chart_day.source_id,
                chart_day.extraction_date,
                day.week_date
        ) + 1 - chart_day.place as points
    from chart_day
    inner join day
        on
            chart_day.account = day.account
            and chart_day.source_kind = day.source_kind
            and chart_day.source_id = day.source_id
            and chart_day.extraction_date = day.extraction_date
),

counted as (
    select
        account,
        source_kind,
        source_id,
        week_date,
        song_id,
        max(source_name) as source_name,
        cast(sum(points) as bigint) as points,
        count(*) as days,
        min(place) as best_place
    from scored
    group by account, source_kind, source_id, week_date, song_id
)

select
    account,
    source_kind,
    source_id,
    source_name,
    week_date,
    song_id,
    row_number() over (
        partition by account, source_kind, source_id, week_date
        order by points desc, best_place asc, song_id asc
    ) as place,
    points,
    days,
    best_place
from counted
