locals {
  bus = { name = aws_cloudwatch_event_bus.this.name, arn = aws_cloudwatch_event_bus.this.arn }

  rules = merge(
    { for key, rule in var.rules : key => { name = rule.name, pattern = rule.pattern, expression = null } },
    { for key, rule in var.schedules : key => { name = rule.name, pattern = null, expression = rule.expression } },
  )
  targets = merge([
    for rule, told in merge({ for key, each in var.rules : key => each.targets }, { for key, each in var.schedules : key => each.targets }) : {
      for id, target in told : "${rule}/${id}" => merge(target, { rule = rule, id = id })
    }
  ]...)
}

# Only the default bus knows the time.
resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name                = each.value.name
  event_bus_name      = each.value.pattern == null ? "default" : aws_cloudwatch_event_bus.this.name
  event_pattern       = each.value.pattern
  schedule_expression = each.value.expression
  state               = "ENABLED" # what somebody stopped by hand the next deployment starts again
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.targets

  rule           = aws_cloudwatch_event_rule.this[each.value.rule].name
  event_bus_name = aws_cloudwatch_event_rule.this[each.value.rule].event_bus_name
  target_id      = each.value.id
  arn            = templatestring(each.value.arn, merge(var.targets, { queue = local.queues }))

  dead_letter_config {
    arn = templatestring(each.value.failures, { queue = local.queues })
  }

  retry_policy {
    maximum_retry_attempts       = each.value.retries
    maximum_event_age_in_seconds = each.value.event_age_seconds
  }
}
