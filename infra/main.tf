data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  prefix    = "spotify-lakehouse-${var.environment}"
  database  = "music_${replace(var.environment, "-", "_")}"
  namespace = "SpotifyLakehouse/${var.environment}"
  bucket    = "${local.prefix}-${data.aws_caller_identity.current.account_id}"
  project   = "${path.root}/.."
  packages  = startswith(var.packages, "/") ? var.packages : "${local.project}/${var.packages}"

  is_protected = coalesce(var.removal_protection, var.environment == "prod")

  schedules = {
    hourly = { expression = "cron(0 * * * ? *)", stale_after_hours = 3 }
    daily  = { expression = "cron(0 6 * * ? *)", stale_after_hours = 26 }
    weekly = { expression = "cron(0 6 ? * MON *)", stale_after_hours = 170 }
  }
  schedule = try(local.schedules[var.schedule].expression, var.schedule)

  # Of a rate, its hours and two more; an own cron expression counts as a daily one.
  rate              = try(regex("^rate\\((\\d+) (minute|hour|day)", var.schedule), null)
  hours_of_rate     = try(ceil(tonumber(local.rate[0]) * { minute = 1 / 60, hour = 1, day = 24 }[local.rate[1]]) + 2, null)
  stale_after_hours = coalesce(var.stale_after_hours, try(local.schedules[var.schedule].stale_after_hours, null), local.hours_of_rate, 26)

  # How often the age of the data is measured: often enough to be told of on the day that it grows too old.
  gauge_hours = local.stale_after_hours < 12 ? 1 : 6

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
    raw       = { expire_after_days = var.raw_expires_after_days }
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
