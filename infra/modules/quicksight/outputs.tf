output "data_source_arn" {
  description = "ARN of the data source."
  value       = aws_quicksight_data_source.this.arn
}

output "data_sets" {
  description = "ARNs of the data sets, by view."
  value       = { for name, data_set in aws_quicksight_data_set.this : name => data_set.arn }
}
