-- listing_latest: each source, and the full read (walk_date) that best shows what it lists now.
-- A complete read comes before one that broke off, then a read of the newest known version (snapshot_id), on which an
-- unchanged source relies, then the newest. The columns of the read are null if a source was never read in full.
-- Grain: one row per account, source_kind and source_id. Reads: listing.
create or replace view listing_latest as
with newest as (
    select
        account,
        source_kind,
        source_id,
        max_by(name, extraction_date) filter (where name is not null) as name,
        max_by(owner, extraction_date) filter (where owner is not null) as owner,
        max_by(snapshot_id, extraction_date) filter (where snapshot_id is not null) as snapshot_id,
        max_by(status, extraction_date) filter (where status is not null) as status,
        max_by(url, extraction_date) filter (where url is not null) as url,
        min(extraction_date) as first_seen_date,
        max(extraction_date) as last_seen_date
    from listing
    group by account, source_kind, source_id
),

walk as (
    select
        account,
        source_kind,
        source_id,
        extraction_date as walk_date,
        snapshot_id,
        is_complete,
        total,
        cardinality(entries) as entry_count
    from listing
    where entries is not null
),

ranked_walk as (
    select
        walk.account,
        walk.source_kind,
        walk.source_id,
        walk.walk_date,
        walk.is_complete,
        walk.total,
        walk.entry_count,
        row_number() over (
            partition by walk.account, walk.source_kind, walk.source_id
            order by
                case when walk.is_complete = false then 1 else 0 end asc,
                case when walk.snapshot_id = newest.snapshot_id then 0 else 1 end asc,
                walk.walk_date desc
        ) as place
    from walk
    inner join newest
        on
            walk.account = newest.account
            and walk.source_kind = newest.source_kind
            and walk.source_id = newest.source_id
)

select
    newest.account,
    newest.source_kind,
    newest.source_id,
    newest.name,
    newest.owner,
    newest.snapshot_id,
    newest.status,
    newest.url,
    ranked_walk.walk_date,
    ranked_walk.is_complete,
    ranked_walk.total,
    ranked_walk.entry_count,
    newest.first_seen_date,
    newest.last_seen_date
from newest
left join ranked_walk
    on
        newest.account = ranked_walk.account
        and newest.source_kind = ranked_walk.source_kind
        and newest.source_id = ranked_walk.source_id
        and ranked_walk.place = 1
