-- listing_basis: the full reads (walk_date) that show what a source listed on a day; the newest counts.
-- A day with a full read has its own. An `unchanged` day has each full read of the same version (snapshot_id) in the 35
-- days before: sources are read in full more often than that. Conditions on both dates skip partitions on both sides.
-- Grain: one row per account, source_kind, source_id, extraction_date and walk_date. Reads: listing.
create or replace view listing_basis as
with day as (
    select
        account,
        source_kind,
        source_id,
        extraction_date,
        -- A separate column, so that an engine compares two columns and skips partitions by it.
        cast(date_add('day', -35, extraction_date) as date) as oldest_walk_date,
        snapshot_id,
        status
    from listing
)

select
    day.account,
    day.source_kind,
    day.source_id,
    day.extraction_date,
    walk.extraction_date as walk_date
-- The days are on the right, which an engine reads first: their dates let it skip partitions of the full reads.
from listing as walk
inner join day
    on
        walk.account = day.account
        and walk.source_kind = day.source_kind
        and walk.source_id = day.source_id
        and walk.extraction_date <= day.extraction_date
        and walk.extraction_date >= day.oldest_walk_date
where
    walk.entries is not null
    and (
        day.extraction_date = walk.extraction_date
        or (
            day.status = 'unchanged'
            and day.snapshot_id = walk.snapshot_id
            and walk.is_complete is distinct from false
        )
    )
