variable "name" {
  description = "Name of the job."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,63}$", var.name))
    error_message = "name must be up to 64 lower-case letters, digits and hyphens, beginning with a letter; got \"${var.name}\"."
  }
}

variable "role_name" {
  description = "Name of its role, unique in the account whatever the region; null takes that of the job."
  type        = string
  default     = null

  validation {
    condition     = var.role_name == null || can(regex("^[a-z][a-z0-9-]{0,63}$", var.role_name))
    error_message = "role_name must be up to 64 lower-case letters, digits and hyphens, beginning with a letter; got \"${coalesce(var.role_name, "null")}\"."
  }
}

variable "description" {
  description = "What the job does."
  type        = string
  default     = ""
  nullable    = false
}

variable "script" {
  description = "The job's script, s3://bucket/key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^s3://[^/]+/.+\\.py$", var.script))
    error_message = "script must be like s3://bucket/code/job.py; got \"${var.script}\"."
  }
}

variable "default_arguments" {
  description = "Arguments of every run by name, Glue's own among them; a flag has an empty value. Logs go to the group that --custom-logGroup-prefix names."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.default_arguments) : startswith(name, "--")])
    error_message = "default_arguments must have names that begin with --; got ${join(", ", keys(var.default_arguments))}."
  }
}

variable "glue_version" {
  description = "Version of Glue: 5.1 (Spark 3.5, Iceberg 1.10) or 6.0 (Spark 4.1, Iceberg 1.11). Both bring Iceberg's jars with --datalake-formats."
  type        = string
  default     = "5.1"
  nullable    = false

  validation {
    condition     = contains(["5.1", "6.0"], var.glue_version)
    error_message = "glue_version must be 5.1 or 6.0; got \"${var.glue_version}\"."
  }
}

variable "worker_type" {
  description = "Size of a worker. G.025X is not among them: Glue gives it to streaming jobs only."
  type        = string
  default     = "G.1X"
  nullable    = false

  validation {
    condition     = contains(["G.1X", "G.2X", "G.4X", "G.8X"], var.worker_type)
    error_message = "worker_type must be G.1X, G.2X, G.4X or G.8X; got \"${var.worker_type}\"."
  }
}

variable "number_of_workers" {
  description = "Workers for one run; Glue accepts two or more."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.number_of_workers >= 2 && var.number_of_workers == floor(var.number_of_workers)
    error_message = "number_of_workers must be a whole number, 2 or more; got ${var.number_of_workers}."
  }
}

variable "timeout_minutes" {
  description = "Minutes after which a run is stopped: what bounds its cost. Glue itself would wait eight hours."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout_minutes >= 5 && var.timeout_minutes <= 480
    error_message = "timeout_minutes must be between 5 and 480; got ${var.timeout_minutes}."
  }
}

variable "queue_runs" {
  description = "Whether a run waits while another one is under way, instead of failing."
  type        = bool
  default     = true
  nullable    = false
}

variable "policy_statements" {
  description = "What the job may do, beyond its own logs and metrics."
  type = list(object({
    sid       = string
    actions   = list(string)
    resources = list(string)
    condition = optional(object({ test = string, variable = string, values = list(string) }))
  }))
  nullable = false

  validation {
    condition     = alltrue([for statement in var.policy_statements : !contains(statement.resources, "*")])
    error_message = "policy_statements must name their resources; got \"*\" in ${join(", ", [for statement in var.policy_statements : statement.sid if contains(statement.resources, "*")])}."
  }
}

variable "network" {
  description = "The Glue connection of type NETWORK that the job runs in, with the ARNs of its subnet and security groups; null runs it in Glue's own network."
  type        = object({ connection = string, subnet_arn = string, security_group_arns = list(string) })
  default     = null
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
  description = "Key to encrypt the logs with; null takes that of CloudWatch. Its policy must admit CloudWatch Logs."
  type        = string
  default     = null
}

variable "boundary_arn" {
  description = "Policy that bounds the role (permissions boundary); null bounds by its own policies only."
  type        = string
  default     = null

  validation {
    condition     = var.boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.boundary_arn))
    error_message = "boundary_arn must be the ARN of a policy, or null; got \"${coalesce(var.boundary_arn, "null")}\"."
  }
}
