variable "database" {
  description = "Name of the Glue database."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database))
    error_message = "database must be lower-case letters, digits and _, beginning with a letter; got \"${var.database}\"."
  }
}

variable "description" {
  description = "What the database holds."
  type        = string
  default     = "Iceberg tables and views."
  nullable    = false
}

variable "warehouse" {
  description = "Where the tables lie, s3://bucket/folder without a slash at its end."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^s3://[^/]+(/[^/]+)+$", var.warehouse))
    error_message = "warehouse must be like s3://bucket/warehouse; got \"${var.warehouse}\"."
  }
}
