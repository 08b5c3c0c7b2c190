-- summary_agrees: loaded objects that hold other answers or entries than the extractor's summary line tells of.
-- Silent about objects without a summary line, and about those loaded before the ledger kept what it tells.
-- Severity: error. Remedy: Rebuild the day with load --reload; if it stays, the raw object is not whole: extract or
-- import again.
-- Grain: one row per raw_key. Reads: raw_object.
select
    raw_key,
    extraction_date,
    lines - 1 as answers,
    summary_pages,
    entries,
    summary_entries,
    'answers = summary_pages, entries = summary_entries' as expected
from raw_object
where
    status = 'loaded'
    and (lines - 1 <> summary_pages or entries <> summary_entries)
order by raw_key asc
