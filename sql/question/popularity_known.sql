-- popularity_known: Does Spotify give this app popularity, followers and labels, and since when?
-- Grain: one row per table_name and column_name. Reads: popularity_given.
with parameter as (
    select cast(null as varchar) as table_name
)

select
    popularity_given.table_name,
    popularity_given.column_name,
    popularity_given.availability,
    popularity_given.rows_given,
    popularity_given.row_count,
    popularity_given.first_date,
    popularity_given.last_date
from popularity_given
cross join parameter
where parameter.table_name is null or popularity_given.table_name = parameter.table_name
order by popularity_given.table_name asc, popularity_given.column_name asc
