-- listing_resolves: sources marked unchanged whose last full read is missing.
-- Severity: error. Remedy: Make full_walk_days shorter than the days that raw objects stay; the next full read heals
-- it.
-- Grain: one row per account, source_kind, source_id and extraction_date. Reads: listing_walk.
select
    account,
    source_kind,
    source_id,
    extraction_date,
    snapshot_id,
    'a whole walk of this snapshot_id, at most 35 days before' as expected
from listing_walk
where status = 'unchanged' and walk_date is null
order by account asc, source_kind asc, source_id asc, extraction_date asc
