resource "aws_api_gateway_rest_api" "this" {
  #checkov:skip=CKV_AWS_237:nothing that we change replaces the API
  name        = var.name
  description = var.description
  tags        = var.tags

  # With a domain AWS's own address would be a second door beside what is in front of the domain.
  disable_execute_api_endpoint = var.domain != null

  endpoint_configuration {
    types = var.endpoints
  }
}

resource "aws_api_gateway_model" "this" {
  for_each = var.models

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = each.key
  content_type = each.value.content_type
  schema       = each.value.schema
}

resource "aws_api_gateway_request_validator" "this" {
  for_each = var.validators

  rest_api_id                 = aws_api_gateway_rest_api.this.id
  name                        = each.key
  validate_request_body       = each.value.body
  validate_request_parameters = each.value.parameters
}

resource "aws_api_gateway_authorizer" "this" {
  for_each = var.authorizers

  rest_api_id                      = aws_api_gateway_rest_api.this.id
  name                             = each.key
  type                             = each.value.type
  identity_source                  = each.value.identity_source
  identity_validation_expression   = each.value.identity_pattern
  authorizer_result_ttl_in_seconds = each.value.cache_seconds
  authorizer_uri                   = templatestring(each.value.uri, var.references)
  authorizer_credentials           = templatestring(each.value.credentials, var.references)
}

resource "aws_api_gateway_gateway_response" "this" {
  for_each = var.gateway_responses

  rest_api_id         = aws_api_gateway_rest_api.this.id
  response_type       = each.key
  status_code         = each.value.status
  response_parameters = { for header, value in each.value.headers : header => templatestring(value, var.references) }
  response_templates  = each.value.templates
}
