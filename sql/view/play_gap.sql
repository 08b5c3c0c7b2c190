-- play_gap: stretches in which plays may be missing: recently played came in a full page that does not reach back to
-- what was known. Spotify gives the last 50 plays only.
-- A raw object that covers the stretch closes it, however late it comes, and so does an account's export.
-- Times are UTC without a zone, because an Athena view cannot hold a zone.
-- What was known may be of any day, so all of it is read, whichever day is asked about.
-- Grain: one row per account and gap_to. Reads: play, raw_object.
create or replace view play_gap as
with page as (
    select
        account,
        raw_key,
        extraction_date,
        plays_from,
        plays_to,
        plays_page_full,
        -- What was known up to the oldest play of this page, told by the pages that begin before it.
        max(plays_to) over (
            partition by account
            order by plays_from asc, plays_to asc, raw_key asc
            rows between unbounded preceding and 1 preceding
        ) as known_to
    from raw_object
    where plays_from is not null and plays_to is not null
),

export_span as (
    select
        account,
        min(played_at) as first_played_at,
        max(played_at) as last_played_at
    from play
    where origin = 'export'
    group by account
)

select
    page.account,
    cast(page.known_to as timestamp(3)) as gap_from,
    cast(page.plays_from as timestamp(3)) as gap_to,
    round(
        cast(
            date_diff('millisecond', cast(page.known_to as timestamp(3)), cast(page.plays_from as timestamp(3)))
            as double
        ) / 3600000,
        1
    ) as hours,
    page.extraction_date,
    page.raw_key
from page
left join export_span on page.account = export_span.account
where
    page.plays_page_full
    and page.plays_from > page.known_to
    and (
        export_span.account is null
        or page.known_to < export_span.first_played_at
        or page.plays_from > export_span.last_played_at
    )
