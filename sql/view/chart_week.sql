-- chart_week: the place of each song in each source over a week that begins on Monday (week_date).
-- Each day gives points: as many as places the list has, for the first place, down to 1. The most points lead the week;
-- of equal ones the song with the better best place.
-- Grain: one row per account, source_kind, source_id, week_date and song_id. Reads: chart_day.
create or replace view chart_week as
with scored as (
    select
        account,
        source_kind,
        source_id,
        source_name,
        cast(date_trunc('week', extraction_date) as date) as week_date,
        song_id,
        place,
        max(place) over (partition by account, source_kind, source_id, extraction_date) + 1 - place as points
    from chart_day
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
