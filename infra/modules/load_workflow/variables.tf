variable "name" {
  description = "Name of the workflow, its rule, trigger and queues."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,48}$", var.name))
    error_message = "name must be up to 49 lower-case letters, digits and hyphens, beginning with a letter; got \"${var.name}\"."
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
  description = "Events that start one run together."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 100
    error_message = "batch_size must be between 1 and 100; got ${var.batch_size}."
  }
}

variable "batch_window_seconds" {
  description = "Seconds after the first event in which a run starts even if the batch is not full."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.batch_window_seconds >= 1 && var.batch_window_seconds <= 900
    error_message = "batch_window_seconds must be between 1 and 900; got ${var.batch_window_seconds}."
  }
}

variable "catch_up" {
  description = "When the workflow starts without an event, for what a lost event left behind; null never."
  type        = object({ expression = string, time_zone = optional(string, "UTC") })
  default     = { expression = "cron(30 4 * * ? *)" }

  validation {
    condition     = var.catch_up == null || can(regex("^cron\\([^ ]+ [^ ]+ (\\? [^ ]+ [^ ?]+|[^ ?]+ [^ ]+ \\?) [^ ]+\\)$", try(var.catch_up.expression, ""))) || can(regex("^rate\\([1-9][0-9]* (minute|hour|day)s?\\)$", try(var.catch_up.expression, "")))
    error_message = "catch_up.expression must be a cron(…) of six fields with ? for the day of the month or of the week, or rate(…) in minutes, hours or days; got \"${try(var.catch_up.expression, "null")}\"."
  }
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
