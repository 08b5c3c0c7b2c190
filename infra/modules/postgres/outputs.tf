output "name" {
  description = "Name of the instance."
  value       = aws_db_instance.this.identifier
}

output "host" {
  description = "Name that it is reached by, from within its network."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port it listens on."
  value       = var.port
}

output "database" {
  description = "Name of its database."
  value       = var.database
}

output "secret_arn" {
  description = "ARN of the secret in which RDS keeps user name and password."
  value       = one(aws_db_instance.this.master_user_secret[*].secret_arn)
}

output "security_group_id" {
  description = "Its security group."
  value       = aws_security_group.this.id
}

output "log_groups" {
  description = "Names of the log groups, by postgresql and upgrade."
  value       = { for kind, group in aws_cloudwatch_log_group.this : kind => group.name }
}
