provider "aws" {
  region = var.region

  default_tags {
    tags = merge({ Application = "tradewind", Stage = "prod", ManagedBy = "terraform" }, var.tags)
  }
}

module "shop" {
  source = "../../shop"

  blueprint                = var.blueprint
  packages                 = var.packages
  settings                 = var.settings
  architecture             = var.architecture
  functions                = var.functions
  vpc                      = var.vpc
  kms_key_arn              = var.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
  secret_recovery_days     = var.secret_recovery_days
  access_logs              = var.access_logs
  sets_log_writer          = var.sets_log_writer
  cache_enabled            = var.cache_enabled
  api_keys                 = var.api_keys
  requires_api_key         = var.requires_api_key
  domain                   = var.domain
}
