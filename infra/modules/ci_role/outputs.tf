output "role_arns" {
  description = "ARNs of the roles, by name: what a workflow gives as role-to-assume."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "provider_arn" {
  description = "ARN of the OIDC provider, for the next one that needs it."
  value       = local.provider
}

output "subjects" {
  description = "The subjects of GitHub's tokens that each role is given to."
  value       = local.subjects
}
