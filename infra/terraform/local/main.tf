# The shop in a local cloud: the very modules that make the stages at AWS, applied to another address.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    acm            = var.endpoint
    apigateway     = var.endpoint
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    eventbridge    = var.endpoint
    iam            = var.endpoint
    lambda         = var.endpoint
    route53        = var.endpoint
    s3             = var.endpoint
    secretsmanager = var.endpoint
    sesv2          = var.endpoint
    sfn            = var.endpoint
    sns            = var.endpoint
    sqs            = var.endpoint
    sts            = var.endpoint
  }

  default_tags {
    tags = { Application = "tradewind", Stage = "local" }
  }
}

module "shop" {
  source    = "../shop"
  providers = { aws = aws, aws.global = aws }

  blueprint            = var.blueprint
  packages             = var.packages
  settings             = var.settings
  secret_recovery_days = 0
  access_logs          = true
  sets_log_writer      = true
  api_keys             = var.api_keys
}
