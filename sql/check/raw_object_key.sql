-- raw_object_key: keys of raw_object that occur twice or have a part missing.
-- Severity: error. Remedy: Only the load writes here: find what else did, then rebuild the days with load --reload.
-- Grain: one row per raw_key. Reads: raw_object.
select
    raw_key,
    count(*) as row_count,
    'one row, no part of the key null' as expected
from raw_object
group by raw_key
having count(*) > 1 or raw_key is null
order by raw_key asc
