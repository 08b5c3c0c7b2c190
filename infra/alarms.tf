# Every alarm of the lakehouse; each has its line in docs/runbook.md, and a test compares the two.

locals {
  day = 86400

  function_alarms = merge(
    { for name, alarm in module.publish.alarms : "publish-${name}" => alarm },
    { for name, alarm in module.load_workflow.alarms : "load-${name}" => alarm },
    [for account, extract in module.extract : { for name, alarm in extract.alarms : "extract-${name}-${account}" => alarm }]...
  )

  # What the extractor says of each run.
  extract_alarms = {
    for name, alarm in {
      dead-login = {
        description = "Spotify no longer takes a login: log in again."
        metric      = "DeadLogin"
      }
      missing-secret = {
        description = "A secret is missing or cannot be read."
        metric      = "MissingSecret"
      }
      missing-premium = {
        description = "Spotify asks for Premium of the app's owner: nothing is fetched without."
        metric      = "MissingPremium"
      }
      user-not-listed = {
        description = "A user is not on the app's list of users in Spotify's developer dashboard."
        metric      = "UserNotListed"
      }
      token-not-stored = {
        description = "Spotify gave a new refresh token that could not be stored: the next run may not log in."
        metric      = "TokenNotStored"
      }
      quota = {
        description = "Spotify's limits kept a run from reading all it was to read."
        metric      = "QuotaStops"
      }
      login-age = {
        description = "A login is older than 150 days; after 180 Spotify may take it no more."
        metric      = "LoginAgeDays"
        statistic   = "Maximum"
        threshold   = 150
      }
      secret-age = {
        description = "An app's client secret is older than 180 days."
        metric      = "ClientSecretAgeDays"
        statistic   = "Maximum"
        threshold   = 180
      }
    } : "extract-${name}" => merge(alarm, { namespace = local.namespace, dimensions = { service = "extract" }, period = local.day })
  }

  # What the publish function finds, after each load and by its schedule.
  publish_alarms = {
    for name, alarm in {
      load-stale = {
        description = "No object was loaded for ${local.stale_after_hours} hours."
        metric      = "HoursSinceLoad"
        threshold   = local.stale_after_hours
        # Data that stops coming is told of; before the first of it, right after a deployment, nobody is.
        missing         = "missing"
        tell_of_silence = true
        period          = local.gauge_hours * 3600
        periods         = 2
      }
      load-failed = {
        description = "A run of the load failed within the last day."
        metric      = "FailedLoads"
      }
      upkeep-failed = {
        description = "A run of the tables' upkeep failed within the last day."
        metric      = "FailedUpkeep"
      }
      rejected-records = {
        description = "There are rejected records that nobody has resolved."
        metric      = "OpenRejected"
      }
      unreadable-objects = {
        description = "Raw objects of the last 30 days could not be read; the others are loaded."
        metric      = "UnreadableObjects"
      }
      failed-checks = {
        description = "A check on the tables found rows that offend."
        metric      = "FailedChecks"
      }
      glue-hours = {
        description = "Glue ran for ${local.glue_hours_budget} hours or more this month."
        metric      = "GlueHoursThisMonth"
        threshold   = local.glue_hours_budget
      }
    } : name => merge({ period = local.day }, alarm, { namespace = local.namespace, dimensions = { service = "publish" }, statistic = "Maximum" })
  }
}

locals {
  # An object waits for minutes; after three hours its event was lost, and so was what should have made up for it.
  account_alarms = {
    for account in keys(var.accounts) : "not-loaded-${account}" => {
      description = "The newest object of ${account} landed three hours ago or earlier and is not loaded."
      namespace   = local.namespace
      metric      = "HoursNotLoaded"
      dimensions  = { service = "publish", account = account }
      statistic   = "Maximum"
      threshold   = 3
      period      = local.day
    }
  }

  # Only where there is a PostgreSQL.
  copy_alarms = {
    for name, alarm in {
      copy-failed = {
        description = "A run that brings the tables into PostgreSQL failed within the last day."
        metric      = "FailedCopies"
      }
    } : name => merge(alarm, { namespace = local.namespace, dimensions = { service = "publish" }, period = local.day, statistic = "Maximum" })
    if var.postgres != null
  }
}

module "alarms" {
  source = "./modules/alarms"

  name        = local.prefix
  email       = var.alarm_email
  kms_key_arn = var.kms_key_arn
  alarms      = merge(local.function_alarms, local.extract_alarms, local.publish_alarms, local.account_alarms, local.copy_alarms)
}
