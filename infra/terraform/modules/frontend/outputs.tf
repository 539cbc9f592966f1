output "url" {
  description = "Address of the pages."
  value       = "https://${var.domain == null ? aws_cloudfront_distribution.this.domain_name : var.domain.name}"
}

output "distribution_id" {
  description = "Id of the distribution, to make it forget what it keeps."
  value       = aws_cloudfront_distribution.this.id
}

output "bucket" {
  description = "Name of the bucket that the pages are in."
  value       = module.bucket.name
}
