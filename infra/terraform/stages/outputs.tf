output "api_url" {
  description = "Address of the API."
  value       = module.shop.api_url
}

output "api_id" {
  description = "Id of the API."
  value       = module.shop.api_id
}

output "api_stage" {
  description = "Name of the API's stage."
  value       = module.shop.api_stage
}

output "api_keys" {
  description = "The API keys' values, by whom they are for."
  value       = module.shop.api_keys
  sensitive   = true
}

output "table_name" {
  description = "Name of the table."
  value       = module.shop.table_name
}

output "bus_name" {
  description = "Name of the event bus."
  value       = module.shop.bus_name
}

output "functions" {
  description = "Each function's name at AWS and the version published last."
  value       = module.shop.functions
}

output "queues" {
  description = "ARN and URL of each queue."
  value       = module.shop.queues
}

output "alarm_topics" {
  description = "ARN of each topic that alarms ring on."
  value       = module.shop.alarm_topics
}

output "pages_url" {
  description = "Address of the pages; none where there are none."
  value       = module.shop.pages_url
}

output "pages_bucket" {
  description = "Bucket that the pages are in; none where there are none."
  value       = module.shop.pages_bucket
}

output "pages_distribution_id" {
  description = "Id of the distribution, to make it forget what it keeps; none where there are no pages."
  value       = module.shop.pages_distribution_id
}

output "user_pool_issuer" {
  description = "Who signs the tokens of the user pool; none where there is none."
  value       = module.shop.user_pool_issuer
}

output "user_pool_client_id" {
  description = "Id of the user pool's client for pages; none where there is no pool."
  value       = module.shop.user_pool_client_id
}
