-- rejected_by_reason: why records were rejected, how many are still open, and when.
-- Grain: one row per reason. Reads: rejected_record.
create or replace view rejected_by_reason as
select
    reason,
    count(*) filter (where resolved_at is null) as open_records,
    count(*) filter (where resolved_at is not null) as resolved_records,
    count(distinct raw_key) as objects,
    min(extraction_date) as first_extraction_date,
    max(extraction_date) as last_extraction_date
from rejected_record
group by reason
