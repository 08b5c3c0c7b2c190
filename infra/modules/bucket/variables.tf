variable "name" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 63 lower-case letters, digits and hyphens, with none at either end; got \"${var.name}\"."
  }
}

variable "folders" {
  description = "Folders by name, without slashes at the ends, each with its lifecycle in days; null keeps for ever. Old versions go after a week unless told otherwise."
  type = map(object({
    expire_after_days              = optional(number)
    infrequent_access_after_days   = optional(number)
    expire_old_versions_after_days = optional(number, 7)
  }))
  nullable = false

  validation {
    condition     = alltrue([for folder in keys(var.folders) : can(regex("^[a-z0-9_-]+(/[a-z0-9_-]+)*$", folder))])
    error_message = "folders must be named with lower-case letters, digits, _ and -, without slashes at the ends; got ${join(", ", keys(var.folders))}."
  }

  validation {
    condition     = alltrue([for folder in values(var.folders) : coalesce(folder.infrequent_access_after_days, 30) >= 30])
    error_message = "infrequent_access_after_days must be 30 or more, as S3 takes nothing sooner; got ${jsonencode({ for name, folder in var.folders : name => folder.infrequent_access_after_days })}."
  }

  validation {
    condition = alltrue(flatten([
      for folder in values(var.folders) : [coalesce(folder.expire_after_days, 1) >= 1, folder.expire_old_versions_after_days >= 1]
    ]))
    error_message = "days in folders must be 1 or more; got ${jsonencode(var.folders)}."
  }
}

variable "kms_key_arn" {
  description = "Key to encrypt with; null takes S3's own (SSE-S3)."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key, or null; got \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "send_events" {
  description = "Whether the bucket tells EventBridge what happens in it."
  type        = bool
  default     = false
  nullable    = false
}

variable "removal_protection" {
  description = "Whether a bucket that holds objects cannot be destroyed."
  type        = bool
  default     = true
  nullable    = false
}

variable "require_tls" {
  description = "Whether unencrypted connections are refused. Only an emulated AWS, which has no others, needs false."
  type        = bool
  default     = true
  nullable    = false
}
