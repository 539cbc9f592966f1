locals {
  # A policy names its own queue, so what follows from the queue's name is said before there is one.
  foreseen = {
    for key, queue in merge(var.dead_letters, var.queues) : key => {
      arn = "arn:${var.place.partition}:sqs:${var.place.region}:${var.place.account}:${queue.name}"
    }
  }
  policies = {
    for key, queue in merge(var.dead_letters, var.queues) : key =>
    queue.statements == "[]" ? null : "{\"Version\":\"2012-10-17\",\"Statement\":${queue.statements}}"
  }
  meaning = { aws = var.place, bus = local.bus, queue = local.foreseen }
}

resource "aws_sqs_queue" "dead_letters" {
  for_each = var.dead_letters

  name                      = each.value.name
  message_retention_seconds = each.value.retention_seconds
  sqs_managed_sse_enabled   = var.kms_key_id == null ? each.value.encrypted : null
  kms_master_key_id         = var.kms_key_id
  policy                    = local.policies[each.key] == null ? null : templatestring(local.policies[each.key], local.meaning)
}

resource "aws_sqs_queue" "this" {
  for_each = var.queues

  name                       = each.value.name
  visibility_timeout_seconds = each.value.visibility_timeout_seconds
  message_retention_seconds  = each.value.retention_seconds
  sqs_managed_sse_enabled    = var.kms_key_id == null ? each.value.encrypted : null
  kms_master_key_id          = var.kms_key_id
  policy                     = local.policies[each.key] == null ? null : templatestring(local.policies[each.key], local.meaning)

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.value.dead_letters].arn
    maxReceiveCount     = each.value.receives
  })
}

locals {
  made   = merge(aws_sqs_queue.dead_letters, aws_sqs_queue.this)
  queues = { for key, queue in local.made : key => { arn = queue.arn, url = queue.url } }
}
