output "name" {
  description = "Name of the bucket, given out when it is private and versioned."
  value       = aws_s3_bucket.this.id
  depends_on  = [aws_s3_bucket_public_access_block.this, aws_s3_bucket_versioning.this]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "domain_name" {
  description = "The bucket's own address in its region."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
