locals {
  stage = jsondecode(file(var.blueprint)).stage
  tags  = merge({ Application = "tradewind", Stage = local.stage, ManagedBy = "terraform" }, var.tags)
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# CloudFront looks for certificates and web ACLs in this region alone.
provider "aws" {
  alias  = "global"
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}

# The state remembers whose it is, so that no stage's variables meet another stage's state.
resource "terraform_data" "stage" {
  input = local.stage

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = self.output == local.stage
      error_message = "This state is of stage ${self.output}, and the blueprint of stage ${local.stage}. Take the backend and the variables of one stage, and a TF_DATA_DIR for each."
    }
  }
}

module "shop" {
  source    = "../shop"
  providers = { aws = aws, aws.global = aws.global }

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
  own_key                  = var.own_key
  network                  = var.network
  firewall                 = var.firewall
  pages                    = var.pages
  mail_domain              = var.mail_domain
  user_pool                = var.user_pool
}
