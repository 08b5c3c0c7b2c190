variable "name" {
  description = "Name of the data source; the ids of the data sets begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-]{1,64}$", var.name))
    error_message = "name must be up to 64 letters, digits and hyphens; got \"${var.name}\"."
  }
}

variable "workgroup" {
  description = "The Athena workgroup that is asked."
  type        = string
  nullable    = false
}

variable "database" {
  description = "The database that the views are in."
  type        = string
  nullable    = false
}

variable "views" {
  description = "Views or tables that become data sets, by name, each with its columns in order; a type is one of QuickSight's: BOOLEAN, DATETIME, DECIMAL, INTEGER, STRING."
  type        = map(list(object({ name = string, type = string })))
  nullable    = false

  validation {
    condition     = length(var.views) > 0 && alltrue([for name in keys(var.views) : can(regex("^[a-z0-9_]{1,60}$", name))])
    error_message = "views must be one or more, named with up to 60 lower-case letters, digits and _; got ${jsonencode(keys(var.views))}."
  }

  validation {
    condition     = alltrue([for columns in values(var.views) : length(columns) > 0])
    error_message = "views must each have columns; got none for ${join(", ", [for name, columns in var.views : name if length(columns) == 0])}."
  }

  validation {
    condition = alltrue(flatten([
      for columns in values(var.views) : [for column in columns : contains(["BOOLEAN", "DATETIME", "DECIMAL", "INTEGER", "STRING"], column.type)]
    ]))
    error_message = "the type of a column must be BOOLEAN, DATETIME, DECIMAL, INTEGER or STRING; got ${join(", ", flatten([for name, columns in var.views : [for column in columns : "${name}.${column.name}: ${column.type}" if !contains(["BOOLEAN", "DATETIME", "DECIMAL", "INTEGER", "STRING"], column.type)]]))}."
  }
}

variable "principals" {
  description = "Who gets at the data, as ARNs of QuickSight users and groups: use (build analyses on it) or own (change and delete it too)."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.principals) > 0 && alltrue([for principal in keys(var.principals) : can(regex("^arn:[a-z-]+:quicksight:[a-z0-9-]+:[0-9]{12}:(user|group)/[^*]+$", principal))])
    error_message = "principals must be one or more ARNs of QuickSight users or groups, without a wildcard; got ${jsonencode(keys(var.principals))}."
  }

  validation {
    condition     = alltrue([for access in values(var.principals) : contains(["use", "own"], access)])
    error_message = "principals must each be given use or own; got ${jsonencode(var.principals)}."
  }
}

variable "service_role" {
  description = "Name of the role that QuickSight asks Athena as (the account's own is aws-quicksight-service-role-v0); it gets the reader policy. null leaves roles as they are."
  type        = string
  default     = null
}

variable "reader_policy_arn" {
  description = "Policy that lets the service role ask the workgroup and read the tables; needed with service_role."
  type        = string
  default     = null
}
