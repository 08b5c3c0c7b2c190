-- very_popular_artists: Which artists reach a popularity of 90 or more?
-- Spotify gives popularity (0 to 100) to some apps only; where none was given one row says so.
-- Grain: one row per artist_id, or one without an artist. Reads: artist_summary.
with parameter as (
    select 90 as least_popularity
),

given as (
    select count(popularity) as artists
    from artist_summary
),

chosen as (
    select
        artist_summary.popularity,
        artist_summary.name,
        artist_summary.followers,
        artist_summary.songs,
        artist_summary.artist_id
    from artist_summary
    inner join parameter on artist_summary.popularity >= parameter.least_popularity
)

select
    case when given.artists = 0 then 'not given to this app' else 'given' end as availability,
    chosen.popularity,
    chosen.name as artist_name,
    chosen.followers,
    chosen.songs,
    chosen.artist_id
from given
left join chosen on given.artists > 0
where given.artists = 0 or chosen.artist_id is not null
order by chosen.popularity desc nulls last, chosen.name asc nulls last, chosen.artist_id asc nulls last
