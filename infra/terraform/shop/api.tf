module "role_of_api" {
  source   = "../modules/role"
  for_each = local.blueprint.roles.apigateway

  name                     = "${local.blueprint.shop}-${each.key}"
  description              = "The functions that API Gateway may call"
  service                  = each.value.service
  statements               = templatestring(local.role_statements.apigateway[each.key], { function = local.functions })
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "api" {
  source = "../modules/api-gateway"

  name              = local.blueprint.api.name
  description       = "The shop's HTTP API: stage ${local.blueprint.stage}"
  tags              = local.blueprint.api.tags
  endpoints         = local.blueprint.api.endpoints
  paths             = local.blueprint.api.paths
  models            = { for name, model in local.blueprint.api.models : name => merge(model, { schema = jsonencode(model.schema) }) }
  validators        = local.blueprint.api.validators
  authorizers       = local.blueprint.api.authorizers
  methods           = local.blueprint.api.methods
  gateway_responses = local.blueprint.api.gateway_responses
  stage             = local.blueprint.api.stage
  usage_plans       = local.blueprint.api.usage_plans
  api_keys          = var.api_keys
  requires_api_key  = var.requires_api_key
  cache_enabled     = var.cache_enabled
  domain            = var.domain

  sets_log_writer          = var.sets_log_writer
  permissions_boundary_arn = var.permissions_boundary_arn
  access_log = !var.access_logs ? null : {
    group          = "/${local.blueprint.shop}/access"
    retention_days = local.blueprint.api.stage.log_retention_days
    kms_key_arn    = local.kms_key_arn
  }

  serves_after = [for function in module.function : function.arn]
  references = {
    aws      = local.place
    settings = local.settings
    function = local.functions
    role     = { for key, role in module.role_of_api : key => { arn = role.arn } }
  }
}
