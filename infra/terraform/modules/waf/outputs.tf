output "arn" {
  description = "ARN of the web ACL, as a distribution wants it."
  value       = aws_wafv2_web_acl.this.arn
}
