-- play_key: keys of play that occur twice or have a part missing.
-- Severity: error. Remedy: Only the load writes here: find what else did, then rebuild the days with load --reload.
-- Grain: one row per account, played_at, song_id and origin. Reads: play.
select
    account,
    played_at,
    song_id,
    origin,
    count(*) as row_count,
    'one row, no part of the key null' as expected
from play
group by account, played_at, song_id, origin
having count(*) > 1 or account is null or played_at is null or song_id is null or origin is null
order by account asc, played_at asc, song_id asc, origin asc
