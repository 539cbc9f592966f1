output "topics" {
  description = "ARN of each topic, by its name."
  value       = { for name, topic in aws_sns_topic.this : name => topic.arn }
}

output "alarms" {
  description = "Names of the alarms, by what the blueprint calls them."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.alarm_name }
}
