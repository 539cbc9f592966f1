resource "aws_sesv2_configuration_set" "this" {
  configuration_set_name = var.name

  suppression_options {
    suppressed_reasons = var.suppressed_reasons
  }
}

resource "aws_sns_topic" "this" {
  name              = var.feedback.topic
  kms_master_key_id = var.kms_key_id
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = templatestring(local.policy, { aws = var.place })
}

locals {
  policy = "{\"Version\":\"2012-10-17\",\"Statement\":${var.feedback.statements}}"
}

resource "aws_sns_topic_subscription" "this" {
  topic_arn            = aws_sns_topic.this.arn
  protocol             = "sqs"
  endpoint             = var.queue_arn
  raw_message_delivery = var.feedback.raw
}

# SES tries the topic when it is connected, so whoever is to read that is subscribed before.
resource "aws_sesv2_configuration_set_event_destination" "this" {
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = var.feedback.name

  event_destination {
    enabled              = var.feedback.enabled
    matching_event_types = var.feedback.events

    sns_destination {
      topic_arn = aws_sns_topic.this.arn
    }
  }

  depends_on = [aws_sns_topic_policy.this, aws_sns_topic_subscription.this]
}
