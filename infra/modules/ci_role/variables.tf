variable "prefix" {
  description = "What the names of everything that is deployed begin with, as spotify-lakehouse-prod. An environment whose name goes on from another's, as pr-7 from pr, is within reach of the other's roles."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}[a-z0-9]$", var.prefix))
    error_message = "prefix must be 4 to 42 lower-case letters, digits and hyphens, beginning with a letter; got \"${var.prefix}\"."
  }
}

variable "iam_prefix" {
  description = "What the names of the roles and policies that are deployed begin with, as lakehouse-prod-euc1; null takes prefix. It bounds what the roles may change in IAM."
  type        = string
  default     = null

  validation {
    condition     = var.iam_prefix == null || can(regex("^[a-z][a-z0-9-]{2,40}[a-z0-9]$", var.iam_prefix))
    error_message = "iam_prefix must be 4 to 42 lower-case letters, digits and hyphens, beginning with a letter; got \"${coalesce(var.iam_prefix, "null")}\"."
  }
}

variable "bucket_arn" {
  description = "ARN of the lakehouse's bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:s3:::[a-z0-9.-]+$", var.bucket_arn))
    error_message = "bucket_arn must be the ARN of one bucket; got \"${var.bucket_arn}\"."
  }
}

variable "database" {
  description = "The Glue database."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9_]+$", var.database))
    error_message = "database must be lower-case letters, digits and _; got \"${var.database}\"."
  }
}

variable "repository" {
  description = "The repository on GitHub whose workflows may take the roles: owner/name, or owner@123/name@456 with the numbers that GitHub gives to repositories made or renamed since June 2026."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$", var.repository)) && length(regexall("@", var.repository)) != 1
    error_message = "repository must be owner/name or owner@123/name@456, without a wildcard; got \"${var.repository}\"."
  }
}

variable "roles" {
  description = "Roles by name: what they may do (plan reads, deploy also changes), and which workflow runs may take them: those on branches, on tags, in GitHub environments, or for pull requests. may_destroy adds the removal of bucket, tables and database, for environments that come and go; policy_arns adds policies of yours, for parts beside these modules."
  type = map(object({
    access        = optional(string, "plan")
    branches      = optional(set(string), [])
    tags          = optional(set(string), [])
    environments  = optional(set(string), [])
    pull_requests = optional(bool, false)
    may_destroy   = optional(bool, false)
    policy_arns   = optional(set(string), [])
  }))
  nullable = false

  validation {
    condition     = length(var.roles) > 0 && alltrue([for name in keys(var.roles) : can(regex("^[a-z][a-z0-9-]{0,11}$", name))])
    error_message = "roles must be one or more, named with up to 12 lower-case letters, digits and hyphens; got ${jsonencode(keys(var.roles))}."
  }

  validation {
    condition     = alltrue([for role in values(var.roles) : contains(["plan", "deploy"], role.access)])
    error_message = "access of a role must be plan or deploy; got ${join(", ", [for name, role in var.roles : "${name}: ${role.access}"])}."
  }

  validation {
    condition     = alltrue([for role in values(var.roles) : role.pull_requests || length(concat(tolist(role.branches), tolist(role.tags), tolist(role.environments))) > 0])
    error_message = "roles must each name branches, tags, environments or pull_requests; got none for ${join(", ", [for name, role in var.roles : name if !role.pull_requests && length(concat(tolist(role.branches), tolist(role.tags), tolist(role.environments))) == 0])}."
  }

  validation {
    condition = alltrue(flatten([
      for role in values(var.roles) : [for name in concat(tolist(role.branches), tolist(role.tags), tolist(role.environments)) : can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", name))]
    ]))
    error_message = "branches, tags and environments must be names without a wildcard, space or colon; got ${jsonencode({ for name, role in var.roles : name => concat(tolist(role.branches), tolist(role.tags), tolist(role.environments)) })}."
  }

  validation {
    condition     = alltrue([for role in values(var.roles) : !role.pull_requests || role.access == "plan"])
    error_message = "roles that pull requests may take must have access plan, as anybody's change could deploy itself otherwise; got deploy for ${join(", ", [for name, role in var.roles : name if role.pull_requests && role.access != "plan"])}."
  }

  validation {
    condition     = alltrue(flatten([for role in values(var.roles) : [for arn in role.policy_arns : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", arn))]]))
    error_message = "policy_arns of a role must be ARNs of policies; got ${jsonencode({ for name, role in var.roles : name => role.policy_arns })}."
  }

  validation {
    condition     = alltrue([for role in values(var.roles) : !role.may_destroy || role.access == "deploy"])
    error_message = "roles with may_destroy must have access deploy; got plan for ${join(", ", [for name, role in var.roles : name if role.may_destroy && role.access != "deploy"])}."
  }
}

variable "provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub, where there is one already (an account has one at most); null makes it."
  type        = string
  default     = null

  validation {
    condition     = var.provider_arn == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.provider_arn))
    error_message = "provider_arn must be null or end in :oidc-provider/token.actions.githubusercontent.com; got \"${coalesce(var.provider_arn, "null")}\"."
  }
}

variable "state" {
  description = "Where the state is, as in the backend's settings: its bucket, its key, and the workspace (the environment). null leaves state to others; a workflow without its state would deploy everything anew."
  type        = object({ bucket = string, key = string, workspace = string })
  default     = null

  validation {
    condition     = var.state == null || try(can(regex("^[a-z0-9.-]+$", var.state.bucket)) && can(regex("^[^*?/][^*?]*$", var.state.key)) && can(regex("^[a-z0-9-]+$", var.state.workspace)), false)
    error_message = "state must name a bucket, a key that begins with no slash, and a workspace, without wildcards; got ${jsonencode(var.state)}."
  }
}

variable "kms_key_arn" {
  description = "The key that the lakehouse is encrypted with, if there is one."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[^*]+:key/[^*]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of one KMS key, or null; got \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "boundary_arn" {
  description = "Policy that bounds the roles (permissions boundary), and that every role they make must be bounded by; null lets what they deploy have any right."
  type        = string
  default     = null

  validation {
    condition     = var.boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.boundary_arn))
    error_message = "boundary_arn must be the ARN of a policy, or null; got \"${coalesce(var.boundary_arn, "null")}\"."
  }
}
