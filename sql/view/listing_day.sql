-- listing_day: what each source listed on each day it was read, in order; an unchanged source as at its last full read.
-- is_complete is false if the read broke off. Times are UTC without a zone, because an Athena view cannot hold one.
-- Grain: one row per account, source_kind, source_id, extraction_date and position. Reads: listing_entry, listing_walk.
create or replace view listing_day as
select
    listing_walk.account,
    listing_walk.source_kind,
    listing_walk.source_id,
    listing_walk.extraction_date,
    listing_walk.source_name,
    listing_walk.status,
    listing_walk.is_complete,
    listing_walk.walk_date,
    listing_entry.position,
    listing_entry.item_kind,
    listing_entry.item_id,
    listing_entry.added_at
-- The full reads are on the right, which an engine reads first: their dates skip partitions of the entries.
from listing_entry
inner join listing_walk
    on
        listing_entry.account = listing_walk.account
        and listing_entry.source_kind = listing_walk.source_kind
        and listing_entry.source_id = listing_walk.source_id
        and listing_entry.extraction_date = listing_walk.walk_date
