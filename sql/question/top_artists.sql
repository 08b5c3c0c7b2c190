-- top_artists: Which artists have the most songs in my collection?
-- Counts the songs that credit an artist, as the first or a later one, and the albums they are on.
-- Grain: one row per artist_id. Reads: artist_latest, song_latest.
with parameter as (
    select 20 as "limit"
),

credit as (
    select
        song_latest.song_id,
        song_latest.album_id,
        member.artist_id
    from song_latest
    cross join unnest(song_latest.artist_ids) with ordinality as member (artist_id, position)
),

counted as (
    select
        credit.artist_id,
        artist_latest.name as artist_name,
        count(distinct credit.song_id) as songs,
        count(distinct credit.album_id) as albums
    from credit
    left join artist_latest on credit.artist_id = artist_latest.artist_id
    group by credit.artist_id, artist_latest.name
),

ranked as (
    select
        row_number() over (order by songs desc, albums desc, artist_name asc nulls last, artist_id asc) as place,
        artist_name,
        songs,
        albums,
        artist_id
    from counted
)

select
    ranked.place,
    ranked.artist_name,
    ranked.songs,
    ranked.albums,
    ranked.artist_id
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.place asc
