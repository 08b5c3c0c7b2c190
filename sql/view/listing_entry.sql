-- listing_entry: what each source listed, in order; a source that was not read in full that day has no row.
-- Times are UTC without a zone, because an Athena view cannot hold a zone.
-- Grain: one row per account, source_kind, source_id, extraction_date and position. Reads: listing.
create or replace view listing_entry as
select
    listing.account,
    listing.source_kind,
    listing.source_id,
    listing.extraction_date,
    entry.position,
    entry.item_kind,
    entry.item_id,
    cast(entry.added_at as timestamp(3)) as added_at
from listing
-- Each field of an entry becomes a column, in the order of the table's description.
cross join unnest(listing.entries) as entry (position, item_kind, item_id, added_at)
