-- album_summary: each album with what is known of its songs: how many, how long, how popular.
-- is_whole says that as many songs are known as the album has tracks; else durations and counts are of some of them.
-- availability is of popularity: the album's own or that of a song.
-- Grain: one row per album_id. Reads: album_latest, artist_latest, song_latest.
create or replace view album_summary as
with song_count as (
    select
        album_id,
        count(*) as songs,
        cast(sum(nullif(duration_ms, 0)) as bigint) as duration_ms,
        min(nullif(duration_ms, 0)) as shortest_ms,
        max(nullif(duration_ms, 0)) as longest_ms,
        count(*) filter (where is_explicit) as explicit_songs,
        round(avg(cast(popularity as double)), 1) as average_song_popularity
    from song_latest
    where album_id is not null
    group by album_id
)

select
    album_latest.album_id,
    album_latest.name,
    artist_latest.name as artist_name,
    album_latest.artist_id,
    album_latest.album_type,
    album_latest.release_date_text,
    album_latest.release_date_precision,
    album_latest.release_date,
    album_latest.label,
    album_latest.total_tracks,
    coalesce(song_count.songs, 0) as songs,
    coalesce(song_count.songs >= album_latest.total_tracks, false) as is_whole,
    song_count.duration_ms,
    song_count.shortest_ms,
    song_count.longest_ms,
    song_count.explicit_songs,
    case
        when album_latest.popularity is null and song_count.average_song_popularity is null
            then 'not given to this app'
        else 'given'
    end as availability,
    album_latest.popularity,
    song_count.average_song_popularity,
    album_latest.image_url,
    album_latest.url
from album_latest
left join song_count on album_latest.album_id = song_count.album_id
left join artist_latest on album_latest.artist_id = artist_latest.artist_id
