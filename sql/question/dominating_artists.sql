-- dominating_artists: Which artists dominate a playlist or another source?
-- Counts what each source lists now, an entry once for each artist it credits; share_percent is of the songs listed.
-- Grain: one row per account, source_kind, source_id and artist_id. Reads: artist_latest, listing_now, song_latest.
with parameter as (
    select
        3 as "limit",
        cast(null as varchar) as source_kind,
        cast(null as varchar) as source_id,
        5 as least_songs
),

listed as (
    select
        listing_now.account,
        listing_now.source_kind,
        listing_now.source_id,
        listing_now.source_name,
        listing_now.item_id as song_id,
        count(*) over (
            partition by listing_now.account, listing_now.source_kind, listing_now.source_id
        ) as songs
    from listing_now
    cross join parameter
    where
        listing_now.item_kind = 'song'
        and listing_now.item_id is not null
        and (parameter.source_kind is null or listing_now.source_kind = parameter.source_kind)
        and (parameter.source_id is null or listing_now.source_id = parameter.source_id)
),

credit as (
    select distinct
        song_latest.song_id,
        member.artist_id
    from song_latest
    cross join unnest(song_latest.artist_ids) with ordinality as member (artist_id, position)
),

counted as (
    select
        listed.account,
        listed.source_kind,
        listed.source_id,
        max(listed.source_name) as source_name,
        credit.artist_id,
        count(*) as entries,
        max(listed.songs) as songs
    from listed
    inner join credit on listed.song_id = credit.song_id
    group by listed.account, listed.source_kind, listed.source_id, credit.artist_id
),

ranked as (
    select
        counted.account,
        counted.source_kind,
        counted.source_id,
        counted.source_name,
        counted.artist_id,
        artist_latest.name as artist_name,
        counted.entries,
        counted.songs,
        row_number() over (
            partition by counted.account, counted.source_kind, counted.source_id
            order by counted.entries desc, artist_latest.name asc nulls last, counted.artist_id asc
        ) as place
    from counted
    left join artist_latest on counted.artist_id = artist_latest.artist_id
)

select
    ranked.source_kind,
    ranked.source_name,
    ranked.place,
    ranked.artist_name,
    ranked.entries,
    round(100 * cast(ranked.entries as double) / cast(ranked.songs as double), 1) as share_percent,
    ranked.artist_id,
    ranked.source_id,
    ranked.account
from ranked
inner join parameter on ranked.place <= parameter."limit" and ranked.songs >= parameter.least_songs
order by ranked.account asc, ranked.source_kind asc, ranked.source_id asc, ranked.place asc
