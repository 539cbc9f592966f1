locals {
  definitions = { for key, machine in local.blueprint.machines : key => jsonencode(machine.definition) }
  role_statements = {
    for service, roles in local.blueprint.roles : service => { for key, role in roles : key => jsonencode(role.statements) }
  }
}

module "events" {
  source = "../modules/events"

  place      = local.place
  kms_key_id = one(module.key[*].arn)
  bus = {
    name    = local.blueprint.bus.name
    archive = merge(local.blueprint.bus.archive, { pattern = jsonencode(local.blueprint.bus.archive.pattern) })
  }
  queues       = { for key, queue in local.blueprint.queues : key => merge(queue, { statements = jsonencode(queue.statements) }) }
  dead_letters = { for key, queue in local.blueprint.dead_letters : key => merge(queue, { statements = jsonencode(queue.statements) }) }
  rules        = { for key, rule in local.blueprint.rules : key => merge(rule, { pattern = jsonencode(rule.pattern) }) }
  schedules    = local.blueprint.schedules
  targets = {
    function = { for key, function in module.function : key => { arn = function.arn } }
  }
}

module "mail_feedback" {
  source = "../modules/mail-feedback"

  name               = local.blueprint.mail.configuration_set
  suppressed_reasons = local.blueprint.mail.suppressed_reasons
  feedback           = merge(local.blueprint.mail.feedback, { statements = jsonencode(local.blueprint.mail.feedback.statements) })
  queue_arn          = templatestring(local.blueprint.mail.feedback.queue, { queue = module.events.queues })
  place              = local.place
  kms_key_id         = one(module.key[*].arn)
}

module "role_of_machines" {
  source   = "../modules/role"
  for_each = local.blueprint.roles.states

  name                     = "${local.blueprint.shop}-${each.key}"
  description              = "What the state machine ${each.key} may do"
  service                  = each.value.service
  statements               = templatestring(local.role_statements.states[each.key], merge(local.references, { function = local.functions }))
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "machine" {
  source   = "../modules/step-functions"
  for_each = local.blueprint.machines

  name               = each.value.name
  type               = each.value.type
  role_arn           = templatestring(each.value.role, { role = { for key, role in module.role_of_machines : key => { arn = role.arn } } })
  definition         = templatestring(local.definitions[each.key], merge(local.references, { function = local.functions }))
  log_group_arn      = module.logs.groups[each.key].arn
  log_level          = each.value.log_level
  log_execution_data = each.value.log_execution_data
  tracing            = each.value.tracing
}
