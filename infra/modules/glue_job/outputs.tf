output "name" {
  description = "Name of the job."
  value       = aws_glue_job.this.name
}

output "arn" {
  description = "ARN of the job."
  value       = aws_glue_job.this.arn
}

output "role_name" {
  description = "Name of the role that the job runs as."
  value       = aws_iam_role.this.name
}

output "default_arguments" {
  description = "The arguments that every run gets."
  value       = aws_glue_job.this.default_arguments
}

output "log_groups" {
  description = "Names of the log groups, by error and output."
  value       = { for kind, group in aws_cloudwatch_log_group.this : kind => group.name }
}
