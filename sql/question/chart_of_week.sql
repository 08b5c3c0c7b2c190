-- chart_of_week: Which songs led the charts in a week?
-- Any source with an order is a chart. A week is named by any of its days and begins on Monday; without one it is the
-- newest of each source. A day gives as many points as the list has places for the first place, down to 1.
-- Names are those of the week or of the 35 days before, so that no other days are read.
-- Grain: one row per account, source_kind, source_id and song_id. Reads: artist, chart_day, song.
with parameter as (
    select
        cast(null as date) as week,
        cast(null as varchar) as source_id,
        10 as "limit"
),

scored as (
    select
        chart_day.account,
        chart_day.source_kind,
        chart_day.source_id,
        chart_day.source_name,
        cast(date_trunc('week', chart_day.extraction_date) as date) as week_date,
        chart_day.song_id,
        chart_day.place,
        max(chart_day.place) over (
            partition by chart_day.account, chart_day.source_kind, chart_day.source_id, chart_day.extraction_date
        ) + 1 - chart_day.place as points
    from chart_day
    inner join parameter
        on
            chart_day.extraction_date >= coalesce(
                cast(date_trunc('week', parameter.week) as date), date '1900-01-01'
            )
            and chart_day.extraction_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
    where parameter.source_id is null or chart_day.source_id = parameter.source_id
),

counted as (
    select
        account,
        source_kind,
        source_id,
        week_date,
        song_id,
        max(source_name) as source_name,
        cast(sum(points) as bigint) as points,
        count(*) as days,
        min(place) as best_place,
        rank() over (partition by account, source_kind, source_id order by week_date desc) as week_rank
    from scored
    group by account, source_kind, source_id, week_date, song_id
),

ranked as (
    select
        account,
        source_kind,
        source_id,
        week_date,
        song_id,
        source_name,
        points,
        days,
        best_place,
        row_number() over (
            partition by account, source_kind, source_id order by points desc, best_place asc, song_id asc
        ) as place
    from counted
    where week_rank = 1
),

song_name as (
    select
        song.song_id,
        max_by(song.name, song.extraction_date) filter (where song.name is not null) as name,
        max_by(song.artist_id, song.extraction_date) filter (where song.artist_id is not null) as artist_id
    from song
    inner join parameter
        on
            song.extraction_date >= coalesce(
                cast(date_add('day', -35, date_trunc('week', parameter.week)) as date), date '1900-01-01'
            )
            and song.extraction_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
    group by song.song_id
),

artist_name as (
    select
        artist.artist_id,
        max_by(artist.name, artist.extraction_date) filter (where artist.name is not null) as name
    from artist
    inner join parameter
        on
            artist.extraction_date >= coalesce(
                cast(date_add('day', -35, date_trunc('week', parameter.week)) as date), date '1900-01-01'
            )
            and artist.extraction_date <= coalesce(
                cast(date_add('day', 6, date_trunc('week', parameter.week)) as date), date '9999-12-31'
            )
    group by artist.artist_id
)

select
    ranked.week_date,
    ranked.source_name,
    ranked.place,
    song_name.name as song_name,
    artist_name.name as artist_name,
    ranked.points,
    ranked.days,
    ranked.best_place,
    ranked.song_id,
    ranked.source_kind,
    ranked.source_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit"
left join song_name on ranked.song_id = song_name.song_id
left join artist_name on song_name.artist_id = artist_name.artist_id
order by ranked.account asc, ranked.source_kind asc, ranked.source_id asc, ranked.place asc
