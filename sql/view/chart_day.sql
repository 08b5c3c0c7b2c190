-- chart_day: the place of each song in each source on each day; any source with an order is a chart.
-- A song listed twice counts at its first place. is_complete is false if the read broke off.
-- Grain: one row per account, source_kind, source_id, extraction_date and song_id. Reads: listing_day.
create or replace view chart_day as
select
    account,
    source_kind,
    source_id,
    extraction_date,
    max(source_name) as source_name,
    max(walk_date) as walk_date,
    item_id as song_id,
    min(position) as place,
    count(*) as entries,
    bool_and(is_complete) as is_complete
from listing_day
where item_kind = 'song' and item_id is not null
group by account, source_kind, source_id, extraction_date, item_id
