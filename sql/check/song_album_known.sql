-- song_album_known: albums that songs name but the table album does not know.
-- Grain: one row per album_id. Reads: album, song.
with known as (
    select distinct album_id
    from album
)

select
    song.album_id,
    count(distinct song.song_id) as songs,
    min(song.song_id) as example_song_id,
    max(song.extraction_date) as last_date,
    'a row of album with this album_id' as expected
from song
left join known on song.album_id = known.album_id
where song.album_id is not null and known.album_id is null
group by song.album_id
order by song.album_id asc
