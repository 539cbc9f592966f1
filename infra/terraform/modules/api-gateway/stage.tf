# API Gateway serves a snapshot of the API: another definition is another snapshot.
resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  triggers = {
    definition = sha256(jsonencode([
      var.paths, var.models, var.validators, var.authorizers, var.methods, var.gateway_responses, var.references,
      var.requires_api_key, var.domain != null,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [
    aws_api_gateway_gateway_response.this,
    aws_api_gateway_integration.this,
    aws_api_gateway_integration_response.this,
  ]
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV_AWS_120:the cache is an option, since it costs by the hour whether it is asked or not
  #checkov:skip=CKV2_AWS_4:execution logs tell headers and bodies; the access log and the functions' own lines tell what happened
  #checkov:skip=CKV2_AWS_51:API Gateway calls functions by a role, which needs no certificate
  rest_api_id           = aws_api_gateway_rest_api.this.id
  deployment_id         = aws_api_gateway_deployment.this.id
  stage_name            = var.stage.name
  xray_tracing_enabled  = var.stage.tracing
  cache_cluster_enabled = var.cache_enabled
  cache_cluster_size    = var.cache_enabled ? var.stage.cache_gb : null

  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access
    content {
      destination_arn = access_log_settings.value.arn
      format          = jsonencode(local.access_log_line)
    }
  }

  depends_on = [aws_api_gateway_account.this, var.serves_after]
}

locals {
  cached = { for name, method in var.methods : name => method if method.cache_seconds != null && var.cache_enabled }
}

resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225:only public reads may be cached, each by a setting of its own
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = var.stage.metrics
    throttling_rate_limit  = var.stage.rate_per_second
    throttling_burst_limit = var.stage.burst_requests
  }
}

resource "aws_api_gateway_method_settings" "cached" {
  for_each = local.cached

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "${trimprefix(each.value.path, "/")}/${each.value.method}"

  settings {
    metrics_enabled                            = var.stage.metrics
    throttling_rate_limit                      = var.stage.rate_per_second
    throttling_burst_limit                     = var.stage.burst_requests
    caching_enabled                            = true
    cache_ttl_in_seconds                       = each.value.cache_seconds
    cache_data_encrypted                       = true
    require_authorization_for_cache_control    = true
    unauthorized_cache_control_header_strategy = "SUCCEED_WITHOUT_RESPONSE_HEADER"
  }
}
