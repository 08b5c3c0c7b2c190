variable "environment" {
  description = "Which copy this is; all names hold it, so any number of copies stand side by side in one account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.environment)) && length(var.environment) <= 16
    error_message = "environment must be up to 16 lower-case letters, digits and single hyphens, beginning with a letter; got \"${var.environment}\"."
  }
}

variable "region" {
  description = "AWS region; null takes that of AWS_REGION or the profile."
  type        = string
  default     = null
}

variable "accounts" {
  description = "Spotify accounts by a name of your own, each with the path of its sources document, from the project's folder. Each gets a function, a secret and the schedule."
  type        = map(object({ sources = string }))
  default     = { me = { sources = "lakehouse/sources/mine.json" } }
  nullable    = false

  validation {
    condition     = length(var.accounts) > 0 && alltrue([for name in keys(var.accounts) : can(regex("^[a-z][a-z0-9]{0,11}$", name))])
    error_message = "accounts must be one or more, named with up to 12 lower-case letters and digits; got ${jsonencode(keys(var.accounts))}."
  }

  validation {
    condition     = alltrue([for account in values(var.accounts) : fileexists(startswith(account.sources, "/") ? account.sources : "${path.root}/../${account.sources}")])
    error_message = "accounts must name sources documents that exist, from the project's folder; got ${join(", ", [for account in values(var.accounts) : account.sources])}."
  }
}

variable "schedule" {
  description = "When to extract: hourly, daily, weekly, or an own cron(…) or rate(…)."
  type        = string
  default     = "daily"
  nullable    = false

  validation {
    condition     = contains(["hourly", "daily", "weekly"], var.schedule) || can(regex("^cron\\([^ ]+ [^ ]+ (\\? [^ ]+ [^ ?]+|[^ ?]+ [^ ]+ \\?) [^ ]+\\)$", var.schedule)) || can(regex("^rate\\([1-9][0-9]* (minute|hour|day)s?\\)$", var.schedule))
    error_message = "schedule must be hourly, daily, weekly, a cron(…) of six fields with ? for the day of the month or of the week, or rate(…) in minutes, hours or days; got \"${var.schedule}\"."
  }

  validation {
    condition     = try(tonumber(regex("^rate\\(([0-9]+) minutes?\\)$", var.schedule)[0]) >= 5, true) && !can(regex("^cron\\((\\*|\\*/[1-4]|0/[1-4]) ", var.schedule))
    error_message = "schedule must leave five minutes or more between extractions, as each starts a load; got \"${var.schedule}\"."
  }
}

variable "time_zone" {
  description = "Time zone of the schedule, and of local times in the views: a name such as Europe/Berlin."
  type        = string
  default     = "UTC"
  nullable    = false

  validation {
    condition     = can(regex("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+-]+)+)$", var.time_zone))
    error_message = "time_zone must be UTC or a name such as Europe/Berlin; got \"${var.time_zone}\"."
  }
}

variable "account_time_zones" {
  description = "Time zones of listeners who live elsewhere, by account (the Spotify user id); all others have time_zone."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for zone in values(var.account_time_zones) : can(regex("^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+-]+)+)$", zone))])
    error_message = "account_time_zones must hold UTC or names such as Europe/Berlin; got ${jsonencode(var.account_time_zones)}."
  }
}

variable "stale_after_hours" {
  description = "Hours without a loaded object after which to alarm; null takes what fits an hourly, daily or weekly schedule or a rate, and the daily one for an own cron expression."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.stale_after_hours, 1) >= 1
    error_message = "stale_after_hours must be 1 or more; got ${coalesce(var.stale_after_hours, 0)}."
  }
}

variable "glue_version" {
  description = "Version of Glue: 5.1 or 6.0."
  type        = string
  default     = "5.1"
  nullable    = false

  validation {
    condition     = contains(["5.1", "6.0"], var.glue_version)
    error_message = "glue_version must be 5.1 or 6.0; got \"${var.glue_version}\"."
  }
}

