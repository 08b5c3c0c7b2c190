-- artist_key: keys of artist that occur twice or have a part missing.
-- Severity: error. Remedy: Only the load writes here: find what else did, then rebuild the days with load --reload.
-- Grain: one row per artist_id and extraction_date. Reads: artist.
select
    artist_id,
    extraction_date,
    count(*) as row_count,
    'one row, no part of the key null' as expected
from artist
group by artist_id, extraction_date
having count(*) > 1 or artist_id is null or extraction_date is null
order by artist_id asc, extraction_date asc
