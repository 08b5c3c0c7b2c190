-- play_history: what was played, each play once, with the song, its artist and its album as far as they are known.
-- Names are the newest known of the catalogue, of any day; where it does not know the song, they are those that the play
-- itself gives, as an export does. Ids of artists and albums known by name alone are those of the one that bears the name.
-- artist_key and album_key are what to count by: the id, or the name where there is no id. The artist is the first one.
-- Times are UTC without a zone, because an Athena view cannot hold a zone; played_at_local is the listener's clock.
-- played_date is the day in UTC: a condition on it lets an engine skip the months of the table that it rules out.
-- Grain: one row per account, played_at, song_id and origin.
-- Reads: album_latest, artist_latest, play_once, song_full.
create or replace view play_history as
with artist_by_name as (
    select
        name,
        min(artist_id) as artist_id
    from artist_latest
    where name is not null
    group by name
    having count(*) = 1
),

album_by_name as (
    select
        name,
        artist_id,
        min(album_id) as album_id
    from album_latest
    where name is not null and artist_id is not null
    group by name, artist_id
    having count(*) = 1
),

named as (
    select
        play_once.account,
        play_once.played_at,
        play_once.played_at_local,
        play_once.played_date,
        play_once.origin,
        play_once.song_id,
        coalesce(song_full.name, play_once.song_name) as song_name,
        coalesce(song_full.artist_names, play_once.artist_name) as artist_names,
        coalesce(song_full.artist_id, artist_by_name.artist_id) as artist_id,
        coalesce(song_full.artist_name, play_once.artist_name) as artist_name,
        song_full.album_id,
        coalesce(song_full.album_name, play_once.album_name) as album_name,
        song_full.duration_ms,
        play_once.ms_played,
        play_once.is_skipped,
        play_once.reason_start,
        play_once.reason_end,
        play_once.is_shuffle,
        play_once.is_offline,
        play_once.is_incognito,
        play_once.context_type,
        play_once.context_id
    from play_once
    left join song_full on play_once.song_id = song_full.song_id
    left join artist_by_name on play_once.artist_name = artist_by_name.name
)

select
    named.account,
    named.played_at,
    named.played_at_local,
    named.played_date,
    named.origin,
    named.song_id,
    named.song_name,
    named.artist_names,
    named.artist_id,
    named.artist_name,
    coalesce(named.artist_id, named.artist_name) as artist_key,
    coalesce(named.album_id, album_by_name.album_id) as album_id,
    named.album_name,
    coalesce(
        named.album_id,
        album_by_name.album_id,
        concat(coalesce(named.artist_id, named.artist_name), ' / ', named.album_name)
    ) as album_key,
    named.duration_ms,
    named.ms_played,
    named.is_skipped,
    named.reason_start,
    named.reason_end,
    named.is_shuffle,
    named.is_offline,
    named.is_incognito,
    named.context_type,
    named.context_id
from named
left join album_by_name
    on
        named.album_name = album_by_name.name
        and named.artist_id = album_by_name.artist_id
