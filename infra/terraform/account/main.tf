# Once for an account, whatever stages are in it.
provider "aws" {
  region = var.region

  default_tags {
    tags = merge({ Application = "tradewind", ManagedBy = "terraform" }, var.tags)
  }
}

module "github" {
  source = "../modules/github-oidc"

  repository               = var.repository
  stages                   = var.stages
  state_bucket_arn         = "arn:${data.aws_partition.this.partition}:s3:::${var.state_bucket}"
  options                  = var.options
  provider_arn             = var.provider_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}

data "aws_partition" "this" {}
