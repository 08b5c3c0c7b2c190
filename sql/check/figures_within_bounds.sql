-- figures_within_bounds: popularity that is not from 0 to 100, and figures below 0.
-- Severity: warning. Remedy: Look at the raw object: what Spotify gave is kept as it is.
-- Grain: one row per table_name, column_name and figure. Reads: album, artist, play, song.
with figure as (
    select
        'album' as table_name,
        'popularity' as column_name,
        cast(popularity as bigint) as figure,
        100 as most
    from album
    union all
    select
        'album' as table_name,
        'total_tracks' as column_name,
        cast(total_tracks as bigint) as figure,
        cast(null as integer) as most
    from album
    union all
    select
        'artist' as table_name,
        'popularity' as column_name,
        cast(popularity as bigint) as figure,
        100 as most
    from artist
    union all
    select
        'artist' as table_name,
        'followers' as column_name,
        followers as figure,
        cast(null as integer) as most
    from artist
    union all
    select
        'song' as table_name,
        'popularity' as column_name,
        cast(popularity as bigint) as figure,
        100 as most
    from song
    union all
    select
        'song' as table_name,
        'duration_ms' as column_name,
        duration_ms as figure,
        cast(null as integer) as most
    from song
    union all
    select
        'play' as table_name,
        'ms_played' as column_name,
        ms_played as figure,
        cast(null as integer) as most
    from play
)

select
    table_name,
    column_name,
    figure,
    count(*) as row_count,
    case when max(most) is null then '0 or more' else '0 to 100' end as expected
from figure
where figure < 0 or figure > most
group by table_name, column_name, figure
order by table_name asc, column_name asc, figure asc
