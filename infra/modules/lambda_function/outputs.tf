output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "role_name" {
  description = "Name of the role that the function runs as."
  value       = aws_iam_role.this.name
}

output "log_group" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "failed_queue_url" {
  description = "The queue of failed events."
  value       = aws_sqs_queue.failed.url
}

output "schedules" {
  description = "Names of the schedules, by trigger."
  value       = { for name, schedule in aws_scheduler_schedule.this : name => schedule.name }
}

output "alarms" {
  description = "What is worth an alarm, for the module alarms."
  value = {
    errors = {
      description = "${var.name} raised an error, ran out of time or could not start."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = var.name }
    }
    dead-letters = {
      description = "Events that ${var.name} did not get or could not handle lie in ${var.name}-failed."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = "${var.name}-failed" }
      statistic   = "Maximum"
    }
  }
}
