variable "name" {
  description = "Name of the workgroup."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9._-]{1,100}$", var.name))
    error_message = "name must be up to 100 letters, digits, dots, _ and hyphens; got \"${var.name}\"."
  }
}

variable "policy_name" {
  description = "What the reader policy's name begins with, unique in the account whatever the region; null takes the name of the workgroup."
  type        = string
  default     = null

  validation {
    condition     = var.policy_name == null || can(regex("^[a-zA-Z0-9._-]{1,100}$", var.policy_name))
    error_message = "policy_name must be up to 100 letters, digits, dots, _ and hyphens; got \"${coalesce(var.policy_name, "null")}\"."
  }
}

variable "database" {
  description = "The database that questions ask."
  type        = string
  nullable    = false
}

variable "catalog_arns" {
  description = "Catalog, database and tables, as ARNs: what readers may look up."
  type        = list(string)
  nullable    = false
}

variable "bucket" {
  description = "The bucket of tables and results, as its name and ARN."
  type        = object({ name = string, arn = string })
  nullable    = false
}

variable "table_folders" {
  description = "Folders of the bucket that hold tables."
  type        = list(string)
  default     = ["warehouse"]
  nullable    = false

  validation {
    condition     = length(var.table_folders) > 0 && alltrue([for folder in var.table_folders : can(regex("^[a-z0-9_-]+$", folder))])
    error_message = "table_folders must be one or more names without slashes; got ${jsonencode(var.table_folders)}."
  }
}

variable "result_folder" {
  description = "Folder of the bucket that results are written to."
  type        = string
  default     = "athena"
  nullable    = false
}

variable "scan_limit_mb" {
  description = "Megabytes that one query may read; Athena stops what reads more. It takes 10 or more."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.scan_limit_mb >= 10 && var.scan_limit_mb <= 7000000
    error_message = "scan_limit_mb must be between 10 and 7000000; got ${var.scan_limit_mb}."
  }
}

variable "questions" {
  description = "Saved questions by name: what they ask, and their SQL."
  type        = map(object({ description = string, sql = string }))
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that bucket and results are encrypted with; null for S3's own."
  type        = string
  default     = null
}

variable "removal_protection" {
  description = "Whether a workgroup that has named queries or history cannot be destroyed."
  type        = bool
  default     = true
  nullable    = false
}
