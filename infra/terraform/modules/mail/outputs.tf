output "arn" {
  description = "ARN of the identity."
  value       = aws_sesv2_email_identity.this.arn
}
