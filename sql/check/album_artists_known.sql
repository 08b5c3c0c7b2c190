-- album_artists_known: artists that albums credit but the table artist does not know.
-- Severity: warning. Remedy: Rebuild the days with load --reload; if they stay, the answer credits an artist without
-- an id.
-- Grain: one row per artist_id. Reads: album_artist, artist.
with known as (
    select distinct artist_id
    from artist
)

select
    album_artist.artist_id,
    count(distinct album_artist.album_id) as albums,
    min(album_artist.album_id) as example_album_id,
    max(album_artist.extraction_date) as last_date,
    'a row of artist with this artist_id' as expected
from album_artist
left join known on album_artist.artist_id = known.artist_id
where known.artist_id is null
group by album_artist.artist_id
order by album_artist.artist_id asc nulls last
