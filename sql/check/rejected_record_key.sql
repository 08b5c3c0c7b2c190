-- rejected_record_key: keys of rejected_record that occur twice or have a part missing.
-- Severity: error. Remedy: Only the load writes here: find what else did, then rebuild the days with load --reload.
-- Grain: one row per raw_key, line and path. Reads: rejected_record.
select
    raw_key,
    line,
    path,
    count(*) as row_count,
    'one row, no part of the key null' as expected
from rejected_record
group by raw_key, line, path
having count(*) > 1 or raw_key is null or line is null or path is null
order by raw_key asc, line asc, path asc
