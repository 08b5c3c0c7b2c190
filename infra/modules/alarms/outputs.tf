output "topic_arn" {
  description = "The topic that alarms are sent to."
  value       = aws_sns_topic.this.arn
}

output "names" {
  description = "Names of the alarms."
  value       = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name]
}
