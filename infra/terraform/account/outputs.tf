output "plan_role_arn" {
  description = "AWS_PLAN_ROLE_ARN of the repository."
  value       = module.github.plan_role_arn
}

output "deploy_role_arns" {
  description = "AWS_DEPLOY_ROLE_ARN of each environment."
  value       = module.github.deploy_role_arns
}
