-- song_trend: How did a song move in a chart over time?
-- Without a song_id it is the song that stood in a chart for the most days; name a source_id to choose the chart.
-- rise is positive where the song moved up since the day before on which it stood there.
-- Grain: one row per account, source_kind, source_id, song_id and extraction_date.
-- Reads: chart_day, chart_run, song_latest.
with parameter as (
    select
        cast(null as varchar) as song_id,
        cast(null as varchar) as source_id,
        date '1900-01-01' as since,
        date '9999-12-31' as until
),

ranked as (
    select
        chart_run.account,
        chart_run.source_kind,
        chart_run.source_id,
        chart_run.song_id,
        chart_run.source_name,
        row_number() over (
            order by
                chart_run.days desc,
                chart_run.best_place asc,
                chart_run.song_id asc,
                chart_run.account asc,
                chart_run.source_kind asc,
                chart_run.source_id asc
        ) as place
    from chart_run
    cross join parameter
    where
        (parameter.song_id is null or chart_run.song_id = parameter.song_id)
        and (parameter.source_id is null or chart_run.source_id = parameter.source_id)
),

chosen as (
    select
        ranked.account,
        ranked.source_kind,
        ranked.source_id,
        ranked.song_id,
        ranked.source_name
    from ranked
    cross join parameter
    where parameter.song_id is not null or ranked.place = 1
)

select
    chart_day.extraction_date,
    chosen.source_name,
    song_latest.name as song_name,
    chart_day.place,
    lag(chart_day.place) over (
        partition by chart_day.account, chart_day.source_kind, chart_day.source_id, chart_day.song_id
        order by chart_day.extraction_date asc
    ) - chart_day.place as rise,
    chart_day.song_id,
    chart_day.source_kind,
    chart_day.source_id,
    chart_day.account
from chart_day
inner join chosen
    on
        chart_day.account = chosen.account
        and chart_day.source_kind = chosen.source_kind
        and chart_day.source_id = chosen.source_id
        and chart_day.song_id = chosen.song_id
inner join parameter on chart_day.extraction_date between parameter.since and parameter.until
left join song_latest on chart_day.song_id = song_latest.song_id
order by
    chart_day.account asc,
    chart_day.source_kind asc,
    chart_day.source_id asc,
    chart_day.song_id asc,
    chart_day.extraction_date asc
