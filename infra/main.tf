data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  prefix    = "spotify-lakehouse-${var.environment}"
  database  = "music_${replace(var.environment, "-", "_")}"
  namespace = "SpotifyLakehouse/${var.environment}"
  region    = data.aws_region.current.id

  # Names of roles, policies and buckets know no region; with it in them, copies in several regions of one account stand
  # side by side. The code is that of AWS's zone ids: euc1 is eu-central-1. A role's name may have 64 characters.
  region_words = { north = "n", south = "s", east = "e", west = "w", central = "c", northeast = "ne", northwest = "nw", southeast = "se", southwest = "sw", gov = "g" }
  region_code  = join("", [for word in split("-", local.region) : lookup(local.region_words, word, word)])
  iam_prefix   = "lakehouse-${var.environment}-${local.region_code}"
  bucket       = "${local.prefix}-${data.aws_caller_identity.current.account_id}-${local.region}"

  project  = "${path.root}/.."
  packages = startswith(var.packages, "/") ? var.packages : "${local.project}/${var.packages}"

  is_protected = coalesce(var.removal_protection, var.environment == "prod")

  # Of each schedule with a name: the fields after the minute, the hours after which data is stale, and when the catch-up
  # comes: after the last account's extraction (15 minutes at most) and its load.
  schedules = {
    hourly = { fields = "* * * ? *", stale_after_hours = 3, catch_up_hour = 7 }
    daily  = { fields = "6 * * ? *", stale_after_hours = 26, catch_up_hour = 7 }
    weekly = { fields = "6 ? * MON *", stale_after_hours = 170, catch_up_hour = 7 }
  }

  # The accounts start a minute after one another, as those of one Spotify app share its limits. Where the minutes are a
  # person's own, EventBridge Scheduler spreads several accounts.
  account_minutes = { for number, name in sort(keys(var.accounts)) : name => number % local.spread_minutes }
  spread_minutes  = 12
  schedule_of = {
    for name, minute in local.account_minutes : name => {
      expression       = try("cron(${minute} ${local.schedules[var.schedule].fields})", var.schedule)
      time_zone        = var.time_zone
      flexible_minutes = length(var.accounts) > 1 && !contains(keys(local.schedules), var.schedule) ? local.spread_minutes : null
    }
  }

  # One load takes what all accounts land within the window.
  batch_window_seconds = coalesce(var.batch_window_seconds, min(900, 60 + 60 * (length(var.accounts) - 1)))

  # The catch-up follows the schedule, so that what a lost event left behind waits for hours, not for a day. Of an own
  # cron(…) with one minute and one hour it is two hours later; any other expression has one every six hours.
  cron          = try(regex("^cron\\(([0-9]+) ([0-9]+) ", var.schedule), null)
  catch_up_hour = try(local.schedules[var.schedule].catch_up_hour, (tonumber(local.cron[1]) + 2) % 24, null)
  catch_up_at   = try(tonumber(local.cron[0]), 30)
  catch_up      = local.catch_up_hour == null ? "rate(6 hours)" : "cron(${local.catch_up_at} ${local.catch_up_hour} * * ? *)"
  next_catch_up = local.catch_up_hour == null ? "rate(6 hours)" : "cron(${local.catch_up_at} ${(local.catch_up_hour + 1) % 24} * * ? *)"

  # Of a rate, its hours and two more; an own cron expression counts as a daily one.
  rate              = try(regex("^rate\\((\\d+) (minute|hour|day)", var.schedule), null)
  hours_of_rate     = try(ceil(tonumber(local.rate[0]) * { minute = 1 / 60, hour = 1, day = 24 }[local.rate[1]]) + 2, null)
  stale_after_hours = coalesce(var.stale_after_hours, try(local.schedules[var.schedule].stale_after_hours, null), local.hours_of_rate, 26)

  # How often the age of the data is measured: often enough to be told of on the day that it grows too old.
  gauge_hours = local.stale_after_hours < 12 ? 1 : 6

  # A removed object stays as an old version for 7 days more.
  raw_ends = [for days in [var.raw_expires_after_days, var.retention_days == 0 ? null : var.retention_days - 7] : days if days != null]
  raw_days = length(local.raw_ends) == 0 ? null : min(local.raw_ends...)

  sources = {
    for name, account in var.accounts :
    name => startswith(account.sources, "/") ? account.sources : "${local.project}/${account.sources}"
  }

  # What every program that reads or writes encrypted objects needs on top, where there is a key.
  key_statements = [
    for key in var.kms_key_arn[*] :
    { sid = "UseTheKey", actions = ["kms:Decrypt", "kms:GenerateDataKey"], resources = [key], condition = null }
  ]
}

module "bucket" {
  source = "./modules/bucket"

  name               = local.bucket
  kms_key_arn        = var.kms_key_arn
  send_events        = true
  removal_protection = local.is_protected
  require_tls        = !var.emulated

  folders = {
    raw       = { expire_after_days = local.raw_days }
    warehouse = {}
    summary   = {}
    state     = {}
    config    = {}
    code      = { expire_old_versions_after_days = 30 }
    athena    = { expire_after_days = 14, expire_old_versions_after_days = 1 }
  }
}

module "catalog" {
  source = "./modules/catalog"

  database    = local.database
  description = "Spotify data of the environment ${var.environment}."
  warehouse   = "s3://${module.bucket.name}/warehouse"
}
