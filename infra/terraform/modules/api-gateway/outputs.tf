output "id" {
  description = "Id of the API."
  value       = aws_api_gateway_rest_api.this.id
}

output "url" {
  description = "Address of the stage: the domain's, if there is one."
  value       = var.domain == null ? aws_api_gateway_stage.this.invoke_url : "https://${var.domain.name}/${var.stage.name}"
}

output "stage_arn" {
  description = "ARN of the stage, as a web ACL wants it."
  value       = aws_api_gateway_stage.this.arn
}

output "stage" {
  description = "Name of the stage."
  value       = aws_api_gateway_stage.this.stage_name
}

output "api_keys" {
  description = "The keys' values, by whom they are for."
  value       = { for key, made in aws_api_gateway_api_key.this : key => made.value }
  sensitive   = true
}
