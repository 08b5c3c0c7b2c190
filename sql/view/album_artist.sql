-- album_artist: the artists of each album, in order; an album with no known artist has no row.
-- Grain: one row per album_id, extraction_date and position. Reads: album.
create or replace view album_artist as
select
    album.album_id,
    credit.artist_id,
    credit.position,
    album.extraction_date
from album
cross join unnest(album.artist_ids) with ordinality as credit (artist_id, position)
