output "name" {
  description = "Name of the bucket, given out when it is private and versioned."
  value       = aws_s3_bucket.this.id
  depends_on  = [aws_s3_bucket_public_access_block.this, aws_s3_bucket_versioning.this]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}
