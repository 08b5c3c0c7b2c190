# What the schedule makes Glue cost at least: each load is billed for a minute or more.

locals {
  worker_dpus    = { "G.1X" = 1, "G.2X" = 2, "G.4X" = 4, "G.8X" = 8 }
  dpu_hour_price = { "5.1" = 0.44, "6.0" = 0.308 }[var.glue_version]

  # The starts in a day of one field of an own cron(…); its days and months are left out of account, on the safe side.
  cron_fields = try(split(" ", trimsuffix(trimprefix(var.schedule, "cron("), ")")), [])
  cron_starts = [
    for number, most in [60, 24] : try(
      local.cron_fields[number] == "*" ? most :
      can(regex("/", local.cron_fields[number])) ? ceil(most / tonumber(regex("/([0-9]+)$", local.cron_fields[number])[0])) :
      sum([for part in split(",", local.cron_fields[number]) : can(regex("-", part)) ? most : 1]),
      1,
    )
  ]
  named_starts = { hourly = 24, daily = 1, weekly = 1 / 7 }
  extractions_a_day = try(
    local.named_starts[var.schedule],
    24 / local.hours_of_exact_rate,
    local.cron_starts[0] * local.cron_starts[1],
  )
  hours_of_exact_rate = try(tonumber(local.rate[0]) * { minute = 1 / 60, hour = 1, day = 24 }[local.rate[1]], null)

  catch_ups_a_day  = startswith(local.catch_up, "rate") ? 4 : 1
  runs_a_month     = ceil(31 * (local.extractions_a_day + local.catch_ups_a_day))
  least_glue_hours = local.runs_a_month / 60 * (var.number_of_workers * lookup(local.worker_dpus, var.worker_type, 1) + (var.postgres == null ? 0 : 2))
  least_glue_cost  = ceil(local.least_glue_hours * local.dpu_hour_price * 100) / 100

  glue_hours_budget = coalesce(var.glue_hours_budget, ceil(3 * local.least_glue_hours))
}
