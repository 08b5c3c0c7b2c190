output "name" {
  description = "Name of the workflow."
  value       = aws_glue_workflow.this.name
}

output "next_jobs" {
  description = "Names of the triggers that start other jobs afterwards, by the jobs' names here."
  value       = { for name, trigger in aws_glue_trigger.next : name => trigger.name }
}

output "timed_jobs" {
  description = "Names of the schedules that start other jobs by the clock, by the names here."
  value       = { for name in keys(var.timed_jobs) : name => aws_scheduler_schedule.catch_up[name].name }
}

output "rule" {
  description = "Name of the rule that starts it."
  value       = aws_cloudwatch_event_rule.this.name
}

output "queue_url" {
  description = "The queue that gets the events in place of the workflow; null where the workflow gets them."
  value       = one(aws_sqs_queue.events[*].url)
}

output "undelivered_queue_url" {
  description = "The queue of events and catch-ups that did not reach the workflow."
  value       = aws_sqs_queue.undelivered.url
}

output "alarms" {
  description = "What is worth an alarm, for the module alarms."
  value = {
    events-not-delivered = {
      description = "Events of landed raw objects did not reach the workflow ${var.name}."
      namespace   = "AWS/Events"
      metric      = "FailedInvocations"
      dimensions  = { RuleName = var.name }
    }
    events-to-dead-letters = {
      description = "Events of landed raw objects went to ${var.name}-undelivered."
      namespace   = "AWS/Events"
      metric      = "InvocationsSentToDlq"
      dimensions  = { RuleName = var.name }
    }
    dead-letters = {
      description = "Events or catch-ups that did not reach the workflow lie in ${var.name}-undelivered."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = "${var.name}-undelivered" }
      statistic   = "Maximum"
    }
  }
}
