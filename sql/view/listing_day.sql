-- listing_day: what each source listed on each day it was read, in order; an unchanged source lists what its walk did.
-- is_complete is false where the walk broke off. Times are UTC without a zone, because an Athena view cannot hold one.
-- Grain: one row per account, source_kind, source_id, extraction_date and position. Reads: listing, listing_walk.
create or replace view listing_day as
with resolved as (
    select
        account,
        source_kind,
        source_id,
        extraction_date,
        name as source_name,
        status,
        is_complete,
        extraction_date as walk_date,
        entries
    from listing
    where entries is not null
    union all
    select
        listing_walk.account,
        listing_walk.source_kind,
        listing_walk.source_id,
        listing_walk.extraction_date,
        listing_walk.source_name,
        listing_walk.status,
        listing_walk.is_complete,
        listing_walk.walk_date,
        walk.entries
    from listing_walk
    inner join listing as walk
        on
            listing_walk.account = walk.account
            and listing_walk.source_kind = walk.source_kind
            and listing_walk.source_id = walk.source_id
            and listing_walk.walk_date = walk.extraction_date
    where listing_walk.walk_date < listing_walk.extraction_date
)

select
    resolved.account,
    resolved.source_kind,
    resolved.source_id,
    resolved.extraction_date,
    resolved.source_name,
    resolved.status,
    resolved.is_complete,
    resolved.walk_date,
    resolved.entries[slot.place].position as position,
    resolved.entries[slot.place].item_kind as item_kind,
    resolved.entries[slot.place].item_id as item_id,
    cast(resolved.entries[slot.place].added_at as timestamp(3)) as added_at
from resolved
-- Without the if, an empty array would count down: sequence(1, 0) is [1, 0].
cross join unnest(
    if(cardinality(resolved.entries) > 0, sequence(1, cardinality(resolved.entries)))
) as slot (place)
