resource "aws_lambda_event_source_mapping" "this" {
  count = var.source_mapping == null ? 0 : 1

  function_name     = aws_lambda_alias.live.arn
  event_source_arn  = var.source_mapping.arn
  batch_size        = var.source_mapping.batch_size
  starting_position = var.source_mapping.starting_position

  maximum_batching_window_in_seconds = var.source_mapping.wait_seconds
  function_response_types            = var.source_mapping.response_types
  bisect_batch_on_function_error     = var.source_mapping.bisects_batches
  maximum_retry_attempts             = var.source_mapping.retries
  maximum_record_age_in_seconds      = var.source_mapping.record_age_seconds

  dynamic "scaling_config" {
    for_each = var.source_mapping.concurrency == null ? [] : [var.source_mapping.concurrency]
    content {
      maximum_concurrency = scaling_config.value
    }
  }

  dynamic "filter_criteria" {
    for_each = length(var.source_mapping.patterns) == 0 ? [] : [var.source_mapping.patterns]
    content {
      dynamic "filter" {
        for_each = filter_criteria.value
        content {
          pattern = filter.value
        }
      }
    }
  }

  dynamic "destination_config" {
    for_each = var.source_mapping.failures == null ? [] : [var.source_mapping.failures]
    content {
      on_failure {
        destination_arn = destination_config.value
      }
    }
  }
}
