output "arn" {
  description = "ARN of the role, given out when its policy stands."
  value       = aws_iam_role.this.arn
  depends_on  = [aws_iam_role_policy.this]
}

output "name" {
  description = "Name of the role, as AWS completed it."
  value       = aws_iam_role.this.name
}
