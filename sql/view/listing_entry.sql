-- listing_entry: what each walked source listed, in order; a source that was not walked that day has no row.
-- Times are UTC without a zone, because an Athena view cannot hold a zone.
-- Grain: one row per account, source_kind, source_id, extraction_date and position. Reads: listing.
create or replace view listing_entry as
select
    listing.account,
    listing.source_kind,
    listing.source_id,
    listing.extraction_date,
    listing.entries[slot.place].position as position,
    listing.entries[slot.place].item_kind as item_kind,
    listing.entries[slot.place].item_id as item_id,
    cast(listing.entries[slot.place].added_at as timestamp(3)) as added_at
from listing
-- Without the if, an empty array would count down: sequence(1, 0) is [1, 0].
cross join unnest(
    if(cardinality(listing.entries) > 0, sequence(1, cardinality(listing.entries)))
) as slot (place)
