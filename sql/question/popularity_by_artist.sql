-- popularity_by_artist: Which artists have the most popular songs on average?
-- Spotify gives popularity (0 to 100) to some apps only; where none was given one row says so.
-- Grain: one row per artist_id, or one without an artist. Reads: artist_summary.
with parameter as (
    select
        20 as "limit",
        1 as least_songs
),

given as (
    select count(average_song_popularity) as artists
    from artist_summary
),

ranked as (
    select
        row_number() over (
            order by
                artist_summary.average_song_popularity desc,
                artist_summary.name asc nulls last,
                artist_summary.artist_id asc
        ) as place,
        artist_summary.average_song_popularity,
        artist_summary.name,
        artist_summary.songs,
        artist_summary.popularity,
        artist_summary.artist_id
    from artist_summary
    inner join parameter on artist_summary.songs >= parameter.least_songs
    where artist_summary.average_song_popularity is not null
)

select
    case when given.artists = 0 then 'not given to this app' else 'given' end as availability,
    ranked.place,
    ranked.average_song_popularity,
    ranked.name as artist_name,
    ranked.songs,
    ranked.popularity as artist_popularity,
    ranked.artist_id
from parameter
cross join given
left join ranked on parameter."limit" >= ranked.place
where given.artists = 0 or ranked.place is not null
order by ranked.place asc nulls last
