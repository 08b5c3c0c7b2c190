-- popularity_by_album: Which albums have the most popular songs on average?
-- Spotify gives popularity (0 to 100) to some apps only; where none was given one row says so.
-- Grain: one row per album_id, or one without an album. Reads: album_summary.
with parameter as (
    select
        20 as "limit",
        1 as least_songs
),

given as (
    select count(average_song_popularity) as albums
    from album_summary
),

ranked as (
    select
        row_number() over (
            order by
                album_summary.average_song_popularity desc,
                album_summary.name asc nulls last,
                album_summary.album_id asc
        ) as place,
        album_summary.average_song_popularity,
        album_summary.name,
        album_summary.artist_name,
        album_summary.songs,
        album_summary.popularity,
        album_summary.album_id
    from album_summary
    inner join parameter on album_summary.songs >= parameter.least_songs
    where album_summary.average_song_popularity is not null
)

select
    case when given.albums = 0 then 'not given to this app' else 'given' end as availability,
    ranked.place,
    ranked.average_song_popularity,
    ranked.name as album_name,
    ranked.artist_name,
    ranked.songs,
    ranked.popularity as album_popularity,
    ranked.album_id
from parameter
cross join given
left join ranked on parameter."limit" >= ranked.place
where given.albums = 0 or ranked.place is not null
order by ranked.place asc nulls last
