-- top_songs: Which songs are on the most lists?
-- Counts what each source lists now; a song that a list names twice counts once for lists, twice for entries.
-- Grain: one row per song_id. Reads: listing_now, song_full.
with parameter as (
    select 20 as "limit"
),

listed as (
    select
        item_id as song_id,
        count(distinct concat(account, ' ', source_kind, ' ', source_id)) as lists,
        count(*) as entries
    from listing_now
    where item_kind = 'song' and item_id is not null
    group by item_id
),

ranked as (
    select
        row_number() over (
            order by listed.lists desc, listed.entries desc, song_full.name asc nulls last, listed.song_id asc
        ) as place,
        song_full.name as song_name,
        song_full.artist_names,
        song_full.album_name,
        listed.lists,
        listed.entries,
        listed.song_id
    from listed
    left join song_full on listed.song_id = song_full.song_id
)

select
    ranked.place,
    ranked.song_name,
    ranked.artist_names,
    ranked.album_name,
    ranked.lists,
    ranked.entries,
    ranked.song_id
from ranked
inner join parameter on ranked.place <= parameter."limit"
order by ranked.place asc
