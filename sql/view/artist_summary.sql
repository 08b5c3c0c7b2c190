-- artist_summary: each artist with albums, songs, lengths, releases and popularity, as far as they are known.
-- Songs and albums count where the artist is credited, first or later. Releases are told as Spotify gave them: 1979,
-- 1981-12 or 2025-01-13. availability is of popularity: the artist's own or that of a song.
-- Grain: one row per artist_id. Reads: album_latest, artist_latest, song_duration, song_latest.
create or replace view artist_summary as
with song_credit as (
    select distinct
        song_latest.song_id,
        member.artist_id
    from song_latest
    cross join unnest(song_latest.artist_ids) with ordinality as member (artist_id, position)
),

song_count as (
    select
        song_credit.artist_id,
        count(*) as songs,
        cast(round(avg(cast(song_duration.duration_ms as double))) as bigint) as average_duration_ms,
        count(*) filter (where song_duration.length_class = 'short') as short_songs,
        count(*) filter (where song_duration.length_class = 'medium') as medium_songs,
        count(*) filter (where song_duration.length_class = 'long') as long_songs,
        count(song_latest.is_explicit) as rated_songs,
        -- Not count(*) filter (where is_explicit): beside count(is_explicit) Trino counts every song (seen with 476).
        sum(case when song_latest.is_explicit then 1 else 0 end) as explicit_songs,
        round(avg(cast(song_latest.popularity as double)), 1) as average_song_popularity
    from song_credit
    inner join song_latest on song_credit.song_id = song_latest.song_id
    inner join song_duration on song_credit.song_id = song_duration.song_id
    group by song_credit.artist_id
),

album_credit as (
    select distinct
        album_latest.album_id,
        member.artist_id
    from album_latest
    cross join unnest(album_latest.artist_ids) with ordinality as member (artist_id, position)
),

album_count as (
    select
        album_credit.artist_id,
        count(*) as albums,
        -- The text behind the date decides between albums of one day, so that the answer is always the same.
        min_by(
            album_latest.release_date_text,
            concat(cast(album_latest.release_date as varchar), ' ', album_latest.release_date_text)
        ) filter (where album_latest.release_date is not null) as first_release_text,
        max_by(
            album_latest.release_date_text,
            concat(cast(album_latest.release_date as varchar), ' ', album_latest.release_date_text)
        ) filter (where album_latest.release_date is not null) as last_release_text,
        min(album_latest.release_date) as first_release_date,
        max(album_latest.release_date) as last_release_date
    from album_credit
    inner join album_latest on album_credit.album_id = album_latest.album_id
    group by album_credit.artist_id
)

select
    artist_latest.artist_id,
    artist_latest.name,
    artist_latest.genres,
    coalesce(album_count.albums, 0) as albums,
    coalesce(song_count.songs, 0) as songs,
    song_count.average_duration_ms,
    coalesce(song_count.short_songs, 0) as short_songs,
    coalesce(song_count.medium_songs, 0) as medium_songs,
    coalesce(song_count.long_songs, 0) as long_songs,
    round(
        100 * cast(song_count.explicit_songs as double) / cast(nullif(song_count.rated_songs, 0) as double), 1
    ) as explicit_percent,
    album_count.first_release_text,
    album_count.last_release_text,
    album_count.first_release_date,
    album_count.last_release_date,
    case
        when artist_latest.popularity is null and song_count.average_song_popularity is null
            then 'not given to this app'
        else 'given'
    end as availability,
    artist_latest.popularity,
    song_count.average_song_popularity,
    artist_latest.followers,
    artist_latest.image_url,
    artist_latest.url
from artist_latest
left join song_count on artist_latest.artist_id = song_count.artist_id
left join album_count on artist_latest.artist_id = album_count.artist_id
