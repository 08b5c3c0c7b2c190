-- raw_object_key: keys of raw_object that occur twice or have a part missing.
-- Grain: one row per raw_key. Reads: raw_object.
select
    raw_key,
    count(*) as row_count,
    'one row, no part of the key null' as expected
from raw_object
group by raw_key
having count(*) > 1 or raw_key is null
order by raw_key asc
