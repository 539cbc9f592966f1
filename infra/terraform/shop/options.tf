locals {
  kms_key_arn = var.own_key ? module.key[0].arn : var.kms_key_arn
  vpc = var.network == null ? var.vpc : {
    subnet_ids         = module.network[0].subnet_ids
    security_group_ids = module.network[0].security_group_ids
  }
}

module "key" {
  source = "../modules/kms"
  count  = var.own_key ? 1 : 0

  name        = local.blueprint.shop
  description = "Everything that ${local.blueprint.shop} keeps"
}

module "network" {
  source = "../modules/network"
  count  = var.network == null ? 0 : 1

  name                     = local.blueprint.shop
  cidr                     = var.network.cidr
  nat                      = var.network.nat
  interface_endpoints      = var.network.interface_endpoints
  flow_log_days            = var.network.flow_log_days
  kms_key_arn              = local.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}

# Behind a distribution all customers come from its few addresses. The API knows by a secret who came through it: then
# the functions believe what it says of the caller's address, and the web ACL at the edge has counted, and looked where
# they are. Whoever goes round it meets the same rules here, and is counted by the address of the connection.
resource "terraform_data" "edge_secret" {
  count = var.pages == null ? 0 : 1
  input = uuid()

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  guards_edge = var.firewall != null && var.pages != null
  edge_header = var.pages != null ? { name = "x-origin-verify", value = sensitive(terraform_data.edge_secret[0].output) } : null
}

module "firewall" {
  source = "../modules/waf"
  count  = var.firewall == null ? 0 : 1

  name                 = "${local.blueprint.shop}-api"
  resources            = { api = module.api.stage_arn }
  trusted_header       = local.edge_header
  requests_per_address = local.blueprint.firewall.requests_per_address
  window_seconds       = local.blueprint.firewall.window_seconds
  allowed_countries    = var.firewall.allowed_countries
  refused_countries    = var.firewall.refused_countries
  bot_control          = var.firewall.bot_control
  log_retention_days   = local.blueprint.api.stage.log_retention_days
  kms_key_arn          = local.kms_key_arn
}

module "firewall_at_the_edge" {
  source    = "../modules/waf"
  count     = local.guards_edge ? 1 : 0
  providers = { aws = aws.global }

  name                 = "${local.blueprint.shop}-pages"
  scope                = "CLOUDFRONT"
  requests_per_address = local.blueprint.firewall.requests_per_address
  window_seconds       = local.blueprint.firewall.window_seconds
  allowed_countries    = var.firewall.allowed_countries
  refused_countries    = var.firewall.refused_countries
  bot_control          = var.firewall.bot_control
  log_retention_days   = local.blueprint.api.stage.log_retention_days
}

module "pages" {
  source    = "../modules/frontend"
  count     = var.pages == null ? 0 : 1
  providers = { aws = aws, aws.global = aws.global }

  name                    = local.blueprint.shop
  folder                  = var.pages.folder
  content_security_policy = var.pages.content_security_policy
  price_class             = var.pages.price_class
  domain                  = var.pages.domain
  api_host                = split("/", module.api.url)[2]
  api_stage               = module.api.stage
  api_header              = local.edge_header
  web_acl_arn             = one(module.firewall_at_the_edge[*].arn)
}

module "mail" {
  source = "../modules/mail"
  count  = var.mail_domain == null ? 0 : 1

  domain  = var.mail_domain.name
  zone_id = var.mail_domain.zone_id
  dmarc   = var.mail_domain.dmarc
}

module "users" {
  source = "../modules/cognito"
  count  = var.user_pool == null ? 0 : 1

  name                = local.blueprint.shop
  callback_urls       = var.user_pool.callback_urls
  logout_urls         = var.user_pool.logout_urls
  domain_prefix       = var.user_pool.domain_prefix
  mail                = var.user_pool.mail
  password_length     = var.user_pool.password_length
  tier                = var.user_pool.tier
  deletion_protection = local.blueprint.table.deletion_protection
}
