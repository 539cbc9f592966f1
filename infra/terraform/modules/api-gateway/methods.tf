resource "aws_api_gateway_method" "this" {
  for_each = var.methods

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = local.resources[each.value.path].id
  http_method          = each.value.method
  operation_name       = each.value.operation
  authorization        = each.value.authorization
  authorizer_id        = each.value.authorizer == null ? null : aws_api_gateway_authorizer.this[each.value.authorizer].id
  request_validator_id = each.value.validator == null ? null : aws_api_gateway_request_validator.this[each.value.validator].id
  api_key_required     = var.requires_api_key && each.value.operation != null
  request_models       = { for type, model in each.value.models : type => aws_api_gateway_model.this[model].name }
  request_parameters   = each.value.parameters
}

resource "aws_api_gateway_integration" "this" {
  for_each = var.methods

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_method.this[each.key].resource_id
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = each.value.integration.type
  integration_http_method = each.value.integration.http_method
  uri                     = each.value.integration.uri == null ? null : templatestring(each.value.integration.uri, var.references)
  credentials             = each.value.integration.credentials == null ? null : templatestring(each.value.integration.credentials, var.references)
  request_templates       = each.value.integration.templates
  timeout_milliseconds    = each.value.integration.timeout_milliseconds

  # Without its parameters as keys the cache would give every caller the first one's answer.
  cache_key_parameters = each.value.cache_seconds == null ? null : keys(each.value.parameters)
}

locals {
  answers = merge([
    for name, method in var.methods : {
      for status, answer in method.responses : "${name} ${status}" => merge(answer, { method = name, status = status })
    }
  ]...)
}

resource "aws_api_gateway_method_response" "this" {
  for_each = local.answers

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = aws_api_gateway_method.this[each.value.method].resource_id
  http_method         = aws_api_gateway_method.this[each.value.method].http_method
  status_code         = each.value.status
  response_parameters = { for header in keys(each.value.headers) : header => true }
}

resource "aws_api_gateway_integration_response" "this" {
  for_each = local.answers

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = aws_api_gateway_integration.this[each.value.method].resource_id
  http_method         = aws_api_gateway_integration.this[each.value.method].http_method
  status_code         = aws_api_gateway_method_response.this[each.key].status_code
  response_parameters = { for header, value in each.value.headers : header => templatestring(value, var.references) }
}
