resource "aws_flow_log" "this" {
  count = var.flow_log_days == null ? 0 : 1

  vpc_id          = aws_vpc.this.id
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.flow[0].arn
  iam_role_arn    = module.flow_writer[0].arn
}

resource "aws_cloudwatch_log_group" "flow" {
  count = var.flow_log_days == null ? 0 : 1

  name              = "/${var.name}/network"
  retention_in_days = var.flow_log_days
  kms_key_id        = var.kms_key_arn
}

module "flow_writer" {
  source = "../role"
  count  = var.flow_log_days == null ? 0 : 1

  name                     = "${var.name}-network"
  description              = "Lets the network write who spoke with whom"
  service                  = "vpc-flow-logs.amazonaws.com"
  permissions_boundary_arn = var.permissions_boundary_arn
  statements = jsonencode([{
    Effect   = "Allow"
    Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    Resource = "${aws_cloudwatch_log_group.flow[0].arn}:*"
  }])
}
