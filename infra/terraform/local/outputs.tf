output "api_url" {
  description = "Address of the API as AWS would have it."
  value       = module.shop.api_url
}

output "api_id" {
  description = "Id of the API: in the local cloud it is at http://<id>.execute-api.localhost:<port>/v1."
  value       = module.shop.api_id
}

output "functions" {
  description = "Each function's name and the version published last."
  value       = module.shop.functions
}
