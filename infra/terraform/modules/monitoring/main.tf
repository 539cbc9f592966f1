resource "aws_sns_topic" "this" {
  for_each = var.topics

  name              = each.key
  kms_master_key_id = var.kms_key_id
}

resource "aws_sns_topic_policy" "this" {
  for_each = var.topics

  arn    = aws_sns_topic.this[each.key].arn
  policy = templatestring(local.policies[each.key], var.references)
}

locals {
  policies = {
    for name, topic in var.topics : name => "{\"Version\":\"2012-10-17\",\"Statement\":${topic.statements}}"
  }
}

# SNS asks the address first whether it wants to hear.
resource "aws_sns_topic_subscription" "mail" {
  for_each = var.mail == "" ? {} : var.topics

  topic_arn = aws_sns_topic.this[each.key].arn
  protocol  = "email"
  endpoint  = var.mail
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name          = each.value.name
  alarm_description   = each.value.about
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing_data
  alarm_actions       = [for topic in each.value.topics : templatestring(topic, var.references)]
  ok_actions          = [for topic in each.value.topics : templatestring(topic, var.references)]

  namespace          = try(each.value.figure.namespace, null)
  metric_name        = try(each.value.figure.metric, null)
  dimensions         = each.value.figure == null ? null : { for name, value in each.value.figure.dimensions : name => templatestring(value, var.references) }
  period             = try(each.value.figure.period_seconds, null)
  statistic          = try(startswith(each.value.figure.statistic, "p") ? null : each.value.figure.statistic, null)
  extended_statistic = try(startswith(each.value.figure.statistic, "p") ? each.value.figure.statistic : null, null)

  evaluate_low_sample_count_percentiles = try(each.value.figure.few_samples, null)

  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value.expression]
    content {
      id          = "together"
      expression  = metric_query.value
      return_data = true
    }
  }

  dynamic "metric_query" {
    for_each = each.value.figures
    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric
        dimensions  = { for name, value in metric_query.value.dimensions : name => templatestring(value, var.references) }
        stat        = metric_query.value.statistic
        period      = metric_query.value.period_seconds
      }
    }
  }

  depends_on = [aws_sns_topic_policy.this]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.dashboard.name
  dashboard_body = templatestring(var.dashboard.body, var.references)
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = var.queries

  name            = each.key
  log_group_names = [for group in each.value.log_groups : templatestring(group, var.references)]
  query_string    = each.value.text
}
