-- song_latest: what is known of each song: per column the newest known value, so that today's summary of a song does
-- not hide last week's isrc.
-- Grain: one row per song_id. Reads: song.
create or replace view song_latest as
select
    song_id,
    max_by(name, extraction_date) filter (where name is not null) as name,
    max_by(album_id, extraction_date) filter (where album_id is not null) as album_id,
    max_by(artist_id, extraction_date) filter (where artist_id is not null) as artist_id,
    max_by(artist_ids, extraction_date) filter (where artist_ids is not null) as artist_ids,
    max_by(disc_number, extraction_date) filter (where disc_number is not null) as disc_number,
    max_by(track_number, extraction_date) filter (where track_number is not null) as track_number,
    -- More than 31 years is no duration, and sums of it would not fit a bigint.
    max_by(duration_ms, extraction_date) filter (
        where duration_ms between -1000000000000 and 1000000000000
    ) as duration_ms,
    max_by(is_explicit, extraction_date) filter (where is_explicit is not null) as is_explicit,
    max_by(isrc, extraction_date) filter (where isrc is not null) as isrc,
    max_by(popularity, extraction_date) filter (where popularity is not null) as popularity,
    max_by(is_playable, extraction_date) filter (where is_playable is not null) as is_playable,
    max_by(linked_from_id, extraction_date) filter (where linked_from_id is not null) as linked_from_id,
    max_by(url, extraction_date) filter (where url is not null) as url,
    min(extraction_date) as first_seen_date,
    max(extraction_date) as last_seen_date
from song
group by song_id
