output "plan_role_arn" {
  description = "Role of pull requests: AWS_PLAN_ROLE_ARN of the repository."
  value       = aws_iam_role.this["plan"].arn
}

output "deploy_role_arns" {
  description = "Role of each stage: AWS_DEPLOY_ROLE_ARN of the environment of that name."
  value       = { for stage in var.stages : stage => aws_iam_role.this[stage].arn }
}
