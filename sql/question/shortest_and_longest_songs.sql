-- shortest_and_longest_songs: Which songs are the shortest and the longest?
-- With few songs one may be in both groups.
-- Grain: one row per extreme (shortest, longest) and place. Reads: song_full.
with parameter as (
    select 5 as "limit"
),

ranked as (
    select
        song_id,
        name,
        artist_names,
        album_name,
        duration_ms,
        row_number() over (order by duration_ms asc, name asc nulls last, song_id asc) as shortest_place,
        row_number() over (order by duration_ms desc, name asc nulls last, song_id asc) as longest_place
    from song_full
    where duration_ms > 0
),

extreme as (
    select
        'shortest' as extreme,
        shortest_place as place,
        song_id,
        name,
        artist_names,
        album_name,
        duration_ms
    from ranked
    union all
    select
        'longest' as extreme,
        longest_place as place,
        song_id,
        name,
        artist_names,
        album_name,
        duration_ms
    from ranked
)

select
    extreme.extreme,
    extreme.place,
    concat(
        cast(extreme.duration_ms / 60000 as varchar),
        ':',
        lpad(cast(extreme.duration_ms % 60000 / 1000 as varchar), 2, '0')
    ) as duration,
    extreme.name as song_name,
    extreme.artist_names,
    extreme.album_name,
    extreme.duration_ms,
    extreme.song_id
from extreme
inner join parameter on extreme.place <= parameter."limit"
order by extreme desc, place asc -- noqa: RF02
