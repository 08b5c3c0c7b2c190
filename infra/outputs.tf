output "environment" {
  description = "Which copy this is."
  value       = var.environment
}

output "region" {
  description = "The region it is in."
  value       = data.aws_region.current.id
}

output "bucket" {
  description = "The bucket of raw objects, tables and results."
  value       = module.bucket.name
}

output "database" {
  description = "The Glue database."
  value       = module.catalog.database
}

output "workgroup" {
  description = "The Athena workgroup."
  value       = module.athena.workgroup
}

output "reader_policy_arn" {
  description = "Policy to attach to people and tools that ask questions."
  value       = module.athena.reader_policy_arn
}

output "accounts" {
  description = "By account: the extractor's function, its secret and its schedule."
  value = {
    for name, extract in module.extract :
    name => {
      function = extract.name
      secret   = aws_secretsmanager_secret.login[name].name
      schedule = extract.schedules["schedule"]
    }
  }
}

output "publish_function" {
  description = "The function that creates the views and runs the checks."
  value       = module.publish.name
}

output "load_job" {
  description = "The Glue job."
  value       = module.load_music.name
}

output "load_arguments" {
  description = "The arguments that every run of the job gets."
  value       = module.load_music.default_arguments
}

output "maintain_tables_job" {
  description = "The Glue job that keeps the tables small."
  value       = module.maintain_tables.name
}

output "maintain_tables_arguments" {
  description = "The arguments of that job."
  value       = local.maintain_tables_arguments
}

output "publish_rds_job" {
  description = "The Glue job that brings the tables into PostgreSQL; empty without one."
  value       = join("", module.publish_rds[*].name)
}

output "publish_rds_arguments" {
  description = "The arguments that every run of that job gets."
  value       = one(local.publish_rds_arguments)
}

output "postgres" {
  description = "How the PostgreSQL is reached, and the secret with user name and password; null without one."
  value       = one([for one in module.postgres : { host = one.host, port = one.port, database = one.database, secret = one.secret_arn }])
}

output "workflow" {
  description = "The Glue workflow."
  value       = module.load_workflow.name
}

output "events_queue_url" {
  description = "The queue that gets the events of landed objects where AWS is emulated; else null."
  value       = module.load_workflow.queue_url
}

output "failed_queue_urls" {
  description = "The queues of what could not be delivered or handled."
  value = concat(
    [module.load_workflow.undelivered_queue_url, module.publish.failed_queue_url],
    [for extract in module.extract : extract.failed_queue_url],
  )
}

output "namespace" {
  description = "The namespace of the metrics."
  value       = local.namespace
}

output "stale_after_hours" {
  description = "Hours without a loaded object after which the data counts as stale."
  value       = local.stale_after_hours
}

output "topic_arn" {
  description = "The topic of the alarms."
  value       = module.alarms.topic_arn
}

output "removal_protection" {
  description = "Whether data outlives a destroy."
  value       = local.is_protected
}

output "quicksight_data_sets" {
  description = "ARNs of the data sets in QuickSight, by view; null where there are none."
  value       = one(module.quicksight[*].data_sets)
}

output "ci_role_arns" {
  description = "ARNs of the roles for GitHub Actions, by name; null where there are none."
  value       = one(module.ci_role[*].role_arns)
}

output "least_monthly_cost" {
  description = "USD a month that the schedule makes Glue cost at least, at list prices of us-east-1."
  value       = local.least_glue_cost

  precondition {
    condition     = local.least_glue_cost <= var.confirm_monthly_cost
    error_message = "schedule \"${var.schedule}\" starts about ${local.runs_a_month} loads a month, at least ${local.least_glue_cost} USD of Glue; expected at most confirm_monthly_cost = ${var.confirm_monthly_cost}. Raise it to confirm."
  }
}

output "time_zones" {
  description = "Time zone of each account's local times; * is for all others."
  value       = local.time_zones
}
