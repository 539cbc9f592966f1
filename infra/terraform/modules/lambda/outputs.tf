output "arn" {
  description = "ARN of the alias: what callers are told, once they may call."
  value       = aws_lambda_alias.live.arn
  depends_on  = [aws_lambda_permission.this]
}

output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "version" {
  description = "The version published last; the alias need not point at it yet."
  value       = aws_lambda_function.this.version
}
