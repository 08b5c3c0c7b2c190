-- play_history: what was played, each play once, with the song, its artists and its album as far as they are known.
-- Times are UTC without a zone, because an Athena view cannot hold a zone; played_at_local is the listener's clock.
-- played_date is the day in UTC: a condition on it lets an engine skip the months of the table that it rules out.
-- Names are the newest known, of any day: play_once is for who needs none.
-- Grain: one row per account, played_at, song_id and origin. Reads: play_once, song_full.
create or replace view play_history as
select
    play_once.account,
    play_once.played_at,
    play_once.played_at_local,
    play_once.played_date,
    play_once.origin,
    play_once.song_id,
    song_full.name as song_name,
    song_full.artist_names,
    song_full.artist_id,
    song_full.album_id,
    song_full.album_name,
    song_full.duration_ms,
    play_once.ms_played,
    play_once.context_type,
    play_once.context_id
from play_once
left join song_full on play_once.song_id = song_full.song_id
