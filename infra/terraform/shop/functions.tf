locals {
  packages   = jsondecode(file(var.packages))
  statements = { for key, function in local.blueprint.functions : key => jsonencode(function.statements) }

  # What a role may do with a queue follows from the queue's name: so functions need not wait for the provider, which
  # takes its time with queues.
  foreseen_queues = {
    for key, queue in merge(local.blueprint.dead_letters, local.blueprint.queues) : key => {
      arn = "arn:${local.place.partition}:sqs:${local.place.region}:${local.place.account}:${queue.name}"
    }
  }
  meaning = {
    aws       = local.place
    settings  = local.settings
    table     = local.table
    bus       = module.events.bus
    queue     = local.foreseen_queues
    secret    = module.secrets.secrets
    log_group = module.logs.groups
  }

  # Functions may share a package: what is the same is there once.
  zips   = { for key, package in local.packages.functions : package.sha256 => package.file... }
  layers = { for architecture, layer in local.packages.layers : architecture => layer if architecture == var.architecture }

  extension = compact([local.settings.secrets_extension_arn])
}

module "code" {
  source = "../modules/s3"

  name_prefix   = "${local.blueprint.shop}-code-"
  force_destroy = true # everything in it is built again from the repository
  kms_key_arn   = local.kms_key_arn
}

# The key says what is in it: another content is another object, and so another version of the function.
resource "aws_s3_object" "function" {
  for_each = local.zips

  bucket = module.code.name
  key    = "functions/${each.key}.zip"
  source = "${dirname(var.packages)}/${each.value[0]}"
}

resource "aws_s3_object" "layer" {
  for_each = local.layers

  bucket = module.code.name
  key    = "layers/${each.value.sha256}.zip"
  source = "${dirname(var.packages)}/${each.value.file}"
}

resource "aws_lambda_layer_version" "dependencies" {
  for_each = local.layers

  layer_name               = "${local.blueprint.shop}-dependencies"
  description              = "The pinned dependencies of all functions"
  s3_bucket                = aws_s3_object.layer[each.key].bucket
  s3_key                   = aws_s3_object.layer[each.key].key
  compatible_architectures = [each.key]
  skip_destroy             = true # a function's older versions go on needing theirs
}

module "function" {
  source   = "../modules/lambda"
  for_each = local.blueprint.functions

  name            = each.value.name
  handler         = each.value.handler
  runtime         = each.value.runtime
  architecture    = var.architecture
  memory_mb       = each.value.memory_mb
  timeout_seconds = each.value.timeout_seconds
  tracing         = each.value.tracing
  log_format      = each.value.log_format
  log_levels      = each.value.log_levels
  log_group       = templatestring(each.value.log_group, local.meaning)
  environment     = { for name, text in each.value.environment : name => templatestring(text, local.meaning) }
  statements      = templatestring(local.statements[each.key], local.meaning)
  source_mapping = each.value.source == null ? null : merge(each.value.source, {
    arn         = templatestring(each.value.source.arn, local.references)
    concurrency = each.value.source.concurrency == null ? null : tonumber(templatestring(each.value.source.concurrency, local.references))
    failures    = each.value.source.failures == null ? null : templatestring(each.value.source.failures, local.references)
  })
  callers = { for key, caller in each.value.callers : key => { service = caller.service, arn = templatestring(caller.arn, local.meaning) } }

  package = {
    bucket = module.code.name
    key    = aws_s3_object.function[local.packages.functions[each.key].sha256].key
  }
  layers = concat(
    [for layer in aws_lambda_layer_version.dependencies : layer.arn],
    each.value.reads_secrets ? local.extension : [],
  )

  reserved_concurrency     = try(var.functions[each.key].reserved_concurrency, -1)
  provisioned_concurrency  = try(var.functions[each.key].provisioned_concurrency, 0)
  snap_start               = try(var.functions[each.key].snap_start, false)
  vpc                      = local.vpc
  kms_key_arn              = local.kms_key_arn
  permissions_boundary_arn = var.permissions_boundary_arn
}
