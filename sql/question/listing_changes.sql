-- listing_changes: Which songs entered, left, rose or fell on a playlist, and when?
-- places is positive for a rise. Name a change (entered, left, rose, fell) to see only that.
-- Grain: one row per account, source_kind, source_id, extraction_date, item_kind and item_id.
-- Reads: listing_change, song_full.
with parameter as (
    select
        date '1900-01-01' as since,
        date '9999-12-31' as until,
        cast(null as varchar) as source_kind,
        cast(null as varchar) as source_id,
        cast(null as varchar) as change
)

select
    listing_change.extraction_date,
    listing_change.previous_date,
    listing_change.source_name,
    listing_change.change,
    song_full.name as song_name,
    song_full.artist_names,
    listing_change.position,
    listing_change.previous_position,
    listing_change.places,
    listing_change.item_kind,
    listing_change.item_id,
    listing_change.source_kind,
    listing_change.source_id,
    listing_change.account
from listing_change
inner join parameter on listing_change.extraction_date between parameter.since and parameter.until
left join song_full on listing_change.item_kind = 'song' and listing_change.item_id = song_full.song_id
where
    (parameter.source_kind is null or listing_change.source_kind = parameter.source_kind)
    and (parameter.source_id is null or listing_change.source_id = parameter.source_id)
    and (parameter.change is null or listing_change.change = parameter.change)
order by
    listing_change.extraction_date desc,
    listing_change.account asc,
    listing_change.source_kind asc,
    listing_change.source_id asc,
    listing_change.change asc,
    coalesce(listing_change.position, listing_change.previous_position) asc,
    listing_change.item_id asc
