-- account_clock: the time zone of each account's clock; the account * is the rule for all that have no zone of their own.
-- ${time_zones} is set by who makes the views: the deployment, or the warehouse on a laptop. Local times are derived from
-- it when asked, so that another zone changes all of them at once.
-- Grain: one row per account. Reads: nothing.
create or replace view account_clock as
select
    substr(setting.line, strpos(setting.line, '=') + 1) as account,
    substr(setting.line, 1, strpos(setting.line, '=') - 1) as time_zone
from unnest(array['${time_zones}']) as setting (line)
