resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:nobody calls it without waiting, or the caller has dead letters of its own
  #checkov:skip=CKV_AWS_272:an archive is named by its digest, in a bucket that only deployments write; signing is the account's affair
  #checkov:skip=CKV_AWS_50:var.tracing, Active for every function of the blueprint
  function_name = var.name
  role          = module.role.arn
  runtime       = var.runtime
  architectures = [var.architecture]
  handler       = var.handler
  s3_bucket     = var.package.bucket
  s3_key        = var.package.key
  layers        = var.layers
  memory_size   = var.memory_mb
  timeout       = var.timeout_seconds
  kms_key_arn   = var.kms_key_arn
  publish       = true

  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = var.environment
  }

  logging_config {
    log_format            = var.log_format
    log_group             = var.log_group
    application_log_level = var.log_format == "JSON" ? var.log_levels.application : null
    system_log_level      = var.log_format == "JSON" ? var.log_levels.system : null
  }

  tracing_config {
    mode = var.tracing
  }

  dynamic "snap_start" {
    for_each = var.snap_start ? ["PublishedVersions"] : []
    content {
      apply_on = snap_start.value
    }
  }

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }
}

# Everything calls the function by this alias. A release moves it from version to version, and may move it back: so
# where it points is Terraform's affair only when it is made.
resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "What callers get"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

resource "aws_lambda_provisioned_concurrency_config" "this" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

resource "aws_lambda_permission" "this" {
  for_each = var.callers

  statement_id  = each.key
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = each.value.service
  source_arn    = each.value.arn
}
