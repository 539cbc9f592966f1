locals {
  trusts_header = nonsensitive(var.trusted_header != null)

  # Each costs by the month and the request; the order is that in which a request meets them, cheapest refusal first.
  groups = concat(
    ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesSQLiRuleSet"],
    ["AWSManagedRulesCommonRuleSet"], # cross-site scripting, and bots that say what they are
    var.bot_control ? ["AWSManagedRulesBotControlRuleSet"] : [],
  )

  # An order of hundreds of lines is longer than the 8 KB that the rule finds normal; the API limits every body itself.
  counted_rules = { AWSManagedRulesCommonRuleSet = ["SizeRestrictions_BODY"] }
}

resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV_AWS_192:AWSManagedRulesKnownBadInputsRuleSet is always among the groups
  name        = var.name
  description = "What reaches ${var.name}"
  scope       = var.scope

  default_action {
    allow {}
  }

  custom_response_body {
    key          = "too-many"
    content_type = "APPLICATION_JSON"
    content      = jsonencode({ error = "TooManyRequests", message = "Too many requests. Please wait a little." })
  }

  # Only who came through a distribution knows its header, and has met the distribution's own web ACL: all its customers
  # share its addresses, which nobody may be counted by.
  dynamic "rule" {
    for_each = local.trusts_header ? ["from-the-distribution"] : []
    content {
      name     = rule.value
      priority = 0

      action {
        allow {}
      }

      statement {
        byte_match_statement {
          positional_constraint = "EXACTLY"
          search_string         = var.trusted_header.value

          field_to_match {
            single_header {
              name = var.trusted_header.name
            }
          }

          text_transformation {
            priority = 0
            type     = "NONE"
          }
        }
      }

      visibility_config {
        metric_name                = rule.value
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = false
      }
    }
  }

  dynamic "rule" {
    for_each = length(var.refused_countries) == 0 ? [] : [var.refused_countries]
    content {
      name     = "countries"
      priority = 1

      action {
        block {}
      }

      statement {
        geo_match_statement {
          country_codes = rule.value
        }
      }

      visibility_config {
        metric_name                = "countries"
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = var.samples_requests
      }
    }
  }

  dynamic "rule" {
    for_each = length(var.allowed_countries) == 0 ? [] : [var.allowed_countries]
    content {
      name     = "other-countries"
      priority = 1

      action {
        block {}
      }

      statement {
        not_statement {
          statement {
            geo_match_statement {
              country_codes = rule.value
            }
          }
        }
      }

      visibility_config {
        metric_name                = "other-countries"
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = var.samples_requests
      }
    }
  }

  dynamic "rule" {
    for_each = var.requests_per_address == null ? [] : [var.requests_per_address]
    content {
      name     = "requests-per-address"
      priority = 2

      action {
        block {
          custom_response {
            response_code            = 429
            custom_response_body_key = "too-many"

            response_header {
              name  = "Retry-After"
              value = var.window_seconds
            }
          }
        }
      }

      statement {
        rate_based_statement {
          aggregate_key_type    = "IP"
          limit                 = rule.value
          evaluation_window_sec = var.window_seconds
        }
      }

      visibility_config {
        metric_name                = "requests-per-address"
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = var.samples_requests
      }
    }
  }

  dynamic "rule" {
    for_each = { for place, group in local.groups : group => place }
    content {
      name     = rule.key
      priority = 10 + rule.value

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          name        = rule.key
          vendor_name = "AWS"

          dynamic "rule_action_override" {
            for_each = lookup(local.counted_rules, rule.key, [])
            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        metric_name                = rule.key
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = var.samples_requests
      }
    }
  }

  visibility_config {
    metric_name                = var.name
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = var.samples_requests
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  for_each = var.resources

  resource_arn = each.value
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}

# WAF wants this beginning of the name.
resource "aws_cloudwatch_log_group" "this" {
  count = var.log_retention_days == null ? 0 : 1

  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# What was refused, and nothing else; who asked with which token is nobody's business.
resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count = var.log_retention_days == null ? 0 : 1

  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.this[0].arn]

  dynamic "redacted_fields" {
    for_each = toset(concat(["authorization", "cookie", "x-api-key"], local.trusts_header ? [nonsensitive(var.trusted_header.name)] : []))
    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }

  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }

      condition {
        action_condition {
          action = "COUNT"
        }
      }
    }
  }
}
