output "workgroup" {
  description = "Name of the workgroup."
  value       = aws_athena_workgroup.this.name
}

output "workgroup_arn" {
  description = "ARN of the workgroup."
  value       = aws_athena_workgroup.this.arn
}

output "reader_policy_arn" {
  description = "Policy to attach to people and tools that ask questions."
  value       = aws_iam_policy.reader.arn
}

output "questions" {
  description = "Ids of the saved questions, by name."
  value       = { for name, question in aws_athena_named_query.this : name => question.id }
}
