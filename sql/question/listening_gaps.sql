-- listening_gaps: When may plays be missing?
-- Spotify gives the last 50 plays only: reading too seldom or playing a lot leaves gaps. Times are UTC.
-- Grain: one row per account and gap_to. Reads: play_gap.
with parameter as (
    select
        cast(null as varchar) as account,
        0 as least_hours
)

select
    play_gap.gap_from,
    play_gap.gap_to,
    play_gap.hours,
    play_gap.extraction_date,
    play_gap.account,
    play_gap.raw_key
from play_gap
inner join parameter on play_gap.hours >= parameter.least_hours
where parameter.account is null or play_gap.account = parameter.account
order by play_gap.account asc, play_gap.gap_to asc
