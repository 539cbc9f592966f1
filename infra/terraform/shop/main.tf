data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}

locals {
  blueprint = jsondecode(file(var.blueprint))
  settings  = merge(local.said_settings, local.settings_behind_pages)

  said_settings = merge({ for name, setting in local.blueprint.settings : name => setting.default }, var.settings)

  # Behind the distribution everybody calls from its few addresses. By the hash of its secret the functions know its word
  # for the caller's own; the secret is made with the first apply, so what is said is checked without it.
  settings_behind_pages = local.is_edge_known ? { origin_secret_sha256 = sha256(terraform_data.edge_secret[0].output) } : {}
  is_edge_known         = var.pages != null && !contains(keys(var.settings), "origin_secret_sha256")

  # What the templates in the blueprint mean, as far as it is made before any function.
  place = {
    partition  = data.aws_partition.this.partition
    region     = data.aws_region.this.name
    account    = data.aws_caller_identity.this.account_id
    url_suffix = data.aws_partition.this.dns_suffix
  }
  table = { name = module.table.name, arn = module.table.arn, stream_arn = module.table.stream_arn }
  references = {
    aws       = local.place
    settings  = local.settings
    table     = local.table
    bus       = module.events.bus
    queue     = module.events.queues
    secret    = module.secrets.secrets
    log_group = module.logs.groups
  }

  # An alias's ARN stands for its function, wherever one is called or named in a policy. It follows from the name: so
  # hundreds of resources of the API need not wait for all functions, and Terraform has a hundredth of the edges to walk.
  functions = { for key, function in local.blueprint.functions : key => { arn = "${local.arn.lambda}:function:${function.name}:live" } }
  machines  = { for key, machine in local.blueprint.machines : key => { arn = "${local.arn.states}:stateMachine:${machine.name}" } }
  arn       = { for service in ["lambda", "states"] : service => "arn:${local.place.partition}:${service}:${local.place.region}:${local.place.account}" }
}

locals {
  unknown_settings  = setsubtract(keys(var.settings), keys(local.blueprint.settings))
  unsaid_settings   = [for name, value in local.said_settings : name if value == null]
  wrong_settings    = [for name, setting in local.blueprint.settings : name if local.said_settings[name] != null && !can(regex(setting.pattern, local.said_settings[name]))]
  unknown_functions = setsubtract(keys(var.functions), keys(local.blueprint.functions))
}

# What is wrong is told before anything is made.
resource "terraform_data" "settings" {
  lifecycle {
    precondition {
      condition     = length(local.unknown_settings) == 0
      error_message = "These settings are unknown: ${join(", ", local.unknown_settings)}. There are: ${join(", ", keys(local.blueprint.settings))}."
    }

    precondition {
      condition     = length(local.unsaid_settings) == 0
      error_message = "These settings have no default, so say them: ${join(", ", local.unsaid_settings)}."
    }

    precondition {
      condition     = length(local.wrong_settings) == 0
      error_message = "These settings cannot be: ${join("; ", [for name in local.wrong_settings : "${name} = \"${local.said_settings[name]}\" (${local.blueprint.settings[name].about}: ${local.blueprint.settings[name].pattern})"])}."
    }

    precondition {
      condition     = length(local.unknown_functions) == 0
      error_message = "These functions are unknown: ${join(", ", local.unknown_functions)}. ./dev export terraform lists them."
    }

    precondition {
      condition     = length(local.packages.layers) == 0 || contains(keys(local.packages.layers), var.architecture)
      error_message = "There is no layer for ${var.architecture} among the packages: ./dev package makes one."
    }
  }
}

module "logs" {
  source = "../modules/logs"

  groups      = local.blueprint.log_groups
  kms_key_arn = local.kms_key_arn
}

module "table" {
  source = "../modules/dynamodb"

  name                   = local.blueprint.table.name
  billing_mode           = local.blueprint.table.billing_mode
  key                    = local.blueprint.table.key
  attributes             = local.blueprint.table.attributes
  indexes                = local.blueprint.table.indexes
  stream                 = local.blueprint.table.stream
  ttl_attribute          = local.blueprint.table.ttl_attribute
  point_in_time_recovery = local.blueprint.table.point_in_time_recovery
  deletion_protection    = local.blueprint.table.deletion_protection
  kms_key_arn            = local.kms_key_arn
}

module "secrets" {
  source = "../modules/secrets"

  secrets              = local.blueprint.secrets
  recovery_window_days = var.secret_recovery_days
  kms_key_arn          = local.kms_key_arn
  rotations = {
    for key, rotation in local.blueprint.rotations : key => { function_arn = module.function[rotation.function].arn, days = rotation.days }
  }
}

resource "aws_sesv2_email_identity" "sender" {
  email_identity = templatestring(local.blueprint.mail.identity, { settings = local.settings })
}
