-- song_key: keys of song that occur twice or have a part missing.
-- Severity: error. Remedy: Only the load writes here: find what else did, then rebuild the days with load --reload.
-- Grain: one row per song_id and extraction_date. Reads: song.
select
    song_id,
    extraction_date,
    count(*) as row_count,
    'one row, no part of the key null' as expected
from song
group by song_id, extraction_date
having count(*) > 1 or song_id is null or extraction_date is null
order by song_id asc, extraction_date asc
