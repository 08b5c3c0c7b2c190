-- listing_walk: what each source was on each day it was read, and the full read (walk_date) that shows its list.
-- An `unchanged` day relies on an earlier full read. walk_date is null if there is none.
-- Grain: one row per account, source_kind, source_id and extraction_date. Reads: listing, listing_basis.
create or replace view listing_walk as
with newest as (
    select
        account,
        source_kind,
        source_id,
        extraction_date,
        max(walk_date) as walk_date
    from listing_basis
    group by account, source_kind, source_id, extraction_date
)

select
    listing.account,
    listing.source_kind,
    listing.source_id,
    listing.extraction_date,
    listing.name as source_name,
    listing.snapshot_id,
    listing.status,
    case when newest.walk_date < listing.extraction_date then true else listing.is_complete end as is_complete,
    listing.total,
    newest.walk_date
from listing
left join newest
    on
        listing.account = newest.account
        and listing.source_kind = newest.source_kind
        and listing.source_id = newest.source_id
        and listing.extraction_date = newest.extraction_date
