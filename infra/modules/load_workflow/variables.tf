variable "name" {
  description = "Name of the workflow, its rule, trigger, schedules and queues."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,48}$", var.name))
    error_message = "name must be up to 49 lower-case letters, digits and hyphens, beginning with a letter; got \"${var.name}\"."
  }
}

variable "role_name" {
  description = "What the names of its roles begin with, unique in the account whatever the region; null takes the name of the workflow."
  type        = string
  default     = null

  validation {
    condition     = var.role_name == null || can(regex("^[a-z][a-z0-9-]{0,53}$", var.role_name))
    error_message = "role_name must be up to 54 lower-case letters, digits and hyphens, beginning with a letter; got \"${coalesce(var.role_name, "null")}\"."
  }
}

variable "job_name" {
  description = "The Glue job that the workflow runs."
  type        = string
  nullable    = false
}

variable "next_jobs" {
  description = "Glue jobs that the workflow starts when its job has succeeded, by a name of your own."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.next_jobs) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "next_jobs must have names of up to 31 lower-case letters, digits and hyphens, beginning with a letter; got ${join(", ", keys(var.next_jobs))}."
  }
}

variable "event_pattern" {
  description = "The events that start the workflow, as JSON. It must name a bucket and the keys in it: what the job writes must never start it again."
  type        = string
  nullable    = false

  validation {
    condition = try(
      length(jsondecode(var.event_pattern).detail.bucket.name) > 0 && alltrue([
        for match in jsondecode(var.event_pattern).detail.object.key : can(regex("^raw/", try(match.prefix, match.wildcard)))
      ]),
      false,
    )
    error_message = "event_pattern must name detail.bucket.name, and in detail.object.key only a prefix or wildcard that begins with raw/; got ${var.event_pattern}."
  }
}

variable "batch_size" {
  description = "Events after which a run starts at once, without waiting for the window to end."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 100
    error_message = "batch_size must be between 1 and 100; got ${var.batch_size}."
  }
}

variable "batch_window_seconds" {
  description = "Seconds after the first event at which a run starts for all events that have come."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.batch_window_seconds >= 1 && var.batch_window_seconds <= 900
    error_message = "batch_window_seconds must be between 1 and 900; got ${var.batch_window_seconds}."
  }
}

variable "max_concurrent_runs" {
  description = "Runs of the workflow at once. Glue drops events that come while so many are under way; the job itself runs once at a time and others wait for it."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_concurrent_runs >= 2 && var.max_concurrent_runs <= 100
    error_message = "max_concurrent_runs must be between 2 and 100: with 1, events that come during a run are lost; got ${var.max_concurrent_runs}."
  }
}

variable "catch_up" {
  description = "When the job starts without an event, for what a lost event left behind; null never."
  type        = object({ expression = string, time_zone = optional(string, "UTC") })
  default     = { expression = "cron(30 4 * * ? *)" }

  validation {
    condition     = var.catch_up == null || can(regex("^cron\\([^ ]+ [^ ]+ (\\? [^ ]+ [^ ?]+|[^ ?]+ [^ ]+ \\?) [^ ]+\\)$", try(var.catch_up.expression, ""))) || can(regex("^rate\\([1-9][0-9]* (minute|hour|day)s?\\)$", try(var.catch_up.expression, "")))
    error_message = "catch_up.expression must be a cron(…) of six fields with ? for the day of the month or of the week, or rate(…) in minutes, hours or days; got \"${try(var.catch_up.expression, "null")}\"."
  }
}

variable "next_catch_up" {
  description = "When the jobs of next_jobs start without the workflow, for what a catch-up of the first job loaded; null never."
  type        = object({ expression = string, time_zone = optional(string, "UTC") })
  default     = null
}

variable "timed_jobs" {
  description = "Glue jobs that start by the clock alone, by a name that says what for: upkeep of the tables, say."
  type        = map(object({ job = string, expression = string, time_zone = optional(string, "UTC") }))
  default     = {}
  nullable    = false
}

variable "event_target" {
  description = "What the rule's events reach: the workflow, or a queue where an emulated AWS has no workflows to start."
  type        = string
  default     = "workflow"
  nullable    = false

  validation {
    condition     = contains(["workflow", "queue"], var.event_target)
    error_message = "event_target must be workflow or queue; got \"${var.event_target}\"."
  }
}

variable "boundary_arn" {
  description = "Policy that bounds the roles (permissions boundary); null bounds by their own policies only."
  type        = string
  default     = null

  validation {
    condition     = var.boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.boundary_arn))
    error_message = "boundary_arn must be the ARN of a policy, or null; got \"${coalesce(var.boundary_arn, "null")}\"."
  }
}
