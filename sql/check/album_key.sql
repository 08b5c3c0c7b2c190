-- album_key: keys of album that occur twice or have a part missing.
-- Severity: error. Remedy: Only the load writes here: find what else did, then rebuild the days with load --reload.
-- Grain: one row per album_id and extraction_date. Reads: album.
select
    album_id,
    extraction_date,
    count(*) as row_count,
    'one row, no part of the key null' as expected
from album
group by album_id, extraction_date
having count(*) > 1 or album_id is null or extraction_date is null
order by album_id asc, extraction_date asc
