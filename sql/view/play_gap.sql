-- play_gap: stretches in which plays may be missing: recently played came in a full page that does not reach back to
-- what was known. Spotify gives the last 50 plays only.
-- Each page of a raw object is looked at, pages that continue each other as one; objects of an earlier version as a whole.
-- A page that covers the stretch closes it, however late it comes, and so do files of an account's export, which cover all
-- from their first play to their last, and the time between two of them where that is at most 30 days.
-- Times are UTC without a zone, because an Athena view cannot hold a zone.
-- What was known may be of any day, so all of it is read, whichever day is asked about.
-- Grain: one row per account and gap_to. Reads: play, raw_object.
create or replace view play_gap as
with page as (
    select
        raw_object.account,
        raw_object.raw_key,
        raw_object.extraction_date,
        one_page.plays_from,
        one_page.plays_to,
        one_page.is_full
    from raw_object
    cross join unnest(raw_object.plays_pages) as one_page (plays_from, plays_to, is_full)
    union all
    select
        account,
        raw_key,
        extraction_date,
        plays_from,
        plays_to,
        plays_page_full as is_full
    from raw_object
    where plays_pages is null
),

reached as (
    select
        account,
        raw_key,
        extraction_date,
        plays_from,
        is_full,
        -- What was known up to the oldest play of this page, as the pages that begin before it say.
        max(plays_to) over (
            partition by account
            order by plays_from asc, plays_to asc, raw_key asc
            rows between unbounded preceding and 1 preceding
        ) as known_to
    from page
    where plays_from is not null and plays_to is not null
),

export_file as (
    select
        account,
        raw_key,
        min(played_at) as first_played_at,
        max(played_at) as last_played_at
    from play
    where origin in ('export', 'export_short')
    group by account, raw_key
),

followed as (
    select
        account,
        first_played_at,
        last_played_at,
        max(last_played_at) over (
            partition by account
            order by first_played_at asc, last_played_at asc, raw_key asc
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from export_file
),

numbered as (
    select
        account,
        first_played_at,
        last_played_at,
        sum(case when date_diff('day', cast(covered_to as date), cast(first_played_at as date)) <= 30 then 0 else 1 end)
            over (
                partition by account
                order by first_played_at asc, last_played_at asc
                rows between unbounded preceding and current row
            ) as stretch
    from followed
),

covered as (
    select
        account,
        stretch,
        min(first_played_at) as first_played_at,
        max(last_played_at) as last_played_at
    from numbered
    group by account, stretch
)

select
    reached.account,
    cast(reached.known_to as timestamp(3)) as gap_from,
    cast(reached.plays_from as timestamp(3)) as gap_to,
    round(
        cast(
            date_diff('millisecond', cast(reached.known_to as timestamp(3)), cast(reached.plays_from as timestamp(3)))
            as double
        ) / 3600000,
        1
    ) as hours,
    reached.extraction_date,
    reached.raw_key
from reached
left join covered
    on
        reached.account = covered.account
        and reached.known_to >= covered.first_played_at
        and reached.plays_from <= covered.last_played_at
where
    reached.is_full
    and reached.plays_from > reached.known_to
    and covered.account is null
