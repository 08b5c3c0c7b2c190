-- listing_now: what each source lists now, in its order: the entries of the full read that listing_latest names.
-- Times are UTC without a zone, because an Athena view cannot hold a zone.
-- Grain: one row per account, source_kind, source_id and position. Reads: listing, listing_latest.
create or replace view listing_now as
with walked as (
    select
        listing.account,
        listing.source_kind,
        listing.source_id,
        listing_latest.name as source_name,
        listing_latest.walk_date,
        listing.entries
    from listing_latest
    inner join listing
        on
            listing_latest.account = listing.account
            and listing_latest.source_kind = listing.source_kind
            and listing_latest.source_id = listing.source_id
            and listing_latest.walk_date = listing.extraction_date
)

select
    walked.account,
    walked.source_kind,
    walked.source_id,
    walked.source_name,
    walked.walk_date,
    entry.position,
    entry.item_kind,
    entry.item_id,
    cast(entry.added_at as timestamp(3)) as added_at
from walked
-- Each field of an entry becomes a column, in the order of the table's description.
cross join unnest(walked.entries) as entry (position, item_kind, item_id, added_at)
