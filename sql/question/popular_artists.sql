-- popular_artists: Which artists have the most followers?
-- Spotify gives followers and popularity (0 to 100) to some apps only; where neither was given one row says so.
-- Grain: one row per artist_id, or one without an artist. Reads: artist_latest.
with parameter as (
    select 20 as "limit"
),

ranked as (
    select
        row_number() over (
            order by followers desc nulls last, popularity desc nulls last, name asc nulls last, artist_id asc
        ) as place,
        name,
        followers,
        popularity,
        last_seen_date,
        artist_id
    from artist_latest
    where followers is not null or popularity is not null
)

select
    case when ranked.artist_id is null then 'not given to this app' else 'given' end as availability,
    ranked.place,
    ranked.name as artist_name,
    ranked.followers,
    ranked.popularity,
    ranked.last_seen_date,
    ranked.artist_id
from parameter
left join ranked on greatest(parameter."limit", 1) >= ranked.place
order by ranked.place asc nulls last
