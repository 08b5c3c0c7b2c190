-- chart_streak: for how long each song stood in a source without a break.
-- Days on which the source was not read break no streak; days are those on which it was read.
-- is_current says that the song was still there when the source was last read.
-- A streak may begin on any day, so every day is read, whichever is asked about.
-- Grain: one row per account, source_kind, source_id, song_id and first_date. Reads: chart_day, listing_walk.
create or replace view chart_streak as
with day as (
    select
        account,
        source_kind,
        source_id,
        extraction_date,
        row_number() over (
            partition by account, source_kind, source_id order by extraction_date asc
        ) as day_number,
        count(*) over (partition by account, source_kind, source_id) as last_day_number
    from listing_walk
    where walk_date is not null
),

numbered as (
    select
        chart_day.account,
        chart_day.source_kind,
        chart_day.source_id,
        chart_day.source_name,
        chart_day.song_id,
        chart_day.extraction_date,
        chart_day.place,
        day.day_number,
        day.last_day_number,
        day.day_number - row_number() over (
            partition by chart_day.account, chart_day.source_kind, chart_day.source_id, chart_day.song_id
            order by chart_day.extraction_date asc
        ) as streak_number
    from chart_day
    inner join day
        on
            chart_day.account = day.account
            and chart_day.source_kind = day.source_kind
            and chart_day.source_id = day.source_id
            and chart_day.extraction_date = day.extraction_date
)

select
    account,
    source_kind,
    source_id,
    max(source_name) as source_name,
    song_id,
    min(extraction_date) as first_date,
    max(extraction_date) as last_date,
    count(*) as days,
    min(place) as best_place,
    cast(sum(place) as bigint) as sum_of_places,
    max(day_number) = max(last_day_number) as is_current
from numbered
group by account, source_kind, source_id, song_id, streak_number
