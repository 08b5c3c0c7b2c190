variable "name" {
  description = "Name of the instance, its groups and its logs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]+)*$", var.name)) && length(var.name) <= 56
    error_message = "name must be up to 56 lower-case letters, digits and single hyphens, beginning with a letter; got \"${var.name}\"."
  }
}

variable "vpc_id" {
  description = "Network of the database."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id must be like vpc-0abc; got \"${var.vpc_id}\"."
  }
}

variable "subnet_ids" {
  description = "Private subnets of that network, in two availability zones or more."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(distinct(var.subnet_ids)) >= 2 && alltrue([for id in var.subnet_ids : startswith(id, "subnet-")])
    error_message = "subnet_ids must be two or more like subnet-0abc; got ${join(", ", var.subnet_ids)}."
  }
}

variable "clients" {
  description = "Security groups that may connect, by a name of your own; nobody else may."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.clients) : can(regex("^[A-Za-z0-9_ -]{1,60}$", name))])
    error_message = "clients must have names of up to 60 letters, digits, spaces, _ and hyphens; got ${join(", ", keys(var.clients))}."
  }
}

variable "database" {
  description = "Name of the database that is made."
  type        = string
  default     = "music"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database))
    error_message = "database must be up to 63 lower-case letters, digits and _, beginning with a letter; got \"${var.database}\"."
  }
}

variable "engine_version" {
  description = "PostgreSQL's version: the major one, whose minor versions follow by themselves, or an exact one."
  type        = string
  default     = "17"
  nullable    = false

  validation {
    condition     = can(regex("^(14|15|16|17)(\\.[0-9]+)?$", var.engine_version))
    error_message = "engine_version must be 14, 15, 16 or 17, also with a minor version; got \"${var.engine_version}\"."
  }
}

variable "instance_class" {
  description = "Class of the instance, on Graviton: db.t4g.micro is the smallest."
  type        = string
  default     = "db.t4g.micro"
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z]+[0-9]+g[a-z]*\\.[0-9]*[a-z]+$", var.instance_class))
    error_message = "instance_class must be of Graviton, like db.t4g.micro or db.m7g.large; got \"${var.instance_class}\"."
  }
}

variable "multi_az" {
  description = "Whether to keep a standby instance in another zone, at twice the price."
  type        = bool
  default     = false
  nullable    = false
}

variable "storage_gb" {
  description = "Gigabytes of storage to begin with."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.storage_gb >= 20 && var.storage_gb <= 65536
    error_message = "storage_gb must be between 20 and 65536; got ${var.storage_gb}."
  }
}

variable "max_storage_gb" {
  description = "Gigabytes up to which storage grows by itself."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.max_storage_gb >= 22 && var.max_storage_gb <= 65536
    error_message = "max_storage_gb must be between 22 and 65536; got ${var.max_storage_gb}."
  }
}

variable "port" {
  description = "Port it listens on."
  type        = number
  default     = 5432
  nullable    = false

  validation {
    condition     = var.port >= 1150 && var.port <= 65535
    error_message = "port must be between 1150 and 65535; got ${var.port}."
  }
}

variable "backup_days" {
  description = "Days that automatic backups are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "backup_days must be between 1 and 35; got ${var.backup_days}."
  }
}

variable "removal_protection" {
  description = "Whether the database outlives a destroy; without it the backups go too."
  type        = bool
  default     = true
  nullable    = false
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
  description = "Key for storage, backups, logs and the password's secret; null takes AWS's own. Its policy must admit CloudWatch Logs."
  type        = string
  default     = null
}
