-- listing_walk: what each source was on each day it was read, and the walk (walk_date) that says what it listed then.
-- A day that says `unchanged` relies on the newest whole walk of the same version (snapshot_id) in the 35 days before:
-- sources are walked in full more often than that. walk_date is null where nothing was walked and nothing is relied on.
-- Grain: one row per account, source_kind, source_id and extraction_date. Reads: listing.
create or replace view listing_walk as
with day as (
    select
        account,
        source_kind,
        source_id,
        extraction_date,
        -- A column of its own, so that an engine compares two columns and skips partitions by it.
        cast(date_add('day', -35, extraction_date) as date) as oldest_walk_date,
        name,
        snapshot_id,
        status,
        is_complete,
        total,
        entries is not null as is_walked
    from listing
),

relied as (
    select
        day.account,
        day.source_kind,
        day.source_id,
        day.extraction_date,
        max(walk.extraction_date) as walk_date
    from day
    inner join listing as walk
        on
            day.account = walk.account
            and day.source_kind = walk.source_kind
            and day.source_id = walk.source_id
            and day.snapshot_id = walk.snapshot_id
            and day.extraction_date > walk.extraction_date
            and day.oldest_walk_date <= walk.extraction_date
    where
        day.status = 'unchanged'
        and walk.entries is not null
        and walk.is_complete is distinct from false
    group by day.account, day.source_kind, day.source_id, day.extraction_date
)

select
    day.account,
    day.source_kind,
    day.source_id,
    day.extraction_date,
    day.name as source_name,
    day.snapshot_id,
    day.status,
    case when relied.walk_date is not null and not day.is_walked then true else day.is_complete end as is_complete,
    day.total,
    case when day.is_walked then day.extraction_date else relied.walk_date end as walk_date
from day
left join relied
    on
        day.account = relied.account
        and day.source_kind = relied.source_kind
        and day.source_id = relied.source_id
        and day.extraction_date = relied.extraction_date
