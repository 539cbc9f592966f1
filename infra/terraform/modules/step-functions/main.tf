resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_284:var.tracing, which the blueprint sets
  #checkov:skip=CKV_AWS_285:var.log_level, which the blueprint sets
  name       = var.name
  type       = var.type
  role_arn   = var.role_arn
  definition = var.definition

  logging_configuration {
    level                  = var.log_level
    include_execution_data = var.log_execution_data
    log_destination        = "${var.log_group_arn}:*"
  }

  tracing_configuration {
    enabled = var.tracing
  }
}