variable "worker_type" {
  description = "Size of a worker of the load: G.1X, G.2X, G.4X or G.8X."
  type        = string
  default     = "G.1X"
  nullable    = false
}

variable "number_of_workers" {
  description = "Workers of the load, two or more."
  type        = number
  default     = 2
  nullable    = false
}

variable "timeout_minutes" {
  description = "Minutes after which a load is stopped: what bounds its cost."
  type        = number
  default     = 60
  nullable    = false
}

variable "batch_size" {
  description = "Landed objects that start a load at once, before the window has ended."
  type        = number
  default     = 100
  nullable    = false
}

variable "batch_window_seconds" {
  description = "Seconds after a first landed object at which a load starts, for all objects that have landed by then; null takes a minute for each account."
  type        = number
  default     = null
}

variable "glue_hours_budget" {
  description = "Glue hours (DPU hours) in a calendar month from which on to alarm; null takes three times the least that the schedule needs."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.glue_hours_budget, 1) > 0
    error_message = "glue_hours_budget must be more than 0; got ${coalesce(var.glue_hours_budget, 0)}."
  }
}

variable "confirm_monthly_cost" {
  description = "USD a month up to which the schedule may make Glue cost, at list prices and a minute for each load; a schedule that costs more is refused until this is raised."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.confirm_monthly_cost > 0
    error_message = "confirm_monthly_cost must be more than 0; got ${var.confirm_monthly_cost}."
  }
}

variable "detailed_metrics" {
  description = "Whether each extraction also reports calls, waits, entries and sources as metrics, about 20 that CloudWatch bills; its log has these figures in any case."
  type        = bool
  default     = false
  nullable    = false
}

variable "scan_limit_mb" {
  description = "Megabytes that one Athena query may read."
  type        = number
  default     = 1000
  nullable    = false
}

variable "postgres" {
  description = "Where to keep the tables in PostgreSQL too; null keeps them in Iceberg alone. Private subnets of a network, with a way to AWS: infra/README.md, PostgreSQL."
  type = object({
    vpc_id         = string
    subnet_ids     = list(string)
    clients        = optional(map(string), {})
    engine_version = optional(string, "17")
    instance_class = optional(string, "db.t4g.micro")
    multi_az       = optional(bool, false)
    storage_gb     = optional(number, 20)
    max_storage_gb = optional(number, 100)
    backup_days    = optional(number, 7)
    tls_ca         = optional(string)
  })
  default = null

  validation {
    condition     = try(var.postgres.tls_ca, null) == null || try(fileexists(startswith(var.postgres.tls_ca, "/") ? var.postgres.tls_ca : "${path.root}/../${var.postgres.tls_ca}"), false)
    error_message = "postgres.tls_ca must be a file of certificates (PEM), from the project's folder; got \"${try(coalesce(var.postgres.tls_ca, "null"), "null")}\"."
  }
}

variable "alarm_email" {
  description = "Address that alarms are mailed to; null mails nobody."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Key for bucket, logs, functions, secrets, topic and results; null takes AWS's own keys. Its policy must admit CloudWatch, CloudWatch Logs and S3."
  type        = string
  default     = null
}

variable "boundary_arn" {
  description = "Policy that bounds every role that is made (permissions boundary); null bounds them by their own policies only."
  type        = string
  default     = null
}

variable "removal_protection" {
  description = "Whether data outlives a destroy; null protects the environment prod only."
  type        = bool
  default     = null
}

variable "reserved_concurrency" {
  description = "Runs at once reserved for each function; -1 reserves none."
  type        = number
  default     = -1
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
  nullable    = false
}

