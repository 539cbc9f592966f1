output "arn" {
  description = "ARN of the user pool, as an authorizer wants it."
  value       = aws_cognito_user_pool.this.arn
}

output "issuer" {
  description = "Who signs the tokens; their keys are at its /.well-known/jwks.json."
  value       = "https://${aws_cognito_user_pool.this.endpoint}"
}

output "client_id" {
  description = "Id of the client of the pages."
  value       = aws_cognito_user_pool_client.web.id
}
