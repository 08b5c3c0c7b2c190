-- song_artists_known: artists that songs credit but the table artist does not know.
-- Severity: warning. Remedy: Rebuild the days with load --reload; if they stay, the answer credits an artist without
-- an id.
-- Grain: one row per artist_id. Reads: artist, song_artist.
with known as (
    select distinct artist_id
    from artist
)

select
    song_artist.artist_id,
    count(distinct song_artist.song_id) as songs,
    min(song_artist.song_id) as example_song_id,
    max(song_artist.extraction_date) as last_date,
    'a row of artist with this artist_id' as expected
from song_artist
left join known on song_artist.artist_id = known.artist_id
where known.artist_id is null
group by song_artist.artist_id
order by song_artist.artist_id asc nulls last
