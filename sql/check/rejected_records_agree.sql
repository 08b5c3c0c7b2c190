-- rejected_records_agree: objects whose count of open rejections is not the number of rejected records.
-- Objects that have expired keep their count and lost their records.
-- Severity: error. Remedy: Rebuild the day with load --reload.
-- Grain: one row per raw_key. Reads: raw_object, rejected_record.
with counted as (
    select
        raw_key,
        coalesce(rejected_entries, 0) + coalesce(rejected_documents, 0) as counted_records
    from raw_object
    where coalesce(status, '') <> 'expired'
),

kept as (
    select
        raw_key,
        count(*) as kept_records
    from rejected_record
    where resolved_at is null
    group by raw_key
),

compared as (
    select
        coalesce(counted.raw_key, kept.raw_key) as raw_key,
        coalesce(counted.counted_records, 0) as counted_records,
        coalesce(kept.kept_records, 0) as kept_records
    from counted
    full outer join kept on counted.raw_key = kept.raw_key
)

select
    raw_key,
    counted_records,
    kept_records,
    'counted_records = kept_records' as expected
from compared
where counted_records <> kept_records
order by raw_key asc
