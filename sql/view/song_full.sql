-- song_full: each song with its album and the names of its artists, as far as they are known.
-- artist_id and artist_name are those of the first artist. artist_names holds all names in order; an artist whose name is
-- not known is there with its id.
-- Grain: one row per song_id. Reads: album_latest, artist_latest, song_latest.
create or replace view song_full as
with credit as (
    select
        song_latest.song_id,
        member.artist_id,
        member.position
    from song_latest
    cross join unnest(song_latest.artist_ids) with ordinality as member (artist_id, position)
),

credit_names as (
    select
        credit.song_id,
        array_join(
            array_agg(coalesce(artist_latest.name, credit.artist_id) order by credit.position asc),
            ', '
        ) as artist_names
    from credit
    left join artist_latest on credit.artist_id = artist_latest.artist_id
    group by credit.song_id
)

select
    song_latest.song_id,
    song_latest.name,
    credit_names.artist_names,
    first_artist.name as artist_name,
    song_latest.artist_id,
    song_latest.artist_ids,
    song_latest.album_id,
    album_latest.name as album_name,
    album_latest.album_type,
    album_latest.release_date_text,
    album_latest.release_date_precision,
    album_latest.release_date,
    album_latest.label,
    album_latest.image_url,
    song_latest.disc_number,
    song_latest.track_number,
    song_latest.duration_ms,
    song_latest.is_explicit,
    song_latest.isrc,
    song_latest.popularity,
    song_latest.is_playable,
    song_latest.url,
    song_latest.first_seen_date,
    song_latest.last_seen_date
from song_latest
left join album_latest on song_latest.album_id = album_latest.album_id
left join artist_latest as first_artist on song_latest.artist_id = first_artist.artist_id
left join credit_names on song_latest.song_id = credit_names.song_id
