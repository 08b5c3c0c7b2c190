-- saved_unplayed: songs that an account has saved but, as far as its plays are known, never played.
-- A song counts as played by its id, and by its title and first artist, as a short history names it.
-- Accounts without any known play are left out: nothing is known about them.
-- Times are UTC without a zone, because an Athena view cannot hold a zone.
-- Grain: one row per account and song_id. Reads: listing_now, play, song_full.
create or replace view saved_unplayed as
with saved as (
    select
        account,
        item_id as song_id,
        min(added_at) as added_at
    from listing_now
    where source_kind = 'saved_tracks' and item_kind = 'song' and item_id is not null
    group by account, item_id
),

listener as (
    select
        account,
        min(played_at) as first_played_at
    from play
    group by account
),

played as (
    select distinct
        account,
        song_id
    from play
),

played_by_name as (
    select distinct
        account,
        artist_name,
        song_name
    from play
    where artist_name is not null and song_name is not null
)

select
    saved.account,
    saved.song_id,
    song_full.name as song_name,
    song_full.artist_names,
    song_full.album_name,
    saved.added_at,
    cast(listener.first_played_at as timestamp(3)) as plays_known_since
from saved
inner join listener on saved.account = listener.account
left join played
    on
        saved.account = played.account
        and saved.song_id = played.song_id
left join song_full on saved.song_id = song_full.song_id
left join played_by_name
    on
        saved.account = played_by_name.account
        and song_full.artist_name = played_by_name.artist_name
        and song_full.name = played_by_name.song_name
where played.song_id is null and played_by_name.account is null
