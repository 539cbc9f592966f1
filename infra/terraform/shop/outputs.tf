output "api_url" {
  description = "Address of the API."
  value       = module.api.url
}

output "api_id" {
  description = "Id of the API."
  value       = module.api.id
}

output "api_stage" {
  description = "Name of the API's stage."
  value       = module.api.stage
}

output "api_keys" {
  description = "The API keys' values, by whom they are for."
  value       = module.api.api_keys
  sensitive   = true
}

output "table_name" {
  description = "Name of the table."
  value       = module.table.name
}

output "bus_name" {
  description = "Name of the event bus."
  value       = module.events.bus.name
}

output "functions" {
  description = "Each function's name at AWS and the version published last."
  value       = { for key, function in module.function : key => { name = function.name, version = function.version } }
}

output "queues" {
  description = "ARN and URL of each queue."
  value       = module.events.queues
}

output "alarm_topics" {
  description = "ARN of each topic that alarms ring on."
  value       = module.monitoring.topics
}

output "pages_url" {
  description = "Address of the pages; none where there are none."
  value       = one(module.pages[*].url)
}

output "pages_bucket" {
  description = "Bucket that the pages are in; none where there are none."
  value       = one(module.pages[*].bucket)
}

output "pages_distribution_id" {
  description = "Id of the distribution, to make it forget what it keeps; none where there are no pages."
  value       = one(module.pages[*].distribution_id)
}

output "user_pool_issuer" {
  description = "Who signs the tokens of the user pool; none where there is none."
  value       = one(module.users[*].issuer)
}

output "user_pool_client_id" {
  description = "Id of the user pool's client for pages; none where there is no pool."
  value       = one(module.users[*].client_id)
}
