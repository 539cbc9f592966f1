module "monitoring" {
  source = "../modules/monitoring"

  kms_key_id = one(module.key[*].arn)
  topics = {
    for name, topic in local.blueprint.monitoring.topics : name => { statements = jsonencode(topic.statements) }
  }
  mail      = templatestring(local.blueprint.monitoring.mail, { settings = local.settings })
  alarms    = local.blueprint.monitoring.alarms
  dashboard = local.blueprint.monitoring.dashboard
  queries   = local.blueprint.monitoring.queries
  references = {
    aws       = local.place
    log_group = module.logs.groups
    machine   = local.machines
  }
}
