output "configuration_set" {
  description = "Name of the configuration set."
  value       = aws_sesv2_configuration_set.this.configuration_set_name
}

output "topic" {
  description = "ARN of the topic."
  value       = aws_sns_topic.this.arn
}
