resource "aws_cloudwatch_log_group" "this" {
  for_each = var.groups

  name              = each.value.name
  retention_in_days = each.value.retention_days
  kms_key_id        = var.kms_key_arn
}
