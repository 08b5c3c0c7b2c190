-- song_album_known: albums that songs name but the table album does not know, though the songs came with an album.
-- Pages of an album's tracks describe no album; an import may hold such pages alone. A raw object from which no album
-- is known is left out.
-- Severity: warning. Remedy: Rebuild the days with load --reload; if they stay, look at the raw object of such a
-- song.
-- Grain: one row per album_id. Reads: album, song.
with known as (
    select distinct album_id
    from album
),

described as (
    select distinct raw_key
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
inner join described on song.raw_key = described.raw_key
where song.album_id is not null and known.album_id is null
group by song.album_id
order by song.album_id asc
