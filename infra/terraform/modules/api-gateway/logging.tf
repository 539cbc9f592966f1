resource "aws_cloudwatch_log_group" "access" {
  count = var.access_log == null ? 0 : 1

  name              = var.access_log.group
  retention_in_days = var.access_log.retention_days
  kms_key_id        = var.access_log.kms_key_arn
}

locals {
  # No address: nothing personal reaches a log.
  access_log_line = {
    requestId        = "$context.requestId"
    time             = "$context.requestTime"
    method           = "$context.httpMethod"
    path             = "$context.resourcePath"
    status           = "$context.status"
    error            = "$context.error.responseType"
    latencyMs        = "$context.responseLatency"
    integrationMs    = "$context.integration.latency"
    authorizerStatus = "$context.authorizer.status"
    bytes            = "$context.responseLength"
  }
}

# One setting for all APIs of the account in the region: it must stand before any of them logs.
resource "aws_api_gateway_account" "this" {
  count = var.sets_log_writer ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.log_writer[0].arn
  depends_on          = [aws_iam_role_policy_attachment.log_writer]
}

data "aws_partition" "this" {}

resource "aws_iam_role" "log_writer" {
  count = var.sets_log_writer ? 1 : 0

  name_prefix          = "${substr(var.name, 0, 32)}-logs-"
  description          = "Lets the APIs of this account and region write their logs"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "log_writer" {
  count = var.sets_log_writer ? 1 : 0

  role       = aws_iam_role.log_writer[0].name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
