variable "name" {
  description = "Name of the function and of its queue of failed events."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,54}$", var.name))
    error_message = "name must be up to 55 lower-case letters, digits and hyphens, beginning with a letter; got \"${var.name}\"."
  }
}

variable "role_name" {
  description = "Name of its role, unique in the account whatever the region; that of the schedules' role begins with it. null takes the name of the function."
  type        = string
  default     = null

  validation {
    condition     = var.role_name == null || can(regex("^[a-z][a-z0-9-]{0,54}$", var.role_name))
    error_message = "role_name must be up to 55 lower-case letters, digits and hyphens, beginning with a letter; got \"${coalesce(var.role_name, "null")}\"."
  }
}

variable "description" {
  description = "What the function does."
  type        = string
  default     = ""
  nullable    = false
}

variable "zip" {
  description = "Path of the function's zip on this machine."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.zip)
    error_message = "zip must be a file; there is none at ${var.zip}. `lakehouse package` writes it."
  }
}

variable "code" {
  description = "Where the zip is kept: a versioned bucket, and the key in it. Zips of 50 MB and more reach Lambda only from there."
  type        = object({ bucket = string, key = string })
  nullable    = false
}

variable "handler" {
  description = "The function in the zip that is called, as module.function."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)+$", var.handler))
    error_message = "handler must be like package.module.function; got \"${var.handler}\"."
  }
}

variable "runtime" {
  description = "Lambda's runtime."
  type        = string
  default     = "python3.13"
  nullable    = false

  validation {
    condition     = can(regex("^python3\\.1[1-9]$", var.runtime))
    error_message = "runtime must be python3.11 or newer; got \"${var.runtime}\"."
  }
}

variable "memory_mb" {
  description = "Memory in MB; processor time grows with it."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb must be between 128 and 10240; got ${var.memory_mb}."
  }
}

variable "timeout_seconds" {
  description = "Seconds after which a run is stopped; Lambda allows up to 900."
  type        = number
  default     = 900
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "timeout_seconds must be between 1 and 900; got ${var.timeout_seconds}."
  }
}

variable "reserved_concurrency" {
  description = "How many runs at once are reserved for, and allowed to, this function; -1 reserves none. Small accounts have ten in all and can reserve none."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= -1 && var.reserved_concurrency != 0
    error_message = "reserved_concurrency must be -1, or 1 or more; got ${var.reserved_concurrency}."
  }
}

variable "retries" {
  description = "How often Lambda calls the function again after it raised; then the event goes to the queue of failed events."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = contains([0, 1, 2], var.retries)
    error_message = "retries must be 0, 1 or 2; got ${var.retries}."
  }
}

variable "environment" {
  description = "Environment variables. No secrets: they can be read by whoever may look at the function."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "policy_statements" {
  description = "What the function may do, beyond its own logs and its queue of failed events."
  type = list(object({
    sid       = string
    actions   = list(string)
    resources = list(string)
    condition = optional(object({ test = string, variable = string, values = list(string) }))
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for statement in var.policy_statements : !contains(statement.resources, "*")])
    error_message = "policy_statements must name their resources; got \"*\" in ${join(", ", [for statement in var.policy_statements : statement.sid if contains(statement.resources, "*")])}."
  }
}

variable "triggers" {
  description = "What calls the function, by name; each is one of a schedule, an event pattern (JSON), or objects created in a bucket that sends its events to EventBridge (key may hold *). input is the JSON the function is given; null gives it the event. flexible_minutes lets EventBridge Scheduler choose a moment within so many minutes after a schedule's time."
  type = map(object({
    schedule      = optional(object({ expression = string, time_zone = optional(string, "UTC"), flexible_minutes = optional(number) }))
    event_pattern = optional(string)
    s3_object     = optional(object({ bucket = string, key = string }))
    input         = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for trigger in values(var.triggers) :
      length([for kind in [trigger.schedule != null, trigger.event_pattern != null, trigger.s3_object != null] : kind if kind]) == 1
    ])
    error_message = "triggers must each have one of schedule, event_pattern and s3_object; got ${jsonencode({ for name, trigger in var.triggers : name => [for kind, given in { schedule = trigger.schedule != null, event_pattern = trigger.event_pattern != null, s3_object = trigger.s3_object != null } : kind if given] })}."
  }

  validation {
    condition = alltrue([
      for trigger in values(var.triggers) :
      trigger.schedule == null || can(regex("^cron\\([^ ]+ [^ ]+ (\\? [^ ]+ [^ ?]+|[^ ?]+ [^ ]+ \\?) [^ ]+\\)$", try(trigger.schedule.expression, "rate(1 day)"))) || can(regex("^rate\\([1-9][0-9]* (minute|hour|day)s?\\)$", try(trigger.schedule.expression, "rate(1 day)")))
    ])
    error_message = "schedules of triggers must be a cron(…) of six fields with ? for the day of the month or of the week, or rate(…) in minutes, hours or days; got ${join(", ", [for name, trigger in var.triggers : "${name}: ${trigger.schedule.expression}" if trigger.schedule != null])}."
  }

  validation {
    condition     = alltrue([for trigger in values(var.triggers) : try(trigger.schedule.flexible_minutes, null) == null || try(trigger.schedule.flexible_minutes >= 1 && trigger.schedule.flexible_minutes <= 1440, false)])
    error_message = "flexible_minutes of triggers must be between 1 and 1440, or null; got ${jsonencode({ for name, trigger in var.triggers : name => try(trigger.schedule.flexible_minutes, null) })}."
  }

  validation {
    condition     = alltrue([for name in keys(var.triggers) : can(regex("^[a-z][a-z0-9-]{0,15}$", name))])
    error_message = "triggers must be named with up to 16 lower-case letters, digits and hyphens; got ${join(", ", keys(var.triggers))}."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731; got ${var.log_retention_days}."
  }
}

variable "kms_key_arn" {
  description = "Key to encrypt logs and environment variables with; null takes AWS's own. Its policy must admit CloudWatch Logs."
  type        = string
  default     = null
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
