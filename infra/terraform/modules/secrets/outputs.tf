output "secrets" {
  description = "ARN of each secret, given out when it has a value."
  value       = { for key, secret in aws_secretsmanager_secret.this : key => { arn = secret.arn } }
  depends_on  = [aws_secretsmanager_secret_version.this]
}
