-- song_artist: the artists of each song, in order; a song with no known artist has no row.
-- Grain: one row per song_id, extraction_date and position. Reads: song.
create or replace view song_artist as
select
    song.song_id,
    credit.artist_id,
    credit.position,
    song.extraction_date
from song
cross join unnest(song.artist_ids) with ordinality as credit (artist_id, position)