variable "upkeep_schedule" {
  description = "When the tables get their upkeep: cron(…) or rate(…) of EventBridge Scheduler, on the clock of time_zone. Weekly is often enough."
  type        = string
  default     = "cron(40 3 ? * SUN *)"
  nullable    = false

  validation {
    condition     = can(regex("^cron\\([^ ]+ [^ ]+ (\\? [^ ]+ [^ ?]+|[^ ?]+ [^ ]+ \\?) [^ ]+\\)$", var.upkeep_schedule)) || can(regex("^rate\\([1-9][0-9]* (hour|day)s?\\)$", var.upkeep_schedule))
    error_message = "upkeep_schedule must be a cron(…) of six fields with ? for the day of the month or of the week, or rate(…) in hours or days; got \"${var.upkeep_schedule}\"."
  }
}

variable "snapshot_days" {
  description = "Days for which the upkeep keeps earlier states of the tables, for time travel and a rewind."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.snapshot_days >= 1 && var.snapshot_days <= 3650 && var.snapshot_days == floor(var.snapshot_days)
    error_message = "snapshot_days must be a whole number from 1 to 3650; got ${var.snapshot_days}."
  }
}

variable "retention_days" {
  description = "Days after landing when what was landed is gone: rows, earlier states of the tables, raw objects. 0 keeps all. A person's own exports stay in the tables: docs/security.md."
  type        = number
  default     = 730
  nullable    = false

  validation {
    condition     = var.retention_days == floor(var.retention_days) && (var.retention_days == 0 || var.retention_days > max(7, var.snapshot_days))
    error_message = "retention_days must be 0, or a whole number of more than 7 days and more than snapshot_days (${var.snapshot_days}); got ${var.retention_days}."
  }
}

variable "raw_expires_after_days" {
  description = "Days after which raw objects go, where that is to be earlier than retention_days; null leaves it to those."
  type        = number
  default     = null
}

variable "packages" {
  description = "Folder of the zips and wheels that `lakehouse package` writes, from the project's folder."
  type        = string
  default     = "build"
  nullable    = false

  validation {
    condition     = var.emulated || length(fileset("${startswith(var.packages, "/") ? var.packages : "${path.root}/../${var.packages}"}/wheels/glue-${var.glue_version}", "*.whl")) > 0
    error_message = "packages must be a folder with wheels/glue-${var.glue_version}/*.whl, which `make package` writes; got \"${var.packages}\"."
  }
}

variable "emulated" {
  description = "Whether AWS is emulated by moto, which starts no workflow, queues no run, deletes no saved question and reads no conditions of a bucket's policy: the rule then feeds a queue, and the others are left out."
  type        = bool
  default     = false
  nullable    = false
}

# Optional parts: null leaves each out.

variable "quicksight" {
  description = "Data sets in QuickSight over these views, for these QuickSight users and groups (ARN to use or own); null makes none. The account must have QuickSight, and the views must be there: switch it on after the first load. service_role gets the reader policy."
  type = object({
    principals   = map(string)
    views        = optional(set(string), ["album_summary", "artist_summary", "chart_day", "listening_day", "play_history", "song_full"])
    service_role = optional(string)
  })
  default = null

  validation {
    condition     = length(setsubtract(try(var.quicksight.views, []), keys(jsondecode(file("${path.root}/quicksight_views.json"))))) == 0
    error_message = "quicksight.views must be views of sql/view; got ${join(", ", setsubtract(try(var.quicksight.views, []), keys(jsondecode(file("${path.root}/quicksight_views.json")))))}."
  }
}

variable "ci_role" {
  description = "Roles that GitHub Actions of one repository takes to plan or deploy this environment, as the module ci_role describes them; null makes none. state is the bucket and key of the state's backend; provider_arn names the account's OIDC provider for GitHub where there is one."
  type = object({
    repository = string
    roles = map(object({
      access        = optional(string, "plan")
      branches      = optional(set(string), [])
      tags          = optional(set(string), [])
      environments  = optional(set(string), [])
      pull_requests = optional(bool, false)
      may_destroy   = optional(bool, false)
      policy_arns   = optional(set(string), [])
    }))
    provider_arn = optional(string)
    state        = optional(object({ bucket = string, key = string }))
  })
  default = null
}
